/**
 * Retained messages: at most one for each topic, within limits, gone when they expire. Clearing is a publish with an
 * empty payload [MQTT-3.3.1-6]. It does not decide who may set or see one.
 */

import type { Message } from '../../packet/message.ts';
import type { Access, ClientIdentity } from '../../ports/access.ts';
import type { Clock } from '../../ports/clock.ts';
import { TopicTree, type WalkOptions } from '../../topic/retained-tree.ts';
import type { Counters } from '../counters.ts';
import type { Journal } from '../journal/journal.ts';
import type { BrokerOptions } from '../options.ts';
import { RetainedPublishers } from './retained-publishers.ts';
import { JoinedWalk, type MessageWalk, type StandingMessages } from './standing-messages.ts';

export interface RetainedContext {
  readonly options: BrokerOptions;
  readonly counters: Counters;
  readonly journal: Journal | undefined;
  readonly access: Access;
  readonly clock: Clock;
  now(): number;
}

/** Looking at a million topics at once would hold up everybody for a second. */
const TOPICS_PER_SWEEP = 10_000;

const NOTHING: MessageWalk = { isDone: true, step: () => undefined, *[Symbol.iterator]() {} };

export class RetainedMessages {
  readonly #tree = new TopicTree<Message>();
  /** Topics whose message has an expiry, so that a sweep need not look at the others. */
  readonly #expiring = new Set<string>();
  /** Where the last sweep stopped. Topics that come meanwhile are met at the end. */
  #sweeping: Iterator<string, undefined> | undefined;
  #bytes = 0;
  /** What the broker itself has to say; it is found as if it were retained, and neither counted nor recorded. */
  standing: StandingMessages | undefined;
  /** While false nothing is kept and nothing is found that clients have published; what is there stays. */
  enabled = true;
  /** Who has published them. */
  readonly publishers: RetainedPublishers;
  readonly #context: RetainedContext;

  constructor(context: RetainedContext) {
    this.#context = context;
    this.publishers = new RetainedPublishers(context);
  }

  get count(): number {
    return this.#tree.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Applies a PUBLISH with RETAIN set. False: a limit forbids to keep it.
   * @param publisher whose right it is kept by; undefined where nobody is asked about it again
   * @param askedTopic the topic that this right is about, where a hook has made another of it
   */
  apply(message: Message, publisher?: ClientIdentity, askedTopic: string = message.topic): boolean {
    if (!this.enabled) return true;
    if (message.payloadBytes === 0) {
      if (this.#remove(message.topic)) this.#context.journal?.retainedCleared(message.topic);
      return true;
    }
    if (!this.#fits(message)) return false;
    this.restore(message.detach(true));
    this.#context.journal?.retained(message);
    this.publishers.note(message.topic, publisher, askedTopic);
    this.#context.counters.messagesRetained++;
    return true;
  }

  #fits(message: Message): boolean {
    const { retainedMessagesMax, retainedBytesMax } = this.#context.options;
    const { counters } = this.#context;
    const previous = this.#tree.get(message.topic);
    if (previous === undefined && this.#tree.size >= retainedMessagesMax) {
      counters.limit('retained_messages');
      return false;
    }
    const bytes = this.#bytes - (previous === undefined ? 0 : previous.keptBytes) + message.keptBytes;
    if (bytes > retainedBytesMax) {
      counters.limit('retained_bytes');
      return false;
    }
    return true;
  }

  /** Puts a message in place without recording it: it comes from the journal. */
  restore(message: Message): void {
    const previous = this.#tree.set(message.topic, message);
    if (previous !== undefined) this.#bytes -= previous.keptBytes;
    this.#bytes += message.keptBytes;
    if (message.expiresAtMs !== 0) this.#expiring.add(message.topic);
    else if (previous !== undefined && previous.expiresAtMs !== 0) this.#expiring.delete(message.topic);
  }

  #remove(topic: string): boolean {
    const previous = this.#tree.delete(topic);
    if (previous === undefined) return false;
    this.#bytes -= previous.keptBytes;
    this.#expiring.delete(topic);
    this.publishers.forget(topic);
    return true;
  }

  /** The message of a topic, unless it has expired. */
  get(topic: string): Message | undefined {
    const message = this.#tree.get(topic);
    return message === undefined || this.isExpired(message) ? undefined : message;
  }

  /** Messages that match a filter, one after another. */
  *matching(filter: string): Generator<Message> {
    for (const message of this.walk(filter)) {
      if (!this.isExpired(message)) yield message;
    }
  }

  /** A walk through the messages that match a filter, expired ones too, which may pause while others come and go. */
  walk(filter: string): MessageWalk {
    const walk = this.enabled ? this.walkKept(filter) : NOTHING;
    const standing = this.standing?.walk(filter);
    return standing === undefined ? walk : new JoinedWalk(walk, standing);
  }

  /** As `walk`, without what the broker itself has to say. */
  walkKept(filter: string, options?: WalkOptions): MessageWalk {
    return this.#tree.matchFrom(filter, options);
  }

  isExpired(message: Message): boolean {
    return message.expiresAtMs !== 0 && message.expiresAtMs <= this.#context.now();
  }

  /**
   * Removes what has expired among the next topics in turn. What is not looked at yet is kept a while longer, but never
   * given to anybody.
   */
  sweep(): void {
    for (let looked = 0; looked < TOPICS_PER_SWEEP; looked++) {
      this.#sweeping ??= this.#expiring.values();
      const { done, value: topic } = this.#sweeping.next();
      if (done === true) {
        this.#sweeping = undefined;
        return;
      }
      const message = this.#tree.get(topic);
      if (message !== undefined && this.isExpired(message) && this.#remove(topic)) {
        this.#context.journal?.retainedCleared(topic);
      }
    }
  }
}
