/**
 * Messages of the broker itself. Nothing is made that nobody wants, they need no permission to be published, they are
 * neither counted as a client's nor shown to hooks, and what stands (is there for new subscriptions, as a retained
 * message would be) is kept here and never on disk.
 */

import { Message } from '../../packet/message.ts';
import type { Properties, Qos } from '../../packet/types.ts';
import { TopicTree } from '../../topic/retained-tree.ts';
import type { Router } from '../routing/router.ts';
import type { MessageWalk, StandingMessages } from '../routing/standing-messages.ts';

/** Everything that the broker says is below this. */
const SYSTEM_PREFIX = '$SYS/';

export interface SystemMessagesContext {
  readonly router: Router;
}

export interface AnnounceOptions {
  /** 0 unless given. */
  readonly qos?: Qos;
  readonly properties?: Properties;
}

export class SystemMessages implements StandingMessages {
  readonly #context: SystemMessagesContext;
  readonly #standing = new TopicTree<Message>();
  /** Called before somebody looks at what stands, so that it can be brought up to date. */
  readonly #beforeWalk: ((filter: string) => void)[] = [];

  constructor(context: SystemMessagesContext) {
    this.#context = context;
  }

  /** Whether anybody wants anything that the broker could say; cheaper than to make a topic and ask about it. */
  get isHeard(): boolean {
    return this.#context.router.hasDollarFilters;
  }

  /** Whether anybody would get a message on the topic. */
  isWanted(topic: string): boolean {
    return this.#context.router.wanted(topic) !== undefined;
  }

  /**
   * Publishes a message, made only if somebody wants it.
   * @returns the number of receivers
   */
  announce(topic: string, payload: () => string, options: AnnounceOptions = {}): number {
    const { router } = this.#context;
    const memory = router.wanted(topic);
    if (memory === undefined) return 0;
    return router.route(systemMessage(topic, payload(), options), memory);
  }

  /** @param task is given the filter that somebody looks for, which begins with `$SYS/` */
  beforeWalk(task: (filter: string) => void): void {
    this.#beforeWalk.push(task);
  }

  /** Lets a message stand until it is replaced, dropped, or `expiresAtMs` is over; 0 is never. */
  stand(topic: string, payload: string, options: AnnounceOptions = {}, expiresAtMs: number = 0): void {
    const message = systemMessage(topic, payload, options);
    message.retain = true;
    message.expiresAtMs = expiresAtMs;
    this.#standing.set(topic, message);
  }

  drop(topic: string): void {
    this.#standing.delete(topic);
  }

  walk(filter: string): MessageWalk | undefined {
    if (!filter.startsWith(SYSTEM_PREFIX)) return undefined;
    for (const task of this.#beforeWalk) task(filter);
    return this.#standing.matchFrom(filter);
  }
}

function systemMessage(topic: string, payload: string, { qos = 0, properties }: AnnounceOptions): Message {
  return Message.of(topic, Buffer.from(payload), qos, false, properties);
}
