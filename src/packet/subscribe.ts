/**
 * SUBSCRIBE (section 3.8). Whether a filter is well placed with its wildcards is the business of topics; here a
 * filter is a string.
 */

import { malformed, type ProtocolError, violation } from './error.ts';
import { type PacketLimits, tooManyFilters } from './limits.ts';
import { readPacketId } from './packet-id.ts';
import { Reader, textBytes, writeText, writeU16 } from './primitives.ts';
import { carrier, decodeProperties, measurePropertyList, writePropertyList } from './properties.ts';
import type { Bytes, ProtocolVersion, Qos, SubscribePacket, SubscriptionRequest } from './types.ts';

const NO_LOCAL = 0x04;
const RETAIN_AS_PUBLISHED = 0x08;

/** Decodes a body: at least one filter, each with its options. */
export function decodeSubscribe(
  bytes: Bytes,
  start: number,
  end: number,
  version: ProtocolVersion,
  limits: PacketLimits,
): SubscribePacket {
  const reader = new Reader(bytes, start, end, 'SUBSCRIBE');
  const packetId = readPacketId(reader, 'MQTT-2.2.1-3');
  const properties = version === 5 ? decodeProperties(reader, carrier.subscribe, 'client', limits) : undefined;
  if (reader.remaining === 0)
    throw violation('MQTT-3.8.3-2', 'SUBSCRIBE has no topic filter; at least one is required');
  const subscriptions: SubscriptionRequest[] = [];
  while (reader.remaining > 0) {
    if (subscriptions.length >= limits.filtersMax) throw tooManyFilters(limits);
    const filter = reader.text('a Topic Filter');
    subscriptions.push(readOptions(filter, reader.u8('the Subscription Options'), version));
  }
  return { type: 'subscribe', packetId, subscriptions, properties };
}

/** Bytes of the body. */
export function measureSubscribe(packet: SubscribePacket, version: ProtocolVersion): number {
  let bytes = 2 + (version === 5 ? measurePropertyList(packet.properties) : 0);
  for (const subscription of packet.subscriptions) bytes += textBytes(subscription.filter) + 1;
  return bytes;
}

/** Writes a body as measured. */
export function writeSubscribe(target: Bytes, offset: number, packet: SubscribePacket, version: ProtocolVersion): void {
  offset = writeU16(target, offset, packet.packetId);
  if (version === 5) offset = writePropertyList(target, offset, packet.properties);
  for (const subscription of packet.subscriptions) {
    offset = writeText(target, offset, subscription.filter);
    target[offset++] = version === 5 ? optionBits(subscription) : subscription.qos;
  }
}

function readOptions(filter: string, bits: number, version: ProtocolVersion): SubscriptionRequest {
  const qos = bits & 3;
  if (version < 5) {
    if (bits > 2) throw malformed('MQTT-3.8.3-4@3.1.1', `SUBSCRIBE requests QoS ${bits}; 0, 1 and 2 exist`);
    return { filter, qos: bits as Qos, noLocal: false, retainAsPublished: false, retainHandling: 0 };
  }
  if (bits > 0x3f) throw malformed('MQTT-3.8.3-5', `Subscription Options ${bits} have reserved bits set`);
  if (qos === 3) throw outOfRange('Maximum QoS');
  const retainHandling = bits >> 4;
  if (retainHandling === 3) throw outOfRange('Retain Handling');
  const noLocal = (bits & NO_LOCAL) !== 0;
  if (noLocal && filter.startsWith('$share/')) {
    throw violation('MQTT-3.8.3-4', 'SUBSCRIBE sets No Local on a shared subscription');
  }
  const retainAsPublished = (bits & RETAIN_AS_PUBLISHED) !== 0;
  return { filter, qos: qos as Qos, noLocal, retainAsPublished, retainHandling: retainHandling as 0 | 1 | 2 };
}

function outOfRange(field: string): ProtocolError {
  return violation('', `Subscription Options have ${field} 3; 0, 1 and 2 exist`);
}

function optionBits(subscription: SubscriptionRequest): number {
  return (
    subscription.qos |
    (subscription.noLocal ? NO_LOCAL : 0) |
    (subscription.retainAsPublished ? RETAIN_AS_PUBLISHED : 0) |
    (subscription.retainHandling << 4)
  );
}
