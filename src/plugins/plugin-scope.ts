/**
 * What a loaded plugin gets of the broker. Everything that it begins is noted and ended when it is unloaded, and what
 * fails in a task of its own is told to the log and harms nobody.
 */

import type { Broker } from '../broker/broker.ts';
import type { Properties } from '../packet/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log, LogFields } from '../ports/log.ts';
import type { PluginBroker, PluginContext, PluginOptions, PluginStore, PluginValues } from '../ports/plugin.ts';
import { KEY_BYTES_MAX, type Store } from '../ports/store.ts';
import { pluginError, sayingOf } from './failure.ts';
import { MessageView } from './plugin-message.ts';

/** Timers, subscriptions and tasks of one plugin; one that has more does not end what it begins. */
const RESOURCES_MAX = 10_000;

/** How long an unload waits for one task of the plugin. */
const UNLOAD_SECONDS_MAX = 5;

export type ScopeBroker = Pick<Broker, 'publish' | 'subscribe' | 'inspect' | 'options'>;

export interface ScopeParts {
  readonly broker: ScopeBroker;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

export class PluginScope<O extends PluginOptions = PluginOptions> implements PluginContext<O> {
  readonly name: string;
  readonly options: PluginValues<O>;
  readonly node: string;
  readonly log: Log;
  readonly broker: PluginBroker;
  readonly store: PluginStore;
  readonly #clock: Clock;
  readonly #ends = new Set<() => unknown>();
  #isEnded = false;

  constructor(name: string, options: PluginValues<O>, { broker, store, clock, log }: ScopeParts) {
    this.name = name;
    this.options = options;
    this.node = broker.options.node;
    this.#clock = clock;
    this.log = labelled(log, name);
    this.broker = this.#brokerOf(broker);
    this.store = storeOf(name, store);
  }

  now(): number {
    return this.#clock.now();
  }

  every(seconds: number, task: () => unknown): () => void {
    return this.#own(() => this.#clock.every(msOf(seconds), () => this.#run(task)));
  }

  after(seconds: number, task: () => unknown): () => void {
    return this.#own((done) =>
      this.#clock.after(msOf(seconds), () => {
        done();
        this.#run(task);
      }),
    );
  }

  onUnload(task: () => unknown): void {
    this.#note(task);
  }

  /** Ends everything, the latest first; waits for each task no longer than some seconds. Never rejects. */
  async end(): Promise<void> {
    this.#isEnded = true;
    const ends = [...this.#ends].reverse();
    this.#ends.clear();
    for (const end of ends) {
      try {
        await this.#atMost(UNLOAD_SECONDS_MAX, end());
      } catch (error) {
        this.log.error('A plugin failed while it was unloaded', { cause: sayingOf(error) });
      }
    }
  }

  #atMost(seconds: number, answer: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(seconds * 1000, () =>
        reject(pluginError('FAILED', `Plugin ${this.name} did not end a task within ${seconds} s`)),
      );
      Promise.resolve(answer).then(resolve, reject).finally(cancel);
    });
  }

  #brokerOf(broker: ScopeBroker): PluginBroker {
    return {
      publish: async (message) => {
        const { topic, payload, qos = 0, retain = false, userProperties, contentType, expirySeconds, client } = message;
        const properties: Properties = {
          ...(contentType !== undefined && { contentType }),
          ...(userProperties !== undefined && { userProperties: [...userProperties] }),
          ...(expirySeconds !== undefined && { messageExpiryInterval: expirySeconds }),
        };
        const isPlain = Object.keys(properties).length === 0;
        return await broker.publish({
          topic,
          payload,
          qos,
          retain,
          ...(!isPlain && { properties }),
          ...(client !== undefined && { client }),
        });
      },
      subscribe: (filter, receive) =>
        this.#own(() =>
          broker.subscribe(filter, (message) => {
            this.#run(() => receive(new MessageView(message)));
          }),
        ),
      subscribeClient: (clientId, subscription) => broker.inspect.subscribe(clientId, subscription) !== undefined,
      unsubscribeClient: (clientId, filter) => broker.inspect.unsubscribe(clientId, filter),
      disconnectClient: (clientId) => broker.inspect.kick(clientId),
    };
  }

  /** Begins something that has an end. `done` says that it ended by itself. */
  #own(begin: (done: () => void) => () => void): () => void {
    let end: (() => void) | undefined;
    const forget = (): void => {
      if (end !== undefined) this.#ends.delete(end);
    };
    end = begin(forget);
    this.#note(end);
    return () => {
      forget();
      end();
    };
  }

  #note(end: () => unknown): void {
    if (!this.#isEnded && this.#ends.size < RESOURCES_MAX) {
      this.#ends.add(end);
      return;
    }
    // What nobody would end must not go on.
    void end();
    if (this.#isEnded) return;
    const text = `Plugin ${this.name} has ${RESOURCES_MAX} timers, subscriptions and tasks, which is the limit; it has to end some`;
    throw pluginError('RESOURCES', text);
  }

  #run(task: () => unknown): void {
    if (this.#isEnded) return;
    const failed = (error: unknown): void => this.log.error('A task of a plugin failed', { cause: sayingOf(error) });
    try {
      Promise.resolve(task()).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** A timer of Node that is set for longer fires at once. */
const TIMER_MS_MAX = 0x7fff_ffff;

function msOf(seconds: number): number {
  return Math.min(TIMER_MS_MAX, Math.max(1, Math.ceil(seconds * 1000)));
}

/** Lines of a plugin say whose they are. */
function labelled(log: Log, plugin: string): Log {
  const fieldsOf = (fields: LogFields | undefined): LogFields => ({ plugin, ...fields });
  return {
    debug: (message, fields) => log.debug(message, fieldsOf(fields)),
    info: (message, fields) => log.info(message, fieldsOf(fields)),
    warn: (message, fields) => log.warn(message, fieldsOf(fields)),
    error: (message, fields) => log.error(message, fieldsOf(fields)),
  };
}

function storeOf(plugin: string, store: Store): PluginStore {
  const prefix = `plugin/${plugin}/`;
  const keyOf = (key: string): string => {
    const whole = prefix + key;
    const bytes = Buffer.byteLength(whole);
    if (key === '' || bytes > KEY_BYTES_MAX) {
      throw pluginError(
        'RESOURCES',
        `Plugin ${plugin}: a key takes ${bytes} bytes; allowed: 1 to ${KEY_BYTES_MAX}, with ${prefix}`,
      );
    }
    return whole;
  };
  return {
    get: (key) => {
      const value = store.get(keyOf(key));
      return value && Buffer.from(value);
    },
    *entries(within, { after, limit } = {}) {
      const range = {
        ...(after !== undefined && { after: prefix + after }),
        ...(limit !== undefined && { limit }),
      };
      for (const { key, value } of store.range(prefix + within, range)) {
        yield { key: key.slice(prefix.length), value: Buffer.from(value) };
      }
    },
    async write(changes) {
      // The batch is opened and closed in one go, so that nothing of anybody else's gets into it.
      const wanted = [...changes].map(([key, value]): [string, string | Uint8Array | undefined] => [keyOf(key), value]);
      for (const [key, value] of wanted) {
        if (value === undefined) store.delete(key);
        else store.put(key, Buffer.from(value as Uint8Array));
      }
      await store.commit();
    },
  };
}
