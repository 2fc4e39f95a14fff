/** SUBACK (section 3.9): one code for each filter of a SUBSCRIBE, in the order of the filters. */

import { malformed, violation } from './error.ts';
import type { PacketLimits } from './limits.ts';
import { readPacketId } from './packet-id.ts';
import { Reader, writeU16 } from './primitives.ts';
import { carrier, decodeProperties, measurePropertyList, writePropertyList } from './properties.ts';
import { isReasonCodeOf } from './reason-codes.ts';
import type { Bytes, ProtocolVersion, SubackPacket } from './types.ts';

/** The one failure of 3.1.1; 3.1 has none, but servers send it there as well. */
const FAILURE = 0x80;

/** Decodes a body: at least one code. */
export function decodeSuback(
  bytes: Bytes,
  start: number,
  end: number,
  version: ProtocolVersion,
  limits: PacketLimits,
): SubackPacket {
  const reader = new Reader(bytes, start, end, 'SUBACK');
  const packetId = readPacketId(reader, 'MQTT-2.2.1-6');
  const properties = version === 5 ? decodeProperties(reader, carrier.suback, 'server', limits) : undefined;
  if (reader.remaining === 0) throw malformed('MQTT-3.8.4-6', 'SUBACK has no Reason Code; each filter gets one');
  const reasonCodes: number[] = [];
  while (reader.remaining > 0) {
    const code = reader.u8('a Reason Code');
    if (version === 5 ? !isReasonCodeOf('suback', code) : code > 2 && code !== FAILURE) {
      throw violation('MQTT-3.9.3-2', `SUBACK has the code ${code}, which is not one of its own`);
    }
    reasonCodes.push(code);
  }
  return { type: 'suback', packetId, reasonCodes, properties };
}

/** Bytes of the body. */
export function measureSuback(packet: SubackPacket, version: ProtocolVersion): number {
  return 2 + packet.reasonCodes.length + (version === 5 ? measurePropertyList(packet.properties) : 0);
}

/** Writes a body as measured. Below MQTT 5 every failure is 0x80. */
export function writeSuback(target: Bytes, offset: number, packet: SubackPacket, version: ProtocolVersion): void {
  offset = writeU16(target, offset, packet.packetId);
  if (version === 5) offset = writePropertyList(target, offset, packet.properties);
  for (const code of packet.reasonCodes) target[offset++] = version < 5 && code > 2 ? FAILURE : code;
}
