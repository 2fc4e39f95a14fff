/** UNSUBSCRIBE (section 3.10): the filters to give up, compared by others character for character. */

import { violation } from './error.ts';
import { type PacketLimits, tooManyFilters } from './limits.ts';
import { readPacketId } from './packet-id.ts';
import { Reader, textBytes, writeText, writeU16 } from './primitives.ts';
import { carrier, decodeProperties, measurePropertyList, writePropertyList } from './properties.ts';
import type { Bytes, ProtocolVersion, UnsubscribePacket } from './types.ts';

/** Decodes a body: at least one filter. */
export function decodeUnsubscribe(
  bytes: Bytes,
  start: number,
  end: number,
  version: ProtocolVersion,
  limits: PacketLimits,
): UnsubscribePacket {
  const reader = new Reader(bytes, start, end, 'UNSUBSCRIBE');
  const packetId = readPacketId(reader, 'MQTT-2.2.1-3');
  const properties = version === 5 ? decodeProperties(reader, carrier.unsubscribe, 'client', limits) : undefined;
  if (reader.remaining === 0) {
    throw violation('MQTT-3.10.3-2', 'UNSUBSCRIBE has no topic filter; at least one is required');
  }
  const filters: string[] = [];
  while (reader.remaining > 0) {
    if (filters.length >= limits.filtersMax) throw tooManyFilters(limits);
    filters.push(reader.text('a Topic Filter'));
  }
  return { type: 'unsubscribe', packetId, filters, properties };
}

/** Bytes of the body. */
export function measureUnsubscribe(packet: UnsubscribePacket, version: ProtocolVersion): number {
  let bytes = 2 + (version === 5 ? measurePropertyList(packet.properties) : 0);
  for (const filter of packet.filters) bytes += textBytes(filter);
  return bytes;
}

/** Writes a body as measured. */
export function writeUnsubscribe(
  target: Bytes,
  offset: number,
  packet: UnsubscribePacket,
  version: ProtocolVersion,
): void {
  offset = writeU16(target, offset, packet.packetId);
  if (version === 5) offset = writePropertyList(target, offset, packet.properties);
  for (const filter of packet.filters) offset = writeText(target, offset, filter);
}
