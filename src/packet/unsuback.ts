/** UNSUBACK (section 3.11): in MQTT 5 one code for each filter of an UNSUBSCRIBE, before that an identifier alone. */

import { malformed, violation } from './error.ts';
import type { PacketLimits } from './limits.ts';
import { readPacketId } from './packet-id.ts';
import { Reader, writeU16 } from './primitives.ts';
import { carrier, decodeProperties, measurePropertyList, writePropertyList } from './properties.ts';
import { isReasonCodeOf } from './reason-codes.ts';
import type { Bytes, ProtocolVersion, UnsubackPacket } from './types.ts';

/** Decodes a body. */
export function decodeUnsuback(
  bytes: Bytes,
  start: number,
  end: number,
  version: ProtocolVersion,
  limits: PacketLimits,
): UnsubackPacket {
  const reader = new Reader(bytes, start, end, 'UNSUBACK');
  const packetId = readPacketId(reader, 'MQTT-2.2.1-6');
  const reasonCodes: number[] = [];
  if (version < 5) {
    reader.finish();
    return { type: 'unsuback', packetId, reasonCodes, properties: undefined };
  }
  const properties = decodeProperties(reader, carrier.unsuback, 'server', limits);
  if (reader.remaining === 0) throw malformed('MQTT-3.11.3-1', 'UNSUBACK has no Reason Code; each filter gets one');
  while (reader.remaining > 0) {
    const code = reader.u8('a Reason Code');
    if (!isReasonCodeOf('unsuback', code)) {
      throw violation('MQTT-3.11.3-2', `UNSUBACK has the code ${code}, which is not one of its own`);
    }
    reasonCodes.push(code);
  }
  return { type: 'unsuback', packetId, reasonCodes, properties };
}

/** Bytes of the body. */
export function measureUnsuback(packet: UnsubackPacket, version: ProtocolVersion): number {
  return version === 5 ? 2 + packet.reasonCodes.length + measurePropertyList(packet.properties) : 2;
}

/** Writes a body as measured. */
export function writeUnsuback(target: Bytes, offset: number, packet: UnsubackPacket, version: ProtocolVersion): void {
  offset = writeU16(target, offset, packet.packetId);
  if (version < 5) return;
  offset = writePropertyList(target, offset, packet.properties);
  for (const code of packet.reasonCodes) target[offset++] = code;
}
