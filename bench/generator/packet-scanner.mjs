/**
 * Finds packets in a stream of bytes and looks at as little of them as a load generator can do with: of a PUBLISH the
 * numbers at the head of its payload, of everything else where it lies. The rest of a long payload is skipped, never
 * copied. Trusts the broker: malformed packets are not recognised.
 */

import { PAYLOAD_HEAD_BYTES } from './frames.mjs';

/** Longer than any head (topic, properties, payload head) or acknowledgement in the scenarios. */
const CARRY_BYTES = 4096;

/**
 * @typedef {object} PacketSink
 * @property {(qos: number, packetIdentifier: number, stream: number, sequence: number, stampUs: number) => void} onPublish
 * @property {(type: number, bytes: Buffer, offset: number, length: number) => void} onControl
 */

export class PacketScanner {
  /** @param {PacketSink} sink @param {4 | 5} version */
  constructor(sink, version) {
    this.sink = sink;
    this.hasProperties = version === 5;
    /** @type {Buffer | undefined} the beginning of a packet whose head was cut by the end of a read */
    this.carry = undefined;
    this.carriedBytes = 0;
    this.skipBytes = 0;
  }

  /** @param {Buffer} bytes @param {number} start @param {number} end */
  feed(bytes, start, end) {
    let at = start + this.skipBytes;
    if (this.carriedBytes > 0) at = this.#finishCarried(bytes, at, end);
    while (at < end) {
      const length = this.#scan(bytes, at, end);
      if (length === 0) {
        this.#keep(bytes, at, end);
        at = end;
        break;
      }
      at += length;
    }
    this.skipBytes = at - end;
  }

  /** @param {Buffer} bytes @param {number} at @param {number} end */
  #keep(bytes, at, end) {
    this.carry ??= Buffer.alloc(CARRY_BYTES);
    this.carriedBytes = bytes.copy(this.carry, 0, at, end);
  }

  /** @param {Buffer} bytes @param {number} at @param {number} end @returns {number} where the next packet begins */
  #finishCarried(bytes, at, end) {
    const carry = /** @type {Buffer} */ (this.carry);
    const before = this.carriedBytes;
    const taken = bytes.copy(carry, before, at, end);
    const length = this.#scan(carry, 0, before + taken);
    if (length === 0) {
      if (before + taken === CARRY_BYTES) throw new Error(`a packet head is longer than ${CARRY_BYTES} bytes`);
      this.carriedBytes = before + taken;
      return end;
    }
    this.carriedBytes = 0;
    return at + length - before;
  }

  /** @param {Buffer} bytes @param {number} at @param {number} end @returns {number} packet length, 0 when more is needed */
  #scan(bytes, at, end) {
    const first = bytes[at];
    let position = at + 1;
    let length = 0;
    let shift = 0;
    let byte = 0;
    do {
      if (position >= end) return 0;
      byte = bytes[position++];
      length |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    const packetEnd = position + length;
    if (first >> 4 === 3) return this.#scanPublish(bytes, position, end, (first >> 1) & 3) ? packetEnd - at : 0;
    if (packetEnd > end) return 0;
    this.sink.onControl(first >> 4, bytes, position, length);
    return packetEnd - at;
  }

  /** @param {Buffer} bytes @param {number} at @param {number} end @param {number} qos @returns {boolean} false: needs more */
  #scanPublish(bytes, at, end, qos) {
    if (at + 2 > end) return false;
    let position = at + 2 + ((bytes[at] << 8) | bytes[at + 1]);
    let packetIdentifier = 0;
    if (qos > 0) {
      if (position + 2 > end) return false;
      packetIdentifier = (bytes[position] << 8) | bytes[position + 1];
      position += 2;
    }
    if (this.hasProperties) {
      let length = 0;
      let shift = 0;
      let byte = 0;
      do {
        if (position >= end) return false;
        byte = bytes[position++];
        length |= (byte & 127) << shift;
        shift += 7;
      } while (byte > 127);
      position += length;
    }
    if (position + PAYLOAD_HEAD_BYTES > end) return false;
    this.sink.onPublish(
      qos,
      packetIdentifier,
      word(bytes, position + 4),
      word(bytes, position),
      word(bytes, position + 8),
    );
    return true;
  }
}

/** @param {Buffer} bytes @param {number} at @returns {number} */
function word(bytes, at) {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
