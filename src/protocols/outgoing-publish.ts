/**
 * How a message becomes bytes for its receivers. A frame that can go on as it was received is not touched; a form
 * that a second receiver wants is kept with the message and used again; a large payload is never copied. Forms that
 * are kept lie in memory of their own, because the arena is used again after each turn.
 */

import type { Message } from '../packet/message.ts';
import { textBytes, VARINT_MAX, varintBytes, writeU16 } from '../packet/primitives.ts';
import { encodePublish, measurePublish, publishFirstByte, writePublishHead } from '../packet/publish.ts';
import type { ProtocolVersion } from '../packet/types.ts';
import type { Delivery } from '../ports/link.ts';
import type { OutputQueue, TurnArena } from '../std/output-queue.ts';

/** Payloads of at least this size are appended as a range of the message's source instead of being copied. */
const PAYLOAD_PASSED_BYTES = 4096;

/** One form of a message, without what differs between receivers. */
interface Template {
  /** The whole frame, or what stands before a payload that is passed on. */
  readonly bytes: Buffer;
  /** Bytes of the whole frame. */
  readonly total: number;
  /** Offset of the Packet Identifier; 0 at QoS 0. */
  readonly packetIdAt: number;
}

/** What `Message.encoded` holds: which forms were sent once, as bits, and then the forms themselves. */
type Encoded = number | (Template | undefined)[] | undefined;

/** Appends one PUBLISH. False, with nothing appended, when it would exceed `maximumPacketSize`. */
export function appendPublish(
  message: Message,
  delivery: Delivery,
  version: ProtocolVersion,
  maximumPacketSize: number,
  arena: TurnArena,
  output: OutputQueue,
): boolean {
  // A retained message is replayed to one receiver after another for as long as it exists; forms kept with each would
  // double the store, so these are encoded every time, like those that belong to one receiver.
  if (delivery.retain || !isShareable(delivery)) {
    return appendOnce(message, delivery, version, maximumPacketSize, arena, output);
  }
  if (delivery.qos === 0 && message.frameStart >= 0 && (message.frameVersion === 5) === (version === 5)) {
    if (message.payloadEnd - message.frameStart > maximumPacketSize) return false;
    message.appendTo(output, message.frameStart, message.payloadEnd);
    return true;
  }
  const slot = (version === 5 ? 1 : 0) + (delivery.qos === 0 ? 0 : 2);
  const template = templateFor(message, delivery, version, slot);
  if (template === undefined) return appendOnce(message, delivery, version, maximumPacketSize, arena, output);
  if (template.total > maximumPacketSize) return false;
  appendTemplate(template, message, delivery, arena, output);
  return true;
}

/** Whether the bytes are the same for every receiver but for the flags and the Packet Identifier. */
function isShareable(delivery: Delivery): boolean {
  return (
    delivery.topicAlias === 0 &&
    delivery.messageExpiryInterval === undefined &&
    (delivery.subscriptionIdentifiers === undefined || delivery.subscriptionIdentifiers.length === 0)
  );
}

/** Undefined for the first receiver of a form: most messages have one, and for one it is not worth keeping. */
function templateFor(
  message: Message,
  delivery: Delivery,
  version: ProtocolVersion,
  slot: number,
): Template | undefined {
  let encoded = message.encoded as Encoded;
  if (encoded === undefined || typeof encoded === 'number') {
    const sent = encoded ?? 0;
    if ((sent & (1 << slot)) === 0) {
      message.encoded = sent | (1 << slot);
      return undefined;
    }
    encoded = [undefined, undefined, undefined, undefined];
    message.encoded = encoded;
  }
  const known = encoded[slot];
  if (known !== undefined) return known;
  const made = makeTemplate(message, delivery, version);
  encoded[slot] = made;
  return made;
}

function makeTemplate(message: Message, delivery: Delivery, version: ProtocolVersion): Template | undefined {
  const length = measurePublish(message, delivery, version);
  if (length > VARINT_MAX) return undefined;
  const total = 1 + varintBytes(length) + length;
  const packetIdAt = delivery.qos === 0 ? 0 : 1 + varintBytes(length) + textBytes(message.topic);
  const payloadBytes = message.payloadBytes;
  if (payloadBytes < PAYLOAD_PASSED_BYTES)
    return { bytes: encodePublish(message, delivery, version), total, packetIdAt };
  const bytes = Buffer.allocUnsafe(total - payloadBytes);
  writePublishHead(bytes, 0, message, delivery, version, length);
  return { bytes, total, packetIdAt };
}

function appendTemplate(
  template: Template,
  message: Message,
  delivery: Delivery,
  arena: TurnArena,
  output: OutputQueue,
): void {
  const { bytes, packetIdAt } = template;
  if (packetIdAt === 0) output.push(bytes, 0, bytes.length);
  else {
    const offset = arena.reserve(bytes.length);
    const target = arena.buffer;
    bytes.copy(target, offset);
    target[offset] = publishFirstByte(delivery);
    writeU16(target, offset + packetIdAt, delivery.packetId);
    output.push(target, offset, offset + bytes.length);
  }
  if (bytes.length < template.total) message.appendTo(output, message.payloadStart, message.payloadEnd);
}

function appendOnce(
  message: Message,
  delivery: Delivery,
  version: ProtocolVersion,
  maximumPacketSize: number,
  arena: TurnArena,
  output: OutputQueue,
): boolean {
  const length = measurePublish(message, delivery, version);
  const total = 1 + varintBytes(length) + length;
  if (total > maximumPacketSize || length > VARINT_MAX) return false;
  const payloadBytes = message.payloadBytes;
  const passed = payloadBytes >= PAYLOAD_PASSED_BYTES;
  const reserved = passed ? total - payloadBytes : total;
  const offset = arena.reserve(reserved);
  const target = arena.buffer;
  const payloadAt = writePublishHead(target, offset, message, delivery, version, length);
  if (!passed) message.copyPayload(target, payloadAt);
  output.push(target, offset, offset + reserved);
  if (passed) message.appendTo(output, message.payloadStart, message.payloadEnd);
  return true;
}
