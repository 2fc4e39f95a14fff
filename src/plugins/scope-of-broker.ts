/** What the context of a plugin in the broker's own thread is made of. */

import type { Broker } from '../broker/broker.ts';
import type { Properties } from '../packet/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log, LogFields } from '../ports/log.ts';
import type { PluginBroker, PluginStore } from '../ports/plugin.ts';
import { KEY_BYTES_MAX, type Store } from '../ports/store.ts';
import { pluginError } from './failure.ts';
import { MessageView } from './plugin-message.ts';
import type { Ownership, ScopeMakings } from './plugin-scope.ts';

export type ScopeBroker = Pick<Broker, 'publish' | 'subscribe' | 'inspect' | 'options'>;

export interface ScopeParts {
  readonly broker: ScopeBroker;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

export function scopeOfBroker(plugin: string, { broker, store, clock, log }: ScopeParts): ScopeMakings {
  return {
    node: broker.options.node,
    clock,
    log: labelled(log, plugin),
    store: storeOf(plugin, store),
    broker: (ownership) => brokerOf(broker, ownership),
  };
}

function brokerOf(broker: ScopeBroker, { own, run }: Ownership): PluginBroker {
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
      own(() =>
        broker.subscribe(filter, (message) => {
          run(() => receive(new MessageView(message)));
        }),
      ),
    subscribeClient: (clientId, subscription) => broker.inspect.subscribe(clientId, subscription) !== undefined,
    unsubscribeClient: (clientId, filter) => broker.inspect.unsubscribe(clientId, filter),
    disconnectClient: (clientId) => broker.inspect.kick(clientId),
  };
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
