/**
 * Who was promised what, and what came. Payloads are `topic number`, counted for each topic by one publisher, so that
 * order, loss and repetition can be read from what a receiver got.
 */

import type { Arrived, DurableClient, Sent } from './client.ts';

/** What one receiver got on one topic. */
interface Stream {
  readonly times: Map<number, number>;
  highest: number;
}

export class Ledger {
  readonly complaints: string[] = [];
  /** Numbers given out, by topic. */
  readonly #sent = new Map<string, number>();
  /** Acknowledged numbers, by topic. */
  readonly #acknowledged = new Map<string, number[]>();
  readonly #received = new Map<string, Map<string, Stream>>();
  #atMostOnce: (topic: string) => boolean;
  refused = 0;

  /** @param atMostOnce topics whose messages are published and received at QoS 2 */
  constructor(atMostOnce: (topic: string) => boolean) {
    this.#atMostOnce = atMostOnce;
  }

  get acknowledged(): number {
    let count = 0;
    for (const numbers of this.#acknowledged.values()) count += numbers.length;
    return count;
  }

  get received(): number {
    let count = 0;
    for (const streams of this.#received.values()) for (const { times } of streams.values()) count += times.size;
    return count;
  }

  /** The payload of the next message on `topic`. */
  next(topic: string): string {
    const number = (this.#sent.get(topic) ?? 0) + 1;
    this.#sent.set(topic, number);
    return `${topic} ${number}`;
  }

  /** Writes down what the broker acknowledges to this client. */
  watchPublisher(client: DurableClient): void {
    client.onAcknowledged = (message, code) => {
      if (code >= 0x80) this.refused++;
      else this.#acknowledge(message);
    };
  }

  #acknowledge({ topic, payload }: Sent): void {
    const numbers = this.#acknowledged.get(topic) ?? [];
    numbers.push(numberOf(payload));
    this.#acknowledged.set(topic, numbers);
  }

  /** Judges what this client gets. */
  watchReceiver(client: DurableClient): void {
    const streams = new Map<string, Stream>();
    this.#received.set(client.clientId, streams);
    client.onReceived = (message) => this.#judge(client.clientId, streams, message);
  }

  #judge(clientId: string, streams: Map<string, Stream>, { topic, payload, dup, packetId, qos }: Arrived): void {
    const number = numberOf(payload);
    const stream = streams.get(topic) ?? { times: new Map<number, number>(), highest: 0 };
    streams.set(topic, stream);
    const what = `${clientId} got "${payload}" (QoS ${qos}, DUP ${dup}, identifier ${packetId})`;
    if (!payload.startsWith(`${topic} `)) this.complaints.push(`${what} on ${topic}`);
    const times = (stream.times.get(number) ?? 0) + 1;
    stream.times.set(number, times);
    if (times > 1) {
      if (this.#atMostOnce(topic)) this.complaints.push(`${what} ${times} times`);
      return;
    }
    if (number < stream.highest) this.complaints.push(`${what} after number ${stream.highest}`);
    stream.highest = Math.max(stream.highest, number);
  }

  timesReceived(clientId: string, topic: string, number: number): number {
    return this.#received.get(clientId)?.get(topic)?.times.get(number) ?? 0;
  }

  /** Acknowledged messages that a receiver of these topics never got. */
  missingNumbers(clientId: string, wants: (topic: string) => boolean): { topic: string; number: number }[] {
    const streams = this.#received.get(clientId);
    const missing: { topic: string; number: number }[] = [];
    for (const [topic, numbers] of this.#acknowledged) {
      if (!wants(topic)) continue;
      for (const number of numbers)
        if (streams?.get(topic)?.times.has(number) !== true) missing.push({ topic, number });
    }
    return missing;
  }

  /** The same in words, the first few of them. */
  missing(clientId: string, wants: (topic: string) => boolean): string[] {
    const all = this.missingNumbers(clientId, wants);
    const few = all.slice(0, 10).map(({ topic, number }) => `${clientId} never got ${topic} ${number}`);
    return all.length > few.length ? [...few, `and ${all.length - few.length} more`] : few;
  }
}

function numberOf(payload: string): number {
  return Number(payload.slice(payload.lastIndexOf(' ') + 1));
}
