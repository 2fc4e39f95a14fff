/**
 * EMQX 4's names for what a broker counts, with what is ours behind each: its statistics (what there is now and the most
 * there was) and its metrics (what has happened since the start). `$SYS`, the API of EMQX 4 and its Prometheus names are
 * made of these tables.
 */

import type { PacketName } from '../../packet/traffic.ts';
import { dropped, type Readings, sum } from '../inspect/readings.ts';

export interface EmqxNumber {
  /** With dots: `packets.connect.received`. */
  readonly name: string;
  readonly read: (readings: Readings) => number;
}

type Read = EmqxNumber['read'];

/** What cannot happen here: docs/metrics.md says why. */
const none: Read = () => 0;

/** Now, and the most there was. */
const statPairs: readonly (readonly [name: string, count: Read, max: Read])[] = [
  ['connections', ({ census }) => census.connected, ({ census }) => census.connectedMax],
  ['channels', ({ census }) => census.connected, ({ census }) => census.connectedMax],
  ['sessions', ({ sessions }) => sessions, ({ census, sessions }) => Math.max(census.sessionsMax, sessions)],
  ['topics', ({ filters }) => filters, ({ census, filters }) => Math.max(census.filtersMax, filters)],
  ['routes', ({ filters }) => filters, ({ census, filters }) => Math.max(census.filtersMax, filters)],
  ['suboptions', ({ subscriptions }) => subscriptions, subscriptionsMax],
  ['subscribers', ({ subscriptions }) => subscriptions, subscriptionsMax],
  ['subscriptions', ({ subscriptions }) => subscriptions, subscriptionsMax],
  [
    'subscriptions.shared',
    ({ sharedSubscriptions }) => sharedSubscriptions,
    ({ census, sharedSubscriptions }) => Math.max(census.sharedSubscriptionsMax, sharedSubscriptions),
  ],
  ['retained', ({ retainedMessages }) => retainedMessages, ({ retainedMessagesMax }) => retainedMessagesMax],
  ['delayed', ({ counters }) => counters.delayedWaiting, ({ counters }) => counters.delayedWaitingMax],
];

function subscriptionsMax({ census, subscriptions }: Readings): number {
  return Math.max(census.subscriptionsMax, subscriptions);
}

export const emqxStats: readonly EmqxNumber[] = statPairs.flatMap(([name, count, max]) => [
  { name: `${name}.count`, read: count },
  { name: `${name}.max`, read: max },
]);

const received =
  (name: PacketName): Read =>
  ({ counters }) =>
    counters.traffic.receivedOf(name);

const sent =
  (name: PacketName): Read =>
  ({ counters }) =>
    counters.traffic.sentOf(name);

const missed =
  (number: number): Read =>
  ({ counters }) =>
    counters.acknowledgementsMissed[number]!;

const inUse =
  (number: number): Read =>
  ({ counters }) =>
    counters.identifiersInUse[number]!;

const refusals = (codes: readonly number[]): Read => {
  return ({ census }) => sum(codes.map((code) => census.refusals.get(code) ?? 0));
};

/** Bad user name or password, not authorized, banned, bad authentication method. */
const loginCodes = [0x86, 0x87, 0x8a, 0x8c];

const loginsRefused = refusals(loginCodes);

const everyRefusal: Read = ({ census }) => sum(census.refusals.values());

const messagesReceived: Read = ({ counters }) => sum(counters.messagesReceived);

const permissionsDenied: Read = (readings) =>
  dropped(readings, 'not_authorized') + readings.counters.subscriptionsDenied;

const packetRows: Readonly<Record<string, Read>> = {
  'bytes.received': ({ counters }) => counters.traffic.bytesReceived,
  'bytes.sent': ({ counters }) => counters.traffic.bytesSent,
  'packets.received': ({ counters }) => counters.traffic.packetsReceived,
  'packets.sent': ({ counters }) => counters.traffic.packetsSent,
  'packets.connect.received': received('connect'),
  'packets.connack.sent': sent('connack'),
  'packets.connack.error': everyRefusal,
  'packets.connack.auth_error': loginsRefused,
  'packets.publish.received': received('publish'),
  'packets.publish.sent': sent('publish'),
  'packets.publish.inuse': inUse(3),
  'packets.publish.error': ({ counters }) => counters.protocolErrors,
  'packets.publish.auth_error': (readings) => dropped(readings, 'not_authorized'),
  'packets.publish.dropped': ({ counters }) => counters.limitsHit.get('receive_maximum') ?? 0,
  'packets.puback.received': received('puback'),
  'packets.puback.sent': sent('puback'),
  'packets.puback.inuse': inUse(4),
  'packets.puback.missed': missed(4),
  'packets.pubrec.received': received('pubrec'),
  'packets.pubrec.sent': sent('pubrec'),
  'packets.pubrec.inuse': inUse(5),
  'packets.pubrec.missed': missed(5),
  'packets.pubrel.received': received('pubrel'),
  'packets.pubrel.sent': sent('pubrel'),
  'packets.pubrel.missed': missed(6),
  'packets.pubcomp.received': received('pubcomp'),
  'packets.pubcomp.sent': sent('pubcomp'),
  'packets.pubcomp.inuse': inUse(7),
  'packets.pubcomp.missed': missed(7),
  'packets.subscribe.received': received('subscribe'),
  'packets.subscribe.error': ({ counters }) => counters.subscribesRefused,
  'packets.subscribe.auth_error': ({ counters }) => counters.subscriptionsDenied,
  'packets.suback.sent': sent('suback'),
  'packets.unsubscribe.received': received('unsubscribe'),
  'packets.unsubscribe.error': ({ counters }) => counters.unsubscribesRefused,
  'packets.unsuback.sent': sent('unsuback'),
  'packets.pingreq.received': received('pingreq'),
  'packets.pingresp.sent': sent('pingresp'),
  'packets.disconnect.received': received('disconnect'),
  'packets.disconnect.sent': sent('disconnect'),
  'packets.auth.received': received('auth'),
  'packets.auth.sent': sent('auth'),
};

