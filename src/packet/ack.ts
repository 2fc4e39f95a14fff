/**
 * PUBACK, PUBREC, PUBREL and PUBCOMP (sections 3.4 to 3.7), which have one form. Since each QoS 1 or 2 message brings
 * some of them, the two-byte body is decoded and encoded without any help.
 */

import { malformed, violation } from './error.ts';
import type { PacketLimits } from './limits.ts';
import { zeroPacketId } from './packet-id.ts';
import { Reader, writeU16 } from './primitives.ts';
import {
  carrier,
  decodeProperties,
  hasProperties,
  measurePropertyList,
  type Sender,
  writePropertyList,
} from './properties.ts';
import { isReasonCodeOf } from './reason-codes.ts';
import type { AckPacket, Bytes, ProtocolVersion } from './types.ts';

interface AckRow {
  readonly carrier: number;
  /** The statement that limits its Reason Codes. */
  readonly statement: string;
}

const rows: Readonly<Record<AckPacket['type'], AckRow>> = {
  puback: { carrier: carrier.puback, statement: 'MQTT-3.4.2-1' },
  pubrec: { carrier: carrier.pubrec, statement: 'MQTT-3.5.2-1' },
  pubrel: { carrier: carrier.pubrel, statement: 'MQTT-3.6.2-1' },
  pubcomp: { carrier: carrier.pubcomp, statement: 'MQTT-3.7.2-1' },
};

/** Decodes a body. In MQTT 5 the property list, and the Reason Code before it, may be left out when there is none. */
export function decodeAck(
  type: AckPacket['type'],
  bytes: Bytes,
  start: number,
  end: number,
  version: ProtocolVersion,
  limits: PacketLimits,
  sender: Sender,
): AckPacket {
  const length = end - start;
  if (length < 2) throw malformed('', `${type.toUpperCase()} ends within the Packet Identifier`);
  const packetId = (bytes[start]! << 8) | bytes[start + 1]!;
  if (packetId === 0) throw zeroPacketId('MQTT-2.2.1-5');
  if (length === 2) return { type, packetId, reasonCode: 0, properties: undefined };
  if (version < 5) throw malformed('', `${type.toUpperCase()} has ${length} bytes; it has 2 before MQTT 5`);
  const row = rows[type];
  const reasonCode = bytes[start + 2]!;
  if (!isReasonCodeOf(type, reasonCode)) {
    throw violation(row.statement, `${type.toUpperCase()} has Reason Code ${reasonCode}, which is not one of its own`);
  }
  if (length === 3) return { type, packetId, reasonCode, properties: undefined };
  const reader = new Reader(bytes, start + 3, end, type.toUpperCase());
  const properties = decodeProperties(reader, row.carrier, sender, limits);
  reader.finish();
  return { type, packetId, reasonCode, properties };
}

/** Bytes of the body. */
export function measureAck(packet: AckPacket, version: ProtocolVersion): number {
  if (version < 5) return 2;
  if (hasProperties(packet.properties)) return 3 + measurePropertyList(packet.properties);
  return packet.reasonCode === 0 ? 2 : 3;
}

/** Writes a body of `length` bytes, as measured. */
export function writeAck(target: Bytes, offset: number, packet: AckPacket, length: number): void {
  offset = writeU16(target, offset, packet.packetId);
  if (length > 2) target[offset++] = packet.reasonCode;
  if (length > 3) writePropertyList(target, offset, packet.properties);
}
