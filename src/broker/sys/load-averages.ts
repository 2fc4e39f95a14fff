/**
 * How much there is of something each minute, averaged over the last one, five and fifteen minutes as the load of a Unix
 * system is: what is longer ago counts less and less.
 */

/** What is averaged, as counters that grow. */
export interface LoadCounts {
  readonly connections: number;
  readonly sockets: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly publishReceived: number;
  readonly publishSent: number;
  readonly publishDropped: number;
}

/** By the topic below `$SYS/broker/load/`. */
const topics: Readonly<Record<keyof LoadCounts, string>> = {
  connections: 'connections',
  sockets: 'sockets',
  bytesReceived: 'bytes/received',
  bytesSent: 'bytes/sent',
  messagesReceived: 'messages/received',
  messagesSent: 'messages/sent',
  publishReceived: 'publish/received',
  publishSent: 'publish/sent',
  publishDropped: 'publish/dropped',
};

const MINUTES = [1, 5, 15] as const;

const names = Object.keys(topics) as (keyof LoadCounts)[];

export class LoadAverages {
  #before: LoadCounts;
  readonly #averages = new Map<string, number>();

  constructor(counts: LoadCounts) {
    this.#before = counts;
    for (const name of names) for (const minutes of MINUTES) this.#averages.set(`${topics[name]}/${minutes}min`, 0);
  }

  /** @param seconds since the update before */
  update(counts: LoadCounts, seconds: number): void {
    for (const name of names) {
      const perMinute = ((counts[name] - this.#before[name]) * 60) / seconds;
      for (const minutes of MINUTES) {
        const key = `${topics[name]}/${minutes}min`;
        const kept = Math.exp(-seconds / (60 * minutes));
        this.#averages.set(key, perMinute + kept * (this.#averages.get(key)! - perMinute));
      }
    }
    this.#before = counts;
  }

  /** `connections/1min` and the others. */
  get averages(): ReadonlyMap<string, number> {
    return this.#averages;
  }
}
