/** UNSUBSCRIBE: filters are compared as they are, character for character [MQTT-3.10.4-1]. */

import { ProtocolError } from '../../packet/error.ts';
import type { UnsubscribePacket } from '../../packet/types.ts';
import { quote } from '../../std/shorten.ts';
import { parseFilter } from '../../topic/share.ts';
import { removeSubscription } from '../routing/remove-subscription.ts';
import type { Connection } from './connection.ts';
import { filterUnsubscriptions } from './filter-wishes.ts';
import { UNITS_PER_FILTER } from './handle-subscribe.ts';
import { mountFilter } from './mountpoint.ts';
import { checkTopic } from './topic-limits.ts';

export function handleUnsubscribe(connection: Connection, packet: UnsubscribePacket): void {
  connection.spend(packet.filters.length * UNITS_PER_FILTER);
  checkFilters(connection, packet.filters);
  if (connection.context.hooks.unsubscribe === undefined) {
    unsubscribe(connection, packet, packet.filters);
    return;
  }
  connection.settle(
    filterUnsubscriptions(connection, packet.filters),
    (answers) => unsubscribe(connection, packet, answers),
    // Whoever should have answered is overdue: the client gets rid of what it named.
    () => unsubscribe(connection, packet, packet.filters),
  );
}

/** @param filters what to unsubscribe from, or Reason Codes, in the order of the packet */
function unsubscribe(connection: Connection, packet: UnsubscribePacket, filters: readonly (string | number)[]): void {
  const { context } = connection;
  const session = connection.session!;
  const since = context.journal?.operations ?? 0;
  const reasonCodes = filters.map((filter) => {
    if (typeof filter === 'number') return filter;
    const fullFilter = mountFilter(connection.mountpoint, filter);
    const subscription = session.subscriptions.get(fullFilter);
    if (subscription === undefined) return 0x11;
    removeSubscription(context.router, session, subscription);
    context.events.emit('unsubscribed', { client: connection.identity, filter: fullFilter });
    return 0;
  });
  if (reasonCodes.some((code) => code >= 0x80)) context.counters.unsubscribesRefused++;
  connection.promise({ type: 'unsuback', packetId: packet.packetId, reasonCodes, properties: undefined }, since);
}

function checkFilters(connection: Connection, filters: readonly string[]): void {
  try {
    for (const filter of filters) checkFilter(connection, filter);
  } catch (error) {
    connection.context.counters.unsubscribesRefused++;
    throw error;
  }
}

function checkFilter(connection: Connection, filter: string): void {
  const parsed = parseFilter(filter);
  if (typeof parsed === 'string') {
    throw new ProtocolError(0x8f, 'MQTT-4.7.1-1', `The topic filter ${quote(filter)} ${parsed}`);
  }
  checkTopic(connection.options, connection.context.counters, filter, 0x8f);
}
