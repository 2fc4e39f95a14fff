/**
 * A frame whose bytes arrive in several chunks. Large pieces are kept as they came and small ones gathered in blocks
 * that grow with what has arrived, so memory follows the bytes received, never the length announced, and a peer that
 * sends byte by byte costs work in proportion to its bytes and pins none of the blocks they were read in.
 */

import type { Piece } from '../packet/pieces.ts';

/** Pieces of at least this size are kept as ranges of their chunk; smaller ones would pin much more than they hold. */
const PIECE_KEPT_BYTES = 8 * 1024;

const BLOCK_BYTES_MIN = 256;
const BLOCK_BYTES_MAX = 64 * 1024;

export class PartialFrame {
  /** Bytes of the whole frame; 0 while its header is incomplete. */
  total = 0;
  /** Bytes that have arrived. */
  have = 0;
  /** Bytes of the fixed header, once `total` is known. */
  headerBytes = 0;
  readonly #pieces: Piece[] = [];
  /** The block that small pieces go to; always the last of `#pieces` when it is set. */
  #block: Buffer | undefined;
  #blockUsed = 0;

  /** Adds what lies between two offsets of a chunk, at most what is missing. */
  add(chunk: Buffer, start: number, end: number): void {
    this.have += end - start;
    // The last piece waits for nothing, so it pins nothing for long.
    if (end - start >= PIECE_KEPT_BYTES || this.have === this.total) {
      this.#closeBlock();
      this.#pieces.push({ bytes: chunk, start, end });
      return;
    }
    while (start < end) {
      const block = this.#block ?? this.#openBlock();
      const copied = chunk.copy(block, this.#blockUsed, start, end);
      this.#blockUsed += copied;
      start += copied;
      if (this.#blockUsed === block.length) this.#closeBlock();
    }
  }

  /** The first bytes, to read the header from. They are in one block, since only small pieces have come. */
  get head(): Buffer {
    return this.#pieces[0]!.bytes;
  }

  /** The whole frame: nothing is to be added any more. */
  get pieces(): readonly Piece[] {
    this.#closeBlock();
    return this.#pieces;
  }

  #openBlock(): Buffer {
    const wanted = Math.min(Math.max(this.have, BLOCK_BYTES_MIN), BLOCK_BYTES_MAX);
    this.#block = Buffer.allocUnsafe(this.total === 0 ? wanted : Math.min(wanted, this.total));
    this.#blockUsed = 0;
    this.#pieces.push({ bytes: this.#block, start: 0, end: 0 });
    return this.#block;
  }

  #closeBlock(): void {
    if (this.#block === undefined) return;
    this.#pieces[this.#pieces.length - 1] = { bytes: this.#block, start: 0, end: this.#blockUsed };
    this.#block = undefined;
  }
}
