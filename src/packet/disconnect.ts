/** DISCONNECT (section 3.14): a body in MQTT 5 only, and different Reason Codes for clients and servers. */

import { malformed, violation } from './error.ts';
import type { PacketLimits } from './limits.ts';
import { Reader } from './primitives.ts';
import {
  carrier,
  decodeProperties,
  hasProperties,
  measurePropertyList,
  type Sender,
  writePropertyList,
} from './properties.ts';
import { isReasonCodeOf } from './reason-codes.ts';
import type { Bytes, DisconnectPacket, ProtocolVersion } from './types.ts';

/** Decodes a body. In MQTT 5 the property list, and the Reason Code before it, may be left out when there is none. */
export function decodeDisconnect(
  bytes: Bytes,
  start: number,
  end: number,
  version: ProtocolVersion,
  limits: PacketLimits,
  sender: Sender,
): DisconnectPacket {
  if (start === end) return { type: 'disconnect', reasonCode: 0, properties: undefined };
  if (version < 5) throw malformed('', `DISCONNECT has ${end - start} bytes; it has none before MQTT 5`);
  const reasonCode = bytes[start]!;
  if (!isReasonCodeOf(sender === 'client' ? 'clientDisconnect' : 'disconnect', reasonCode)) {
    throw violation('MQTT-3.14.2-1', `DISCONNECT has Reason Code ${reasonCode}, which is not for a ${sender} to send`);
  }
  if (end - start === 1) return { type: 'disconnect', reasonCode, properties: undefined };
  const reader = new Reader(bytes, start + 1, end, 'DISCONNECT');
  const properties = decodeProperties(reader, carrier.disconnect, sender, limits);
  reader.finish();
  return { type: 'disconnect', reasonCode, properties };
}

/** Bytes of the body. */
export function measureDisconnect(packet: DisconnectPacket, version: ProtocolVersion): number {
  if (version < 5) return 0;
  if (hasProperties(packet.properties)) return 1 + measurePropertyList(packet.properties);
  return packet.reasonCode === 0 ? 0 : 1;
}

/** Writes a body of `length` bytes, as measured. */
export function writeDisconnect(target: Bytes, offset: number, packet: DisconnectPacket, length: number): void {
  if (length > 0) target[offset] = packet.reasonCode;
  if (length > 1) writePropertyList(target, offset + 1, packet.properties);
}
