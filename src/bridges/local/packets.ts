/** What the local end of a bridge says to its own broker. */

import type { ConnectPacket, SubscribePacket } from '../../packet/types.ts';
import type { TopicMap } from '../../topic/bridge-rules.ts';
import type { BridgeSpec } from '../spec.ts';

/**
 * The local end speaks MQTT 3.1.1 as a bridge: its subscriptions then keep its own messages away and RETAIN as it was,
 * and a broker whose disk refuses a message ends the connection instead of telling that the message is lost.
 */
export function localConnect(spec: BridgeSpec): ConnectPacket {
  return {
    type: 'connect',
    version: 4,
    bridge: true,
    cleanStart: spec.localCleanStart,
    keepAlive: 0,
    clientId: spec.localClientId,
    will: undefined,
    username: undefined,
    password: undefined,
    properties: undefined,
  };
}

/** @param filters some of the map's */
export function localSubscribe(map: TopicMap, packetId: number, filters: readonly string[]): SubscribePacket {
  const options = { noLocal: true, retainAsPublished: true, retainHandling: 0 } as const;
  const subscriptions = filters.map((filter) => ({ filter, qos: map.localFilters.get(filter) ?? 0, ...options }));
  return { type: 'subscribe', packetId, subscriptions, properties: undefined };
}
