/**
 * A large PUBLISH that did not come in one read: the parts of the blocks in which it lies. Where it goes out again as it
 * came, it is never joined: a block of 64 KB to join it in costs 16 to 25 us, as much as all system calls of a message.
 */

import type { OutputQueue } from '../std/output-queue.ts';
import type { Bytes } from './types.ts';

/** A part of a block of memory. */
export interface Piece {
  readonly bytes: Bytes;
  readonly start: number;
  readonly end: number;
}

/** One after the other in a buffer of their own. */
export function joinPieces(pieces: readonly Piece[]): Bytes {
  let total = 0;
  for (const { start, end } of pieces) total += end - start;
  const joined = Buffer.allocUnsafeSlow(total);
  copyPieces(pieces, 0, total, joined, 0);
  return joined;
}

/** Copies what lies between two offsets, counted from the beginning of the first piece. */
export function copyPieces(pieces: readonly Piece[], from: number, to: number, target: Bytes, offset: number): void {
  let begin = 0;
  for (const { bytes, start, end } of pieces) {
    const first = Math.max(from, begin);
    const last = Math.min(to, begin + end - start);
    if (first < last) offset += bytes.copy(target, offset, start + first - begin, start + last - begin);
    begin += end - start;
  }
}

/** Appends what lies between two offsets, counted from the beginning of the first piece, without copying it. */
export function pushPieces(pieces: readonly Piece[], from: number, to: number, output: OutputQueue): void {
  let begin = 0;
  for (const { bytes, start, end } of pieces) {
    const first = Math.max(from, begin);
    const last = Math.min(to, begin + end - start);
    if (first < last) output.push(bytes, start + first - begin, start + last - begin);
    begin += end - start;
  }
}
