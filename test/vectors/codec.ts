/** Whole frames in and out of plain values, for tests: what the frame reader and the decoders do together. */

import { decodePacket } from '../../src/packet/decode.ts';
import { encodePacket } from '../../src/packet/encode.ts';
import { checkFirstByte } from '../../src/packet/fixed-header.ts';
import type { PacketLimits } from '../../src/packet/limits.ts';
import { Message } from '../../src/packet/message.ts';
import { Reader } from '../../src/packet/primitives.ts';
import type { Sender } from '../../src/packet/properties.ts';
import { decodePublish, encodePublish, type PublishForm } from '../../src/packet/publish.ts';
import { TopicMemory } from '../../src/packet/topic-memory.ts';
import type { ProtocolVersion, PublishLike } from '../../src/packet/types.ts';
import type { Packet } from './vector.ts';

export const testLimits: PacketLimits = { userPropertiesMax: 64, filtersMax: 64 };

/** Decodes one whole frame. */
export function decodeFrame(frame: Buffer, version: ProtocolVersion, sender: Sender): Packet {
  const header = new Reader(frame, 1, frame.length, 'A frame');
  const length = header.varint('the Remaining Length');
  const start = header.offset;
  const end = start + length;
  checkFirstByte(frame[0]!, version, sender);
  if (frame[0]! >> 4 !== 3) return decodePacket(frame[0]!, frame, start, end, version, testLimits, sender);
  return plain(decodePublish(frame[0]!, frame, 0, start, end, version, testLimits, new TopicMemory(), sender));
}

/** Encodes one whole frame. */
export function encodeFrame(packet: Packet, version: ProtocolVersion): Buffer {
  if (packet.type !== 'publish') return encodePacket(packet, version);
  return encodePublish(messageOf(packet), formOf(packet), version);
}

/** A message as the plain value that vectors hold. */
export function plain(message: Message): PublishLike {
  const { topic, payload, qos, retain, dup, packetId, properties } = message;
  return { type: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup, packetId, properties };
}

/** The other way. */
function messageOf(packet: PublishLike): Message {
  const message = Message.of(packet.topic, packet.payload, packet.qos, packet.retain, packet.properties);
  message.dup = packet.dup;
  message.packetId = packet.packetId;
  return message;
}

/** The form that says what the packet itself says. */
function formOf(packet: PublishLike): PublishForm {
  return {
    qos: packet.qos,
    retain: packet.retain,
    dup: packet.dup,
    packetId: packet.packetId,
    subscriptionIdentifiers: packet.properties?.subscriptionIdentifiers,
    messageExpiryInterval: packet.properties?.messageExpiryInterval,
    topicAlias: packet.properties?.topicAlias ?? 0,
    topicOmitted: packet.topic === '',
  };
}
