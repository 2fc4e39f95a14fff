/**
 * What the retained store must hold for each topic: the last message routed with RETAIN [MQTT-3.3.1-5] [MQTT-3.3.1-6].
 * Where a crash or a refusal leaves open what was kept, every answer that may be right is.
 */

import type { SentMessage } from './facts.ts';
import type { Ledger } from './ledger.ts';

interface Entry {
  /** Undefined for the one that cleared the topic. */
  readonly message: SentMessage | undefined;
  /** Whether its place in the order is beyond doubt. */
  isCertain: boolean;
  readonly expiresAtMs: number;
}

export class RetainedModel {
  readonly #ledger: Ledger;
  readonly #topics = new Map<string, Entry[]>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * The broker routed a message with RETAIN; `message` is undefined for an empty payload. A repeat from a connection of
   * an older version brings no expiry any more, so what the broker took it for counts.
   */
  routed(topic: string, message: SentMessage | undefined, brokerExpiresAtMs: number): void {
    const expiresAtMs = brokerExpiresAtMs || Number.POSITIVE_INFINITY;
    const entries = this.#topics.get(topic) ?? [
      { message: undefined, isCertain: true, expiresAtMs: Number.POSITIVE_INFINITY },
    ];
    entries.push({ message, isCertain: true, expiresAtMs });
    this.#topics.set(topic, entries);
  }

  /** Only what was acknowledged is certain to be on the disk, and what the disk was known to have. */
  crashed(settled: ReadonlyMap<string, number>): void {
    for (const [topic, entries] of this.#topics) {
      const sure = settled.get(topic) ?? 0;
      for (const [i, entry] of entries.entries()) {
        // What an earlier crash left open stays open.
        entry.isCertain &&= i <= sure || entry.message?.answer === 'accepted';
      }
    }
  }

  /** How many entries each topic has: what is on the disk when the disk has everything. */
  marks(): Map<string, number> {
    return new Map([...this.#topics].map(([topic, entries]) => [topic, entries.length - 1]));
  }

  /** @param held the id of the message held for each topic, as seen at some moment between the two times */
  check(held: ReadonlyMap<string, string>, fromMs: number, toMs: number): void {
    for (const topic of held.keys()) {
      if (!this.#topics.has(topic))
        this.#ledger.fail(`a message is retained on ${topic}, where none was published`, topic);
    }
    for (const [topic, entries] of this.#topics) this.#checkTopic(topic, entries, held.get(topic), fromMs, toMs);
  }

  #checkTopic(topic: string, entries: readonly Entry[], held: string | undefined, fromMs: number, toMs: number): void {
    const from = entries.findLastIndex((entry) => entry.isCertain && entry.message?.answer !== 'refused');
    const possible = entries.slice(from).flatMap(({ message, expiresAtMs }) => {
      const answers: (string | undefined)[] = [];
      if (message === undefined || expiresAtMs <= toMs) answers.push(undefined);
      if (message !== undefined && expiresAtMs > fromMs) answers.push(message.id);
      return answers;
    });
    if (possible.includes(held)) return;
    this.#ledger.fail(
      `${held ?? 'nothing'} is retained on ${topic}; right is ${possible.map((id) => id ?? 'nothing').join(' or ')}`,
      topic,
    );
  }
}
