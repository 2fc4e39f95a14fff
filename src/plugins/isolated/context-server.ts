/**
 * The broker's side of the context of a plugin in a thread of its own: does what the thread asks for through the
 * context that the plugin would have here, so what is allowed and what is owned is the same. One for each thread; what
 * the thread has begun ends with it.
 */

import type { Clock } from '../../ports/clock.ts';
import type { LogFields } from '../../ports/log.ts';
import type { PluginContext, PluginMessage } from '../../ports/plugin.ts';
import { TokenBucket } from '../../std/token-bucket.ts';
import type { BrokerTask } from './protocol.ts';
import type { EntriesPage } from './thread-scope.ts';
import { receivedClient, type SentClient, type SentMessage, sentMessage } from './values.ts';

/** Lines that a plugin may write into the log, so that one that writes without end costs lines and nothing else. */
const LINES_PER_SECOND = 200;
const LINES_BURST = 1_000;

/** Of one page of entries of the store. */
const PAGE_ENTRIES = 100;
const PAGE_BYTES = 1024 * 1024;

/** How often it is told that something of a plugin was left out. */
const TOLD_EVERY_MS = 10_000;

/** Hands a message to the plugin; false where it does not keep up. */
export type Deliver = (subscription: number, message: SentMessage) => boolean;

type Target = string | number;

/** What is published, with the client in the form in which it travels. */
type SentPublish = Omit<Parameters<PluginContext['broker']['publish']>[0], 'client'> & { readonly client?: SentClient };

export class ContextServer {
  readonly #context: PluginContext;
  readonly #clock: Clock;
  readonly #deliver: Deliver;
  readonly #subscriptions = new Map<number, () => void>();
  readonly #lines = new TokenBucket(LINES_PER_SECOND, LINES_BURST);
  #lost = { lines: 0, messages: 0 };
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(context: PluginContext, clock: Clock, deliver: Deliver) {
    this.#context = context;
    this.#clock = clock;
    this.#deliver = deliver;
  }

  serve(task: string, target: Target, argument: unknown): unknown {
    return this.#tasks[task as BrokerTask](target, argument);
  }

  /** Ends what the thread has begun and not ended. */
  end(): void {
    for (const end of this.#subscriptions.values()) end();
    this.#subscriptions.clear();
  }

  readonly #tasks: Readonly<Record<BrokerTask, (target: Target, argument: unknown) => unknown>> = {
    log: (level, argument) => this.#log(level, argument as [string, LogFields | undefined]),
    publish: (_target, argument) => {
      const { client, ...message } = argument as SentPublish;
      return this.#context.broker.publish({
        ...message,
        ...(client !== undefined && { client: receivedClient(client) }),
      });
    },
    subscribe: (number, filter) => {
      const receive = (message: PluginMessage): void => {
        if (!this.#deliver(number as number, sentMessage(message))) this.#leaveOut('messages');
      };
      this.#subscriptions.set(number as number, this.#context.broker.subscribe(filter as string, receive));
    },
    unsubscribe: (number) => {
      this.#subscriptions.get(number as number)?.();
      this.#subscriptions.delete(number as number);
    },
    subscribeClient: (clientId, subscription) =>
      this.#context.broker.subscribeClient(clientId as string, subscription as { filter: string }),
    unsubscribeClient: (clientId, filter) =>
      this.#context.broker.unsubscribeClient(clientId as string, filter as string),
    disconnectClient: (clientId) => this.#context.broker.disconnectClient(clientId as string),
    get: (key) => {
      const value = this.#context.store.get(key as string);
      return value && new Uint8Array(value);
    },
    entries: (prefix, range) => this.#page(prefix as string, range as { after: string | undefined; limit: number }),
    write: async (_target, changes) => {
      await this.#context.store.write(new Map(changes as [string, string | Uint8Array | undefined][]));
    },
  };

  #page(prefix: string, { after, limit }: { after: string | undefined; limit: number }): EntriesPage {
    const entries: { key: string; value: Uint8Array }[] = [];
    const count = Math.min(limit, PAGE_ENTRIES);
    let bytes = 0;
    for (const { key, value } of this.#context.store.entries(prefix, {
      ...(after !== undefined && { after }),
      limit: count,
    })) {
      entries.push({ key, value: new Uint8Array(value) });
      bytes += value.length;
      if (bytes >= PAGE_BYTES) return { entries, isLast: false };
    }
    return { entries, isLast: entries.length < PAGE_ENTRIES };
  }

  #log(level: Target, [message, fields]: [string, LogFields | undefined]): void {
    if (level !== 'debug' && level !== 'info' && level !== 'warn' && level !== 'error') return;
    if (this.#lines.take(1, this.#clock.monotonic()) > 0) this.#leaveOut('lines');
    else this.#context.log[level](String(message), fields);
  }

  #leaveOut(what: 'lines' | 'messages'): void {
    this.#lost[what]++;
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#toldAt < TOLD_EVERY_MS) return;
    this.#toldAt = nowMs;
    this.#context.log.warn('A plugin does not keep up, or says too much: some was left out', { ...this.#lost });
    this.#lost = { lines: 0, messages: 0 };
  }
}
