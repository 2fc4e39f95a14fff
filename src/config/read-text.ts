/** Reads what an operator wrote. Whatever the file is, the answer is a text or a sentence, in bounded time and memory. */

import { closeSync, openSync, readSync } from 'node:fs';

/** A configuration has some kilobytes; a device or a file of another kind has no end. */
const BYTES_MAX = 64 * 1024 * 1024;
const CHUNK_BYTES = 65_536;

/** Why a file is no text that could be a configuration. */
class TextError extends Error {
  override readonly name = 'TextError';
}

/**
 * A byte order mark goes. Broken UTF-8 is refused: half a character in a password helps nobody.
 * @throws TextError, and the error of the system for a file that cannot be opened
 */
export function readTextFile(file: string): string {
  const bytes = readBounded(file);
  if (isUtf16(bytes)) throw new TextError('it is written in UTF-16; save it as UTF-8');
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw new TextError(`line ${lineAt(bytes, zero)} holds a zero byte, so it is no text in UTF-8`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TextError(`line ${firstBadLine(bytes)} is no valid UTF-8; save the file as UTF-8`);
  }
}

function readBounded(file: string): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  const fd = openSync(file, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const read = readSync(fd, chunk, 0, CHUNK_BYTES, null);
      if (read === 0) return Buffer.concat(chunks, length);
      length += read;
      if (length > BYTES_MAX) throw new TextError(`it has more than ${BYTES_MAX} bytes. Is this a configuration file?`);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
}

/** With a byte order mark, or with every other of the first characters' bytes zero. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second, third, fourth] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const isLittle = first !== 0 && second === 0 && third !== 0 && fourth === 0;
  return bytes.length >= 4 && (isLittle || (first === 0 && second !== 0 && third === 0 && fourth !== 0));
}

function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(0x0a); at >= 0 && at < offset; at = bytes.indexOf(0x0a, at + 1)) line++;
  return line;
}

/** A line end is never a part of a longer character, so each line can be looked at by itself. */
function firstBadLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    try {
      decoder.decode(bytes.subarray(start, end < 0 ? undefined : end));
    } catch {
      return line;
    }
    if (end < 0) return line;
    start = end + 1;
  }
}
