/**
 * A publisher's messages, encoded beforehand and laid end to end in one block, so that any run of them is one write.
 * The ring has at least as many slots as the publisher may have messages on the way: a slot is written again only after
 * its last message has come out of the broker. Knows nothing of sockets or windows.
 */

import { encodePublish } from './frames.mjs';
import { maskAt, maskedFrame } from './websocket-frames.mjs';

export class PublishRing {
  /**
   * @param {object} options
   * @param {Array<{ topic: string, stream: number }>} options.streams used in turn; topics of equal length
   * @param {number} options.slots rounded up to a multiple of the number of streams
   * @param {boolean} options.websocket
   * @param {{ qos: 0 | 1 | 2, payloadBytes: number, version: 4 | 5, userProperties: number }} options.message
   */
  constructor({ streams, slots, websocket, message }) {
    const templates = streams.map((stream) => encodePublish({ ...message, ...stream }));
    const first = templates[0];
    const frames = templates.map(({ bytes }) => (websocket ? maskedFrame(bytes) : { bytes, headBytes: 0 }));
    const { headBytes } = frames[0];
    this.streamCount = streams.length;
    this.slots = Math.ceil(slots / streams.length) * streams.length;
    this.frameBytes = frames[0].bytes.length;
    this.sequenceOffset = headBytes + first.sequenceOffset;
    this.stampOffset = headBytes + first.stampOffset;
    this.packetIdentifierOffset = first.packetIdentifierOffset < 0 ? -1 : headBytes + first.packetIdentifierOffset;
    this.sequenceMask = websocket ? maskAt(first.sequenceOffset) : 0;
    this.stampMask = websocket ? maskAt(first.stampOffset) : 0;
    this.packetIdentifierMask = websocket ? maskAt(first.packetIdentifierOffset) >>> 16 : 0;
    this.block = Buffer.allocUnsafeSlow(this.slots * this.frameBytes);
    for (let slot = 0; slot < this.slots; slot++) {
      this.block.set(frames[slot % streams.length].bytes, slot * this.frameBytes);
    }
  }

  /**
   * Makes slot `messageNumber % slots` that message.
   * @param {number} messageNumber of this publisher, from 0
   * @param {number} stampUs
   */
  stamp(messageNumber, stampUs) {
    const { block } = this;
    const base = (messageNumber % this.slots) * this.frameBytes;
    let value = Math.floor(messageNumber / this.streamCount) ^ this.sequenceMask;
    let at = base + this.sequenceOffset;
    block[at] = value >>> 24;
    block[at + 1] = value >>> 16;
    block[at + 2] = value >>> 8;
    block[at + 3] = value;
    value = stampUs ^ this.stampMask;
    at = base + this.stampOffset;
    block[at] = value >>> 24;
    block[at + 1] = value >>> 16;
    block[at + 2] = value >>> 8;
    block[at + 3] = value;
    if (this.packetIdentifierOffset < 0) return;
    value = ((messageNumber % 65_535) + 1) ^ this.packetIdentifierMask;
    at = base + this.packetIdentifierOffset;
    block[at] = value >>> 8;
    block[at + 1] = value;
  }

  /** @param {number} slot @param {number} count @returns {Buffer} `count` neighbouring frames; they must not wrap */
  range(slot, count) {
    return this.block.subarray(slot * this.frameBytes, (slot + count) * this.frameBytes);
  }
}
