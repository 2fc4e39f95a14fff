/**
 * The data types of MQTT section 1.5: integers, Variable Byte Integers, UTF-8 strings and binary data, read and
 * written in place. Everything read is checked against the end of its packet, and text against the rules for strings,
 * so no packet decoder has to. It knows no packet.
 */

import { isUtf8 } from 'node:buffer';
import { malformed } from './error.ts';
import type { Bytes } from './types.ts';

/** The largest value of a Variable Byte Integer, and so of a Remaining Length. */
export const VARINT_MAX = 268_435_455;

/** The longest string or binary data, in bytes. */
export const TEXT_BYTES_MAX = 65_535;

/** Up to this many characters a loop is quicker than a call into native code. */
const LOOP_MAX = 48;

/** Undocumented in the type definitions, present in every Node; `toString` costs twice as much for short text. */
interface Slices {
  latin1Slice(start: number, end: number): string;
}

/** Bytes that `value` takes as a Variable Byte Integer. */
export function varintBytes(value: number): 1 | 2 | 3 | 4 {
  if (value < 128) return 1;
  if (value < 16_384) return 2;
  return value < 2_097_152 ? 3 : 4;
}

/** Writes in the fewest bytes [MQTT-1.5.5-1]; returns the offset behind. */
export function writeVarint(target: Bytes, offset: number, value: number): number {
  while (value > 127) {
    target[offset++] = (value & 127) | 128;
    value >>>= 7;
  }
  target[offset] = value;
  return offset + 1;
}

/** Big-endian; returns the offset behind. */
export function writeU16(target: Bytes, offset: number, value: number): number {
  target[offset] = value >>> 8;
  target[offset + 1] = value;
  return offset + 2;
}

/** Big-endian; returns the offset behind. */
export function writeU32(target: Bytes, offset: number, value: number): number {
  return writeU16(target, writeU16(target, offset, value >>> 16), value & 0xffff);
}

/** Bytes that a string takes with its length in front. Throws a RangeError above 65,535 bytes of UTF-8. */
export function textBytes(text: string): number {
  return sized(utf8Bytes(text), 'string');
}

/** Writes a string with its length in front; returns the offset behind. */
export function writeText(target: Bytes, offset: number, text: string): number {
  const start = offset + 2;
  const length = text.length;
  if (length > LOOP_MAX) return behindText(target, offset, target.write(text, start, 'utf8'));
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return behindText(target, offset, target.write(text, start, 'utf8'));
    target[start + i] = code;
  }
  return behindText(target, offset, length);
}

/** Bytes that binary data takes with its length in front. Throws a RangeError above 65,535 bytes. */
export function binaryBytes(binary: Bytes): number {
  return sized(binary.length, 'binary field');
}

/** Writes binary data with its length in front; returns the offset behind. */
export function writeBinary(target: Bytes, offset: number, binary: Bytes): number {
  binary.copy(target, offset + 2);
  return behindText(target, offset, binary.length);
}

/** A copy in memory of its own, for what outlives the packet: it keeps neither a received block nor a pool alive. */
export function ownCopy(binary: Bytes): Bytes {
  const own = Buffer.allocUnsafeSlow(binary.length);
  binary.copy(own);
  return own;
}

/**
 * Decodes a string that is well formed [MQTT-1.5.4-1] and without U+0000 [MQTT-1.5.4-2]; a U+FEFF stays where it is
 * [MQTT-1.5.4-3]. Anything else is malformed. `field` is named in the message.
 */
export function decodeText(bytes: Bytes, start: number, end: number, field: string): string {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte > 127) return decodeWideText(bytes, start, end, field);
    if (byte === 0) throw zeroCharacter(field);
  }
  return (bytes as unknown as Slices).latin1Slice(start, end);
}

/** Reads one packet, or a part of it, from front to back. */
export class Reader {
  readonly bytes: Bytes;
  /** The next byte to read. */
  offset: number;
  /** Nothing at or behind it is read. */
  end: number;
  readonly #packet: string;

  /** @param packet the packet's name, for messages */
  constructor(bytes: Bytes, start: number, end: number, packet: string) {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
    this.#packet = packet;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  u8(field: string): number {
    return this.bytes[this.#take(1, field)]!;
  }

  u16(field: string): number {
    const at = this.#take(2, field);
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }

  u32(field: string): number {
    return this.bytes.readUInt32BE(this.#take(4, field));
  }

  /** A Variable Byte Integer of at most four bytes that does not waste one [MQTT-1.5.5-1]. */
  varint(field: string): number {
    let value = 0;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.u8(field);
      value |= (byte & 127) << shift;
      if (byte < 128) {
        if (byte === 0 && shift > 0) {
          throw malformed('MQTT-1.5.5-1', `${this.#packet} encodes ${field} in more bytes than it needs`);
        }
        return value;
      }
    }
    throw malformed('MQTT-1.5.5-1', `${this.#packet} encodes ${field} in more than 4 bytes`);
  }

  text(field: string): string {
    const length = this.u16(field);
    const start = this.#take(length, field);
    return decodeText(this.bytes, start, start + length, field);
  }

  /** A view of the packet's bytes, not a copy. */
  binary(field: string): Bytes {
    const length = this.u16(field);
    const start = this.#take(length, field);
    return this.bytes.subarray(start, start + length);
  }

  /** Refuses bytes that belong to no field. */
  finish(): void {
    if (this.remaining > 0) {
      throw malformed('', `${this.#packet} has ${this.remaining} bytes behind its last field`);
    }
  }

  #take(bytes: number, field: string): number {
    const at = this.offset;
    if (this.end - at < bytes) {
      throw malformed('', `${this.#packet} ends within ${field}: ${bytes} bytes needed, ${this.end - at} left`);
    }
    this.offset = at + bytes;
    return at;
  }
}

function utf8Bytes(text: string): number {
  const length = text.length;
  if (length > LOOP_MAX) return Buffer.byteLength(text);
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) > 127) return Buffer.byteLength(text);
  }
  return length;
}

function sized(bytes: number, what: string): number {
  if (bytes > TEXT_BYTES_MAX) {
    throw new RangeError(`An MQTT packet cannot hold a ${what} of ${bytes} bytes; the limit is ${TEXT_BYTES_MAX}`);
  }
  return bytes + 2;
}

function behindText(target: Bytes, offset: number, length: number): number {
  writeU16(target, offset, length);
  return offset + 2 + length;
}

function decodeWideText(bytes: Bytes, start: number, end: number, field: string): string {
  const view = bytes.subarray(start, end);
  // isUtf8 refuses surrogates, overlong forms and code points above U+10FFFF.
  if (!isUtf8(view)) throw malformed('MQTT-1.5.4-1', `${field} is not well-formed UTF-8`);
  if (view.includes(0)) throw zeroCharacter(field);
  return bytes.toString('utf8', start, end);
}

function zeroCharacter(field: string): Error {
  return malformed('MQTT-1.5.4-2', `${field} contains U+0000`);
}
