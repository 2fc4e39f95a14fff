/**
 * From a packet to its bytes, for every packet but PUBLISH. Packets are measured, then written where they belong, so
 * nothing is built in between. Here also the Maximum Packet Size of the receiver is kept [MQTT-3.1.2-24].
 */

import type { OutputQueue, TurnArena } from '../std/output-queue.ts';
import { measureAck, writeAck } from './ack.ts';
import { measureAuth, writeAuth } from './auth.ts';
import { measureConnack, writeConnack } from './connack.ts';
import { measureConnect, writeConnect } from './connect.ts';
import { measureDisconnect, writeDisconnect } from './disconnect.ts';
import { VARINT_MAX, varintBytes, writeVarint } from './primitives.ts';
import { measureSuback, writeSuback } from './suback.ts';
import { measureSubscribe, writeSubscribe } from './subscribe.ts';
import type { Bytes, ControlPacket, Properties, ProtocolVersion } from './types.ts';
import { measureUnsuback, writeUnsuback } from './unsuback.ts';
import { measureUnsubscribe, writeUnsubscribe } from './unsubscribe.ts';

/** The largest packet there can be: a fixed header of five bytes and the largest Remaining Length. */
export const PACKET_BYTES_MAX: number = 5 + VARINT_MAX;

/** Encodes into a buffer of its own. Throws a RangeError when the packet is larger than MQTT allows. */
export function encodePacket(packet: ControlPacket, version: ProtocolVersion): Bytes;
/** Undefined when the packet exceeds `maximumPacketSize` even without Reason String and User Properties. */
export function encodePacket(
  packet: ControlPacket,
  version: ProtocolVersion,
  maximumPacketSize: number,
): Bytes | undefined;
export function encodePacket(
  packet: ControlPacket,
  version: ProtocolVersion,
  maximumPacketSize?: number,
): Bytes | undefined {
  const small = trimmed(packet, version, maximumPacketSize ?? PACKET_BYTES_MAX);
  if (small === undefined) {
    if (maximumPacketSize !== undefined) return undefined;
    throw new RangeError(
      `A ${packet.type.toUpperCase()} is larger than the ${PACKET_BYTES_MAX} bytes that MQTT allows`,
    );
  }
  const length = measureBody(small, version);
  const target = Buffer.allocUnsafe(1 + varintBytes(length) + length);
  writePacket(target, 0, small, version, length);
  return target;
}

/** Encodes into the arena and appends to the output. False, with nothing appended, when the packet does not fit. */
export function appendPacket(
  packet: ControlPacket,
  version: ProtocolVersion,
  maximumPacketSize: number,
  arena: TurnArena,
  output: OutputQueue,
): boolean {
  let length = measureBody(packet, version);
  if (1 + varintBytes(length) + length > maximumPacketSize) {
    const small = trimmed(packet, version, maximumPacketSize);
    if (small === undefined) return false;
    packet = small;
    length = measureBody(packet, version);
  }
  const bytes = 1 + varintBytes(length) + length;
  const offset = arena.reserveAnswer(bytes);
  writePacket(arena.buffer, offset, packet, version, length);
  output.push(arena.buffer, offset, offset + bytes);
  return true;
}

const firstBytes: Readonly<Record<ControlPacket['type'], number>> = {
  connect: 0x10,
  connack: 0x20,
  puback: 0x40,
  pubrec: 0x50,
  pubrel: 0x62,
  pubcomp: 0x70,
  subscribe: 0x82,
  suback: 0x90,
  unsubscribe: 0xa2,
  unsuback: 0xb0,
  pingreq: 0xc0,
  pingresp: 0xd0,
  disconnect: 0xe0,
  auth: 0xf0,
};

/** Packets of which Reason String and User Properties may be left out; those of clients' requests may not. */
const trimmable: ReadonlySet<ControlPacket['type']> = new Set<ControlPacket['type']>([
  'connack',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'suback',
  'unsuback',
  'disconnect',
  'auth',
]);

/** The packet, without User Properties and then without Reason String where it would be too large with them. */
function trimmed(
  packet: ControlPacket,
  version: ProtocolVersion,
  maximumPacketSize: number,
): ControlPacket | undefined {
  if (frameBytes(packet, version) <= maximumPacketSize) return packet;
  if (!trimmable.has(packet.type) || !('properties' in packet) || packet.properties === undefined) return undefined;
  const { userProperties: _dropped, ...withoutUser } = packet.properties;
  const shorter = withProperties(packet, withoutUser);
  if (frameBytes(shorter, version) <= maximumPacketSize) return shorter;
  const { reasonString: _alsoDropped, ...withoutReason } = withoutUser;
  const shortest = withProperties(packet, withoutReason);
  return frameBytes(shortest, version) <= maximumPacketSize ? shortest : undefined;
}

function withProperties(packet: ControlPacket, properties: Properties): ControlPacket {
  return { ...packet, properties } as ControlPacket;
}

function frameBytes(packet: ControlPacket, version: ProtocolVersion): number {
  const length = measureBody(packet, version);
  return length > VARINT_MAX ? Number.POSITIVE_INFINITY : 1 + varintBytes(length) + length;
}

function measureBody(packet: ControlPacket, version: ProtocolVersion): number {
  switch (packet.type) {
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return measureAck(packet, version);
    case 'suback':
      return measureSuback(packet, version);
    case 'unsuback':
      return measureUnsuback(packet, version);
    case 'connack':
      return measureConnack(packet, version);
    case 'disconnect':
      return measureDisconnect(packet, version);
    case 'auth':
      return measureAuth(packet);
    case 'connect':
      return measureConnect(packet);
    case 'subscribe':
      return measureSubscribe(packet, version);
    case 'unsubscribe':
      return measureUnsubscribe(packet, version);
    case 'pingreq':
    case 'pingresp':
      return 0;
  }
}

function writePacket(
  target: Bytes,
  offset: number,
  packet: ControlPacket,
  version: ProtocolVersion,
  length: number,
): void {
  target[offset] = firstBytes[packet.type];
  offset = writeVarint(target, offset + 1, length);
  switch (packet.type) {
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      writeAck(target, offset, packet, length);
      break;
    case 'suback':
      writeSuback(target, offset, packet, version);
      break;
    case 'unsuback':
      writeUnsuback(target, offset, packet, version);
      break;
    case 'connack':
      writeConnack(target, offset, packet, version);
      break;
    case 'disconnect':
      writeDisconnect(target, offset, packet, length);
      break;
    case 'auth':
      writeAuth(target, offset, packet, length);
      break;
    case 'connect':
      writeConnect(target, offset, packet);
      break;
    case 'subscribe':
      writeSubscribe(target, offset, packet, version);
      break;
    case 'unsubscribe':
      writeUnsubscribe(target, offset, packet, version);
      break;
  }
}
