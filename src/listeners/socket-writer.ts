/**
 * Turns the ranges of an output queue into as few writes as possible: small ranges are copied together, big ones are
 * handed over as they are. It owns the scratch memory for the copies and decides who may use which memory again; when
 * to write is the flusher's decision.
 *
 * What the kernel takes during `socket.write` is free afterwards. What it does not take belongs to the socket until
 * the write is complete: scratch memory is then lent out, and the arena is left to the socket.
 */

import type { Socket } from 'node:net';
import type { OutputQueue, TurnArena } from '../std/output-queue.ts';

/** Ranges of at least this many bytes are never copied. */
const PASS_THROUGH_BYTES = 16 * 1024;
/** Output up to this size is copied into Node's own pool: cheaper than any bookkeeping, and it pins next to nothing. */
const POOLED_BYTES_MAX = Buffer.poolSize >>> 1;
const SCRATCH_BYTES = 64 * 1024;
const SCRATCHES_KEPT_MAX = 8;
/** A WebSocket frame header of a server: 2 bytes and up to 8 of length. */
const HEADER_BYTES_MAX = 10;
const NOTHING: Buffer = Buffer.alloc(0);

/** What the writer needs of a connection. */
export interface WriteTarget {
  readonly socket: Socket;
  readonly output: OutputQueue;
  /** Whether everything written at once becomes one binary WebSocket frame. */
  readonly framed: boolean;
  /** Whether the socket always completes writes later (TLS), so that `written` is passed along at once. */
  readonly completesLater: boolean;
  /** Scratch memory that the socket still reads from; the writer alone sets it. */
  lent: Buffer | undefined;
  /** Called when a write that was not taken at once is complete. */
  readonly written: () => void;
}

export class SocketWriter {
  readonly #arena: TurnArena;
  readonly #scratches: Buffer[] = [];

  constructor(arena: TurnArena) {
    this.#arena = arena;
  }

  /**
   * Writes everything in the queue and empties it. True when the kernel took it all; otherwise `written` is called
   * later, and nothing may be written before that. The queue must not be empty.
   */
  write(target: WriteTarget): boolean {
    const { output } = target;
    const total = output.bytes;
    const header = target.framed ? headerBytes(total) : 0;
    const bytes = header + total;
    if (bytes > POOLED_BYTES_MAX && this.#somePass(output)) return this.#writePieces(target, header);
    if (bytes > SCRATCH_BYTES) return this.#writePieces(target, header);
    // A lone message that came as a read of its own goes as it came: without a copy, and it keeps nothing but itself.
    const { buffers } = output;
    if (header === 0 && buffers.length === 1 && buffers[0]!.length === bytes && buffers[0] !== this.#arena.buffer) {
      const whole = buffers[0]!;
      output.clear();
      return this.#finish(target, whole);
    }
    let copy: Buffer;
    if (bytes <= POOLED_BYTES_MAX) {
      copy = Buffer.allocUnsafe(bytes);
    } else {
      target.lent = this.#scratches.pop() ?? Buffer.allocUnsafeSlow(SCRATCH_BYTES);
      copy = target.lent.subarray(0, bytes);
    }
    if (header > 0) writeHeader(copy, total);
    output.copyTo(copy, header);
    output.clear();
    return this.#finish(target, copy);
  }

  /** Takes back what a complete write has set free. */
  release(target: WriteTarget): void {
    const scratch = target.lent;
    if (scratch === undefined) return;
    target.lent = undefined;
    if (this.#scratches.length < SCRATCHES_KEPT_MAX) this.#scratches.push(scratch);
  }

  /**
   * Whether a range is handed over uncopied. Ranges of the arena are, only when they would not fit the scratch: a
   * socket that does not take them at once keeps the arena.
   */
  #passes(buffer: Buffer, bytes: number): boolean {
    return bytes >= (buffer === this.#arena.buffer ? SCRATCH_BYTES : PASS_THROUGH_BYTES);
  }

  #somePass(output: OutputQueue): boolean {
    for (let i = 0; i < output.buffers.length; i++) {
      if (this.#passes(output.buffers[i]!, output.ends[i]! - output.starts[i]!)) return true;
    }
    return false;
  }

  /** Big ranges as they are, runs of small ones between them copied together, all in one `writev`. */
  #writePieces(target: WriteTarget, header: number): boolean {
    const { socket, output } = target;
    const { buffers, starts, ends } = output;
    const pieces: Buffer[] = [];
    const scratch = this.#scratches.pop() ?? Buffer.allocUnsafeSlow(SCRATCH_BYTES);
    let block = scratch;
    if (header > 0) writeHeader(block, output.bytes);
    let from = 0;
    let to = header;
    let arenaPassed = false;
    for (let i = 0; i < buffers.length; i++) {
      const buffer = buffers[i]!;
      const bytes = ends[i]! - starts[i]!;
      const passes = this.#passes(buffer, bytes);
      if (to > from && (passes || to + bytes > block.length)) {
        pieces.push(block.subarray(from, to));
        from = to;
      }
      if (passes) {
        pieces.push(buffer.subarray(starts[i], ends[i]));
        arenaPassed ||= buffer === this.#arena.buffer;
        continue;
      }
      if (to + bytes > block.length) {
        block = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
        from = 0;
        to = 0;
      }
      to += buffer.copy(block, to, starts[i], ends[i]);
    }
    if (to > from) pieces.push(block.subarray(from, to));
    target.lent = scratch;
    output.clear();
    const last = pieces.pop()!;
    if (pieces.length > 0) socket.cork();
    for (const piece of pieces) socket.write(piece);
    const taken = this.#finish(target, last, pieces.length > 0);
    if (!taken && arenaPassed) this.#arena.abandon();
    return taken;
  }

  /** Writes the last piece and learns whether everything was taken. */
  #finish(target: WriteTarget, piece: Buffer, corked: boolean = false): boolean {
    const { socket } = target;
    if (target.completesLater) {
      socket.write(piece, target.written);
      if (corked) socket.uncork();
      return false;
    }
    socket.write(piece);
    if (corked) socket.uncork();
    if (socket.writableLength === 0) {
      this.release(target);
      return true;
    }
    // 'drain' is told only above the high-water mark; the end of this write is learned from an empty one behind it.
    socket.write(NOTHING, target.written);
    return false;
  }
}

function headerBytes(payloadBytes: number): number {
  if (payloadBytes < 126) return 2;
  return payloadBytes < 65_536 ? 4 : HEADER_BYTES_MAX;
}

/** Header of a final, unmasked binary frame (RFC 6455 section 5.2): a server never masks. */
function writeHeader(target: Buffer, payloadBytes: number): void {
  target[0] = 0x82;
  if (payloadBytes < 126) {
    target[1] = payloadBytes;
  } else if (payloadBytes < 65_536) {
    target[1] = 126;
    target.writeUInt16BE(payloadBytes, 2);
  } else {
    target[1] = 127;
    target.writeUIntBE(0, 2, 2);
    target.writeUIntBE(payloadBytes, 4, 6);
  }
}
