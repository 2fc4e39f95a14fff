/**
 * What the context of a plugin in a thread of its own is made of: the broker's side of it is asked over the channel.
 * Where the context answers at once, the thread waits for the broker.
 */

import type { Log, LogFields } from '../../ports/log.ts';
import type { PluginBroker, PluginStore } from '../../ports/plugin.ts';
import { SystemClock } from '../../std/system-clock.ts';
import type { Ownership, ScopeMakings } from '../plugin-scope.ts';
import type { CallCost } from './channel.ts';
import type { BrokerTask } from './protocol.ts';
import { ReceivedMessage, type SentMessage, sentClient } from './values.ts';

/** How the broker is asked. */
export interface Remote {
  call(task: BrokerTask, target: string | number, argument: unknown, cost?: CallCost): Promise<unknown>;
  /** Waits for the answer. @throws what the broker's side has thrown */
  ask(task: BrokerTask, target: string | number, argument: unknown): unknown;
}

/** One page of entries of the store. */
export interface EntriesPage {
  readonly entries: readonly { readonly key: string; readonly value: Uint8Array }[];
  readonly isLast: boolean;
}

export class ThreadScope {
  readonly #remote: Remote;
  readonly #receivers = new Map<number, (message: SentMessage) => void>();
  #subscriptions = 0;

  constructor(remote: Remote) {
    this.#remote = remote;
  }

  makings(node: string): ScopeMakings {
    return {
      node,
      clock: new SystemClock(),
      log: this.#log(),
      store: this.#store(),
      broker: (ownership) => this.#broker(ownership),
    };
  }

  /** A message for one of the plugin's own subscriptions; nothing where it has ended meanwhile. */
  received(subscription: number, message: SentMessage): void {
    this.#receivers.get(subscription)?.(message);
  }

  #tell(task: BrokerTask, target: string | number, argument: unknown): void {
    // What cannot be told any more is not wanted any more.
    this.#remote.call(task, target, argument).catch(() => {});
  }

  #log(): Log {
    const at =
      (level: string) =>
      (message: string, fields?: LogFields): void =>
        this.#tell('log', level, [message, fields]);
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  #broker({ own, run }: Ownership): PluginBroker {
    const remote = this.#remote;
    return {
      publish: async (message) => {
        const { payload, client } = message;
        const bytes = typeof payload === 'string' ? payload.length : (payload?.byteLength ?? 0);
        const sent = {
          ...message,
          ...(payload instanceof Uint8Array && { payload: new Uint8Array(payload) }),
          ...(client !== undefined && { client: sentClient(client) }),
        };
        return (await remote.call('publish', '', sent, { bytes })) as number;
      },
      subscribe: (filter, receive) =>
        own(() => {
          const number = ++this.#subscriptions;
          remote.ask('subscribe', number, filter);
          this.#receivers.set(number, (message) => run(() => receive(new ReceivedMessage(message))));
          return () => {
            this.#receivers.delete(number);
            this.#tell('unsubscribe', number, undefined);
          };
        }),
      subscribeClient: (clientId, subscription) => remote.ask('subscribeClient', clientId, subscription) === true,
      unsubscribeClient: (clientId, filter) => remote.ask('unsubscribeClient', clientId, filter) === true,
      disconnectClient: (clientId) => remote.ask('disconnectClient', clientId, undefined) === true,
    };
  }

  #store(): PluginStore {
    const remote = this.#remote;
    return {
      get: (key) => {
        const value = remote.ask('get', key, undefined) as Uint8Array | undefined;
        return value && Buffer.from(value.buffer);
      },
      *entries(prefix, { after, limit = Number.POSITIVE_INFINITY } = {}) {
        let [left, from] = [limit, after];
        for (;;) {
          const page = remote.ask('entries', prefix, { after: from, limit: left }) as EntriesPage;
          for (const { key, value } of page.entries) yield { key, value: Buffer.from(value.buffer) };
          left -= page.entries.length;
          from = page.entries.at(-1)?.key;
          if (page.isLast || left <= 0) return;
        }
      },
      write: async (changes) => {
        const sent = [...changes].map(([key, value]) => [
          key,
          value instanceof Uint8Array ? new Uint8Array(value) : value,
        ]);
        const bytes = [...changes.values()].reduce((sum, value) => sum + (value?.length ?? 0), 0);
        await remote.call('write', '', sent, { bytes });
      },
    };
  }
}
