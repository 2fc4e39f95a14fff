/** Mosquitto's topics below `$SYS/broker/`, with what is ours behind each; the old names that it still publishes too. */

import { dropped, type Readings, sum } from '../inspect/readings.ts';
import type { LoadCounts } from './load-averages.ts';

/** What `publish/messages/dropped` counts: messages that a queue or a connection had no room for. */
const publishDropped = (readings: Readings): number => dropped(readings, 'queue_full', 'slow_client');

const offline = ({ sessions, census }: Readings): number => Math.max(0, sessions - census.connected);

const stored = ({ contents, retainedMessages }: Readings): number => contents.queuedMessages + retainedMessages;

/** Values are texts; rows that are undefined are left out. */
export const mosquittoTopics: Readonly<Record<string, (readings: Readings) => string | number | undefined>> = {
  uptime: ({ uptimeSeconds }) => `${Math.floor(uptimeSeconds)} seconds`,
  'clients/total': ({ sessions }) => sessions,
  'clients/maximum': ({ census }) => census.connectedMax,
  'clients/connected': ({ census }) => census.connected,
  'clients/active': ({ census }) => census.connected,
  'clients/disconnected': offline,
  'clients/inactive': offline,
  'clients/expired': ({ counters }) => counters.sessionsExpired,
  'messages/received': ({ counters }) => counters.traffic.packetsReceived,
  'messages/sent': ({ counters }) => counters.traffic.packetsSent,
  'publish/messages/received': ({ counters }) => counters.traffic.receivedOf('publish'),
  'publish/messages/sent': ({ counters }) => counters.traffic.sentOf('publish'),
  'publish/messages/dropped': publishDropped,
  'publish/bytes/received': ({ counters }) => counters.traffic.payloadBytesReceived,
  'publish/bytes/sent': ({ counters }) => counters.traffic.payloadBytesSent,
  'bytes/received': ({ counters }) => counters.traffic.bytesReceived,
  'bytes/sent': ({ counters }) => counters.traffic.bytesSent,
  'messages/stored': stored,
  'store/messages/count': stored,
  'store/messages/bytes': ({ contents, retainedBytes }) => contents.queuedBytes + retainedBytes,
  'retained messages/count': ({ retainedMessages }) => retainedMessages,
  'subscriptions/count': ({ subscriptions }) => subscriptions,
  'shared_subscriptions/count': ({ sharedSubscriptions }) => sharedSubscriptions,
  'heap/current': ({ memoryBytes }) => (memoryBytes === 0 ? undefined : memoryBytes),
  'heap/maximum': ({ memoryBytesMax }) => (memoryBytesMax === 0 ? undefined : memoryBytesMax),
};

export function loadCounts(readings: Readings): LoadCounts {
  const { counters } = readings;
  const { traffic } = counters;
  return {
    connections: traffic.receivedOf('connect'),
    sockets: counters.connectionsOpened + sum(counters.refusedAtListener.values()),
    bytesReceived: traffic.bytesReceived,
    bytesSent: traffic.bytesSent,
    messagesReceived: traffic.packetsReceived,
    messagesSent: traffic.packetsSent,
    publishReceived: traffic.receivedOf('publish'),
    publishSent: traffic.sentOf('publish'),
    publishDropped: publishDropped(readings),
  };
}
