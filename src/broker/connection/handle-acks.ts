/** PUBACK, PUBREC, PUBREL and PUBCOMP: the client's half of QoS 1 and 2, in both directions (section 4.3). */

import { packetNumbers } from '../../packet/traffic.ts';
import type { AckPacket } from '../../packet/types.ts';
import type { Outbound } from '../session/outbound.ts';
import type { Connection } from './connection.ts';

export function handlePuback(connection: Connection, packet: AckPacket): void {
  const { outbox } = connection.session!;
  const outbound = outbox.inflight.get(packet.packetId);
  // One that nobody waits for is a late answer from before a reconnect; it does no harm.
  const isDone = outbox.acknowledged(packet.packetId, 1);
  count(connection, packet, isDone);
  if (isDone) tell(connection, outbound!);
  connection.session?.pump();
}

function tell({ context: { events }, identity: client }: Connection, { message, qos }: Outbound): void {
  if (events.wantsAcknowledged) events.emit('acknowledged', { message, client, qos });
}

function count(connection: Connection, { type, packetId }: AckPacket, isDone: boolean): void {
  const { counters } = connection.context;
  if (isDone) counters.messagesAcknowledged++;
  else if (isSent(connection, packetId)) counters.identifiersInUse[packetNumbers[type]]!++;
  else counters.acknowledgementsMissed[packetNumbers[type]]!++;
}

/** Whether a message under this identifier is on its way to the client. */
function isSent({ session }: Connection, packetId: number): boolean {
  const { inflight, released } = session!.outbox;
  return inflight.has(packetId) || released.has(packetId);
}

export function handlePubrec(connection: Connection, packet: AckPacket): void {
  const { outbox } = connection.session!;
  if (packet.reasonCode >= 0x80) {
    // The receiver refused the message: it is done, the identifier is free, and no other member of a shared
    // subscription gets it [MQTT-4.8.2-6].
    count(connection, packet, outbox.acknowledged(packet.packetId, 2));
    connection.session!.pump();
    return;
  }
  const since = connection.context.journal?.operations ?? 0;
  const isFirst = outbox.inflight.has(packet.packetId);
  const outbound = outbox.received(packet.packetId);
  const known = outbound !== undefined;
  if (!known) count(connection, packet, false);
  else if (isFirst) tell(connection, outbound);
  else connection.context.counters.identifiersInUse[packetNumbers.pubrec]!++;
  const reasonCode = known || connection.version < 5 ? 0 : 0x92;
  // Were PUBREL sent and the fact then lost, the next connection would repeat a message the receiver has finished.
  connection.promise({ type: 'pubrel', packetId: packet.packetId, reasonCode, properties: undefined }, since);
}

export function handlePubrel(connection: Connection, packet: AckPacket): void {
  const session = connection.session!;
  const since = connection.context.journal?.operations ?? 0;
  const known = session.incoming.delete(packet.packetId);
  if (known) {
    connection.unacknowledged = Math.max(0, connection.unacknowledged - 1);
    session.journal?.incomingDone(session.number, packet.packetId);
  }
  if (!known) connection.context.counters.acknowledgementsMissed[packetNumbers.pubrel]!++;
  const reasonCode = known || connection.version < 5 ? 0 : 0x92;
  connection.promise({ type: 'pubcomp', packetId: packet.packetId, reasonCode, properties: undefined }, since);
}

export function handlePubcomp(connection: Connection, packet: AckPacket): void {
  count(connection, packet, connection.session!.outbox.completed(packet.packetId));
  connection.session!.pump();
}
