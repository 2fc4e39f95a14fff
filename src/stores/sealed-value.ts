/**
 * How entries look inside the engine: the value, then a CRC-32 of key and value, so that bytes which changed on the
 * disk, or came to stand under another key, are noticed at every read.
 */

import { crc32 } from 'node:zlib';
import { assert } from '../std/assert.ts';

const CHECKSUM_BYTES = 4;

/** Longest UTF-8 form of one UTF-16 code unit. */
const UTF8_BYTES_MAX = 3;

/** A batch in one block of memory, which must stay alive until the engine has taken it. */
export class SealedBatch {
  readonly #block: Buffer;
  #end = 0;

  constructor(batch: ReadonlyMap<string, Uint8Array | undefined>) {
    let bytes = 0;
    for (const [key, value] of batch) {
      if (value !== undefined) bytes += key.length * UTF8_BYTES_MAX + value.length + CHECKSUM_BYTES;
    }
    this.#block = Buffer.allocUnsafeSlow(bytes);
  }

  /** The sealed value of an entry of the batch; each entry once. */
  seal(key: string, value: Uint8Array): Buffer {
    const block = this.#block;
    const start = this.#end;
    const valueStart = start + block.write(key, start, 'utf8');
    const valueEnd = valueStart + value.length;
    block.set(value, valueStart);
    block.writeUInt32LE(crc32(block.subarray(start, valueEnd)), valueEnd);
    this.#end = valueEnd + CHECKSUM_BYTES;
    assert(this.#end <= block.length, 'a sealed batch holds the entries it was made for, each once');
    return block.subarray(valueStart, this.#end);
  }
}

/** The value inside `sealed`, or undefined when it is not what was written under `key`. */
export function unseal(key: string | Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const end = sealed.length - CHECKSUM_BYTES;
  if (end < 0) return undefined;
  const value = sealed.subarray(0, end);
  const checksum =
    ((sealed[end] ?? 0) |
      ((sealed[end + 1] ?? 0) << 8) |
      ((sealed[end + 2] ?? 0) << 16) |
      ((sealed[end + 3] ?? 0) << 24)) >>>
    0;
  return crc32(value, crc32(key)) === checksum ? value : undefined;
}