const messageRows: Readonly<Record<string, Read>> = {
  'messages.received': messagesReceived,
  'messages.sent': ({ counters }) => sum(counters.messagesSent),
  'messages.qos0.received': ({ counters }) => counters.messagesReceived[0],
  'messages.qos0.sent': ({ counters }) => counters.messagesSent[0],
  'messages.qos1.received': ({ counters }) => counters.messagesReceived[1],
  'messages.qos1.sent': ({ counters }) => counters.messagesSent[1],
  'messages.qos2.received': ({ counters }) => counters.messagesReceived[2],
  'messages.qos2.sent': ({ counters }) => counters.messagesSent[2],
  'messages.publish': messagesReceived,
  'messages.dropped': (readings) => dropped(readings, 'no_subscriber', 'filtered', 'not_authorized'),
  'messages.dropped.await_pubrel_timeout': none,
  'messages.dropped.no_subscribers': (readings) => dropped(readings, 'no_subscriber'),
  'messages.forward': none,
  'messages.retained': ({ counters }) => counters.messagesRetained,
  'messages.delayed': ({ counters }) => counters.messagesDelayed,
  'messages.delivered': ({ counters }) => sum(counters.messagesSent),
  'messages.acked': ({ counters }) => counters.messagesAcknowledged,
  'delivery.dropped': (readings) =>
    dropped(readings) -
    dropped(readings, 'no_subscriber', 'filtered', 'not_authorized') +
    readings.counters.echoesHeldBack,
  'delivery.dropped.no_local': ({ counters }) => counters.echoesHeldBack,
  'delivery.dropped.too_large': (readings) => dropped(readings, 'too_large_for_client'),
  'delivery.dropped.qos0_msg': (readings) => dropped(readings, 'slow_client', 'offline_qos0'),
  'delivery.dropped.queue_full': (readings) => dropped(readings, 'queue_full'),
  'delivery.dropped.expired': (readings) => dropped(readings, 'expired'),
};

const clientRows: Readonly<Record<string, Read>> = {
  'client.connect': received('connect'),
  'client.connack': sent('connack'),
  'client.connected': ({ counters }) => counters.connectionsAccepted,
  'client.authenticate': received('connect'),
  'client.auth.success': ({ counters }) => counters.connectionsAccepted,
  'client.auth.success.anonymous': ({ counters }) => counters.anonymousLogins,
  'client.auth.failure': loginsRefused,
  'client.check_acl': (readings) => messagesReceived(readings) + received('subscribe')(readings),
  'client.acl.allow': (readings) =>
    messagesReceived(readings) + readings.counters.subscriptionsMade - dropped(readings, 'not_authorized'),
  'client.acl.deny': permissionsDenied,
  'client.acl.cache_hit': ({ counters }) => counters.permissionsRemembered,
  'client.subscribe': received('subscribe'),
  'client.unsubscribe': received('unsubscribe'),
  'client.disconnected': ({ census }) => sum(census.ends.values()),
  'session.created': ({ census }) => census.sessionsCreated,
  'session.resumed': ({ counters }) => counters.sessionsResumed,
  'session.takeovered': ({ counters }) => counters.sessionsTakenOver,
  'session.discarded': ({ census }) => census.sessionsDiscarded,
  'session.terminated': ({ census }) => census.sessionsEnded,
};

export const emqxMetrics: readonly EmqxNumber[] = Object.entries({ ...packetRows, ...messageRows, ...clientRows }).map(
  ([name, read]) => ({ name, read }),
);

/** All numbers of a table by name, as the API of EMQX 4 answers them. */
export function readAll(rows: readonly EmqxNumber[], readings: Readings): Record<string, number> {
  return Object.fromEntries(rows.map(({ name, read }) => [name, Math.max(0, read(readings))]));
}
