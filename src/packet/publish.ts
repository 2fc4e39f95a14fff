/**
 * PUBLISH (section 3.3), the packet that everything else is there for. Decoding makes one Message and, for QoS 0
 * without properties, nothing else: the topic comes from the connection's memory and the payload stays where it is.
 * Encoding writes everything before the payload; who sends may then copy the payload or hand over its range.
 */

import { malformed, type ProtocolError, violation } from './error.ts';
import type { PacketLimits } from './limits.ts';
import { Message } from './message.ts';
import { zeroPacketId } from './packet-id.ts';
import { Reader, textBytes, varintBytes, writeText, writeU16, writeU32, writeVarint } from './primitives.ts';
import {
  carrier,
  decodeProperties,
  measureProperties,
  type Sender,
  writeProperties,
  writeSubscriptionIdentifiers,
} from './properties.ts';
import type { TopicMemory } from './topic-memory.ts';
import type { Bytes, Properties, ProtocolVersion, Qos } from './types.ts';

const DUP = 8;
const RETAIN = 1;

/** First byte of a PUBLISH without flags, the only one that can be sent on as it was received. */
const PLAIN = 0x30;

/** What is said of a message to one receiver, as opposed to what belongs to the message. */
export interface PublishForm {
  readonly qos: Qos;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 at QoS 0. */
  readonly packetId: number;
  readonly subscriptionIdentifiers: readonly number[] | undefined;
  /** Seconds. */
  readonly messageExpiryInterval: number | undefined;
  /** 0 for none. */
  readonly topicAlias: number;
  readonly topicOmitted: boolean;
}

/**
 * Decodes the frame whose fixed header begins at `frameStart` and whose body lies between `start` and `end`. The
 * topic is empty where a Topic Alias stands for it. `bytes` becomes the message's source and must not change.
 */
export function decodePublish(
  firstByte: number,
  bytes: Bytes,
  frameStart: number,
  start: number,
  end: number,
  version: ProtocolVersion,
  limits: PacketLimits,
  memory: TopicMemory,
  sender: Sender = 'client',
): Message {
  const qos = ((firstByte >> 1) & 3) as Qos;
  if ((firstByte & 14) === DUP || (qos as number) === 3) throw wrongFlags(qos);
  if (end - start < 2) throw tooShort('the length of the Topic Name');
  const topicStart = start + 2;
  let offset = topicStart + ((bytes[start]! << 8) | bytes[start + 1]!);
  if (offset > end) throw tooShort('the Topic Name');
  const topic = offset === topicStart ? '' : memory.read(bytes, topicStart, offset);
  let packetId = 0;
  if (qos !== 0) {
    if (end - offset < 2) throw tooShort('the Packet Identifier');
    packetId = (bytes[offset]! << 8) | bytes[offset + 1]!;
    if (packetId === 0) throw zeroPacketId(sender === 'client' ? 'MQTT-2.2.1-3' : 'MQTT-2.2.1-4');
    offset += 2;
  }
  let properties: Properties | undefined;
  if (version === 5) {
    if (offset < end && bytes[offset] === 0) offset++;
    else {
      const reader = new Reader(bytes, offset, end, 'PUBLISH');
      properties = decodeProperties(reader, carrier.publish, sender, limits);
      offset = reader.offset;
    }
  }
  if (topic === '' && properties?.topicAlias === undefined) {
    throw violation('MQTT-4.7.3-1', 'PUBLISH has neither a Topic Name nor a Topic Alias');
  }
  const message = new Message(topic, bytes, offset, end, qos, (firstByte & RETAIN) !== 0, properties);
  message.packetId = packetId;
  message.dup = (firstByte & DUP) !== 0;
  message.frameVersion = version;
  if (firstByte === PLAIN && start - frameStart === 1 + varintBytes(end - start) && isForwardable(properties)) {
    message.frameStart = frameStart;
  }
  return message;
}

