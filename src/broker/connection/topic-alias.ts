/** Topic Aliases of one connection, both directions. They end with the connection [MQTT-3.3.2-7]. */

import { ProtocolError } from '../../packet/error.ts';
import type { Message } from '../../packet/message.ts';

/** Aliases the client has set towards us. */
export class InboundAliases {
  readonly #topics: (string | undefined)[] = [];
  readonly #maximum: number;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** Fills in the topic of a PUBLISH that names an alias, or learns it. */
  resolve(message: Message, alias: number): void {
    if (alias < 1 || alias > this.#maximum) {
      throw new ProtocolError(
        0x94,
        'MQTT-3.3.2-9',
        `PUBLISH has Topic Alias ${alias}; the Topic Alias Maximum is ${this.#maximum}`,
        'topic_alias',
      );
    }
    if (message.topic !== '') {
      this.#topics[alias] = message.topic;
      return;
    }
    const topic = this.#topics[alias];
    if (topic === undefined) {
      throw new ProtocolError(0x82, 'MQTT-3.3.2-8', `PUBLISH has Topic Alias ${alias}, which was never given a topic`);
    }
    message.topic = topic;
  }
}

/**
 * Aliases we assign towards a client that allows them: the first topics sent get them and keep them, which serves
 * the usual client of a few topics and costs nothing for one of many.
 */
export class OutboundAliases {
  readonly #aliases = new Map<string, number>();
  readonly #maximum: number;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** The alias the client knows for `topic`, or 0. */
  known(topic: string): number {
    return this.#aliases.get(topic) ?? 0;
  }

  /** An alias to introduce for `topic`, or 0 when all are taken. It holds once `confirm` was called. */
  next(topic: string): number {
    // An alias costs three bytes: a topic of that length gains nothing.
    return topic.length > 3 && this.#aliases.size < this.#maximum ? this.#aliases.size + 1 : 0;
  }

  confirm(topic: string, alias: number): void {
    this.#aliases.set(topic, alias);
  }
}
