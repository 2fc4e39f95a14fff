/**
 * What was published and what arrived, and what that says about the broker: every QoS 1 message at least once, every
 * QoS 2 message exactly once, in the order in which its publisher sent it. Each publisher numbers the messages of each
 * of its topics from 1, so one number for each receiver and topic is all that has to be kept.
 */

/** A topic of one publisher, used at one QoS: `soak/12/2`. */
export interface Stream {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  /** Number of the message published last. */
  published: number;
}

const complaintsMax = 20;

export class Ledger {
  readonly #streams = new Map<string, Stream>();
  /** By receiver and topic: the highest number that came. */
  readonly #seen = new Map<string, Map<string, number>>();
  /** By topic: numbers that no member of the group has got yet. */
  readonly #shared = new Map<string, Set<number>>();
  readonly complaints: string[] = [];
  readonly counts = { published: 0, received: 0, repeated: 0, shared: 0 };

  stream(topic: string, qos: 0 | 1 | 2): Stream {
    let stream = this.#streams.get(topic);
    if (stream === undefined) {
      stream = { topic, qos, published: 0 };
      this.#streams.set(topic, stream);
    }
    return stream;
  }

  /** From now on `receiver` gets what is published to `topic`. */
  expect(receiver: string, topic: string): void {
    const seen = this.#seen.get(receiver) ?? new Map<string, number>();
    seen.set(topic, this.#streams.get(topic)?.published ?? 0);
    this.#seen.set(receiver, seen);
  }

  /** Numbers the next message of a stream. */
  next(stream: Stream, isShared: boolean): number {
    this.counts.published++;
    const number = ++stream.published;
    if (isShared) {
      const open = this.#shared.get(stream.topic) ?? new Set<number>();
      open.add(number);
      this.#shared.set(stream.topic, open);
    }
    return number;
  }

  received(receiver: string, topic: string, number: number): void {
    this.counts.received++;
    const open = this.#shared.get(topic);
    if (open !== undefined) {
      if (open.delete(number)) this.counts.shared++;
      else this.counts.repeated++;
      return;
    }
    const stream = this.#streams.get(topic);
    const seen = this.#seen.get(receiver);
    const last = seen?.get(topic);
    if (stream === undefined || seen === undefined || last === undefined) {
      this.complain(`${receiver} got ${number} of ${topic}, to which it has not subscribed`);
      return;
    }
    if (number <= last) {
      // A repeat is allowed at QoS 1 alone; it comes after a connection broke.
      if (stream.qos === 1) this.counts.repeated++;
      else this.complain(`${receiver} got ${number} of ${topic} again or late, after ${last}`);
      return;
    }
    if (stream.qos !== 0 && number !== last + 1) {
      this.complain(`${receiver} got ${number} of ${topic} after ${last}: something is lost or out of order`);
    }
    seen.set(topic, number);
  }

  complain(text: string): void {
    if (this.complaints.length < complaintsMax) this.complaints.push(text);
  }

  /** What has been published at QoS 1 or 2 and has not arrived yet. */
  missing(): string[] {
    const missing: string[] = [];
    for (const [receiver, seen] of this.#seen) {
      for (const [topic, last] of seen) {
        const { qos, published } = this.#streams.get(topic) ?? { qos: 0, published: 0 };
        if (qos !== 0 && last < published) missing.push(`${receiver} has ${last} of ${published} of ${topic}`);
      }
    }
    for (const [topic, open] of this.#shared) {
      if (open.size > 0) missing.push(`nobody of the group has got ${[...open].slice(0, 5)} of ${topic}`);
    }
    return missing;
  }
}