/** Whether everything before the payload lies before `limit`, where what there is of the frame ends. */
export function hasWholeHead(
  firstByte: number,
  bytes: Bytes,
  start: number,
  limit: number,
  version: ProtocolVersion,
): boolean {
  if (start + 2 > limit) return false;
  let offset = start + 2 + ((bytes[start]! << 8) | bytes[start + 1]!);
  if ((firstByte & 6) !== 0) offset += 2;
  if (version < 5) return offset <= limit;
  let length = 0;
  for (let shift = 0; shift <= 21 && offset < limit; shift += 7) {
    const byte = bytes[offset++]!;
    length |= (byte & 127) << shift;
    if (byte < 128) return offset + length <= limit;
  }
  return false;
}

/** The whole packet in a buffer of its own. */
export function encodePublish(message: Message, form: PublishForm, version: ProtocolVersion): Bytes {
  const length = measurePublish(message, form, version);
  const target = Buffer.allocUnsafe(1 + varintBytes(length) + length);
  const offset = writePublishHead(target, 0, message, form, version, length);
  message.copyPayload(target, offset);
  return target;
}

/** The Remaining Length: bytes of the body, the payload included. */
export function measurePublish(message: Message, form: PublishForm, version: ProtocolVersion): number {
  let bytes = (form.topicOmitted ? 2 : textBytes(message.topic)) + message.payloadEnd - message.payloadStart;
  if (form.qos !== 0) bytes += 2;
  if (version !== 5) return bytes;
  const properties = measureOwnProperties(message, form);
  return bytes + varintBytes(properties) + properties;
}

/** Writes everything before the payload; returns the payload's offset. `length` is the Remaining Length as measured. */
export function writePublishHead(
  target: Bytes,
  offset: number,
  message: Message,
  form: PublishForm,
  version: ProtocolVersion,
  length: number,
): number {
  target[offset] = publishFirstByte(form);
  offset = writeVarint(target, offset + 1, length);
  offset = form.topicOmitted ? writeU16(target, offset, 0) : writeText(target, offset, message.topic);
  if (form.qos !== 0) offset = writeU16(target, offset, form.packetId);
  if (version !== 5) return offset;
  const bytes = measureOwnProperties(message, form);
  offset = writeVarint(target, offset, bytes);
  return bytes === 0 ? offset : writeOwnProperties(target, offset, message, form);
}

/** The first byte with the flags of `form`. */
export function publishFirstByte(form: PublishForm): number {
  return PLAIN | (form.qos << 1) | (form.dup ? DUP : 0) | (form.retain ? RETAIN : 0);
}

/** What these say belongs to the connection that brought the message, so the frame cannot go to another. */
function isForwardable(properties: Properties | undefined): boolean {
  return (
    properties === undefined ||
    (properties.topicAlias === undefined &&
      properties.messageExpiryInterval === undefined &&
      properties.subscriptionIdentifiers === undefined)
  );
}

function measureOwnProperties(message: Message, form: PublishForm): number {
  let bytes = measureProperties(message.properties, true);
  if (form.topicAlias !== 0) bytes += 3;
  if (form.messageExpiryInterval !== undefined) bytes += 5;
  if (form.subscriptionIdentifiers !== undefined) {
    for (const id of form.subscriptionIdentifiers) bytes += 1 + varintBytes(id);
  }
  return bytes;
}

function writeOwnProperties(target: Bytes, offset: number, message: Message, form: PublishForm): number {
  if (form.topicAlias !== 0) {
    target[offset] = 35;
    offset = writeU16(target, offset + 1, form.topicAlias);
  }
  if (form.messageExpiryInterval !== undefined) {
    target[offset] = 2;
    offset = writeU32(target, offset + 1, form.messageExpiryInterval);
  }
  if (form.subscriptionIdentifiers !== undefined) {
    offset = writeSubscriptionIdentifiers(target, offset, form.subscriptionIdentifiers);
  }
  return writeProperties(target, offset, message.properties, true);
}

function wrongFlags(qos: number): ProtocolError {
  if (qos === 3) return malformed('MQTT-3.3.1-4', 'PUBLISH has QoS 3; 0, 1 and 2 exist');
  return malformed('MQTT-3.3.1-2', 'PUBLISH has DUP set at QoS 0');
}

function tooShort(field: string): ProtocolError {
  return malformed('MQTT-3.3.2-1', `PUBLISH ends within ${field}`);
}
