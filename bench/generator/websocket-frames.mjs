/**
 * The part of WebSocket framing that an MQTT load generator needs: wraps bytes in masked binary frames and takes the
 * payload out of a server's unmasked frames as it arrives. Knows nothing of MQTT, answers no ping, expects no close.
 */

/** One key for all frames: servers must unmask whatever it is, and a constant lets frames be encoded beforehand. */
const MASK = [0x37, 0xfa, 0x21, 0x3d];

/** @param {Buffer} payload @returns {{ bytes: Buffer, headBytes: number }} a masked binary frame */
export function maskedFrame(payload) {
  const length = payload.length;
  const extended = length < 126 ? [] : length < 65_536 ? [length >> 8, length & 255] : [0, 0, 0, 0, ...words(length)];
  const code = length < 126 ? length : length < 65_536 ? 126 : 127;
  const head = Buffer.from([0x82, 0x80 | code, ...extended, ...MASK]);
  const bytes = Buffer.concat([head, payload]);
  for (let index = 0; index < length; index++) bytes[head.length + index] ^= MASK[index & 3];
  return { bytes, headBytes: head.length };
}

/** @param {number} value @returns {number[]} */
function words(value) {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** @param {number} offset in the payload @returns {number} the mask of the 32 bits that begin there */
export function maskAt(offset) {
  return [0, 1, 2, 3].reduce((mask, index) => (mask << 8) | MASK[(offset + index) & 3], 0) >>> 0;
}

/** Hands on the payload of a server's frames, cut wherever the reads were cut. */
export class FrameReader {
  /** @param {(bytes: Buffer, start: number, end: number) => void} onPayload */
  constructor(onPayload) {
    this.onPayload = onPayload;
    this.head = Buffer.alloc(10);
    this.headBytes = 0;
    this.payloadBytesLeft = 0;
  }

  /** @param {Buffer} bytes @param {number} start @param {number} end */
  feed(bytes, start, end) {
    let at = start;
    while (at < end) {
      if (this.payloadBytesLeft > 0) {
        const taken = Math.min(this.payloadBytesLeft, end - at);
        this.onPayload(bytes, at, at + taken);
        this.payloadBytesLeft -= taken;
        at += taken;
        continue;
      }
      this.head[this.headBytes++] = bytes[at++];
      this.#finishHead();
    }
  }

  #finishHead() {
    if (this.headBytes < 2) return;
    const code = this.head[1] & 127;
    const needed = code < 126 ? 2 : code === 126 ? 4 : 10;
    if (this.headBytes < needed) return;
    this.headBytes = 0;
    this.payloadBytesLeft =
      code < 126 ? code : code === 126 ? this.head.readUInt16BE(2) : Number(this.head.readBigUInt64BE(2));
  }
}
