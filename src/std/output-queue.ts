/**
 * What waits to be written to one peer, as ranges of buffers that belong to somebody else until the end of the turn.
 * Ranges that lie next to each other in the same buffer become one, so forwarding a read of a thousand small frames
 * costs one range and one write. It knows nothing of sockets or of what the bytes mean.
 */

import { copyRange } from './copy-range.ts';

/**
 * A buffer that lives for one turn: small packets are built in it and its space is used again after the flush. Messages
 * and answers have a part each. A read of a hundred messages at QoS 1 makes as many PUBACKs for the one who sent them;
 * were these between the messages, neither would lie together, and every one would be a range of its own to copy.
 */
export class TurnArena {
  buffer: Buffer;
  /** First free byte of the part for messages. */
  used = 0;
  readonly #size: number;
  readonly #answerBytes: number;
  /** First free byte of the part for answers, which is the last of the buffer. */
  #answersUsed: number;

  constructor(bytes: number = 64 * 1024) {
    this.#size = bytes;
    this.#answerBytes = bytes >>> 2;
    this.buffer = Buffer.allocUnsafeSlow(bytes);
    this.#answersUsed = bytes - this.#answerBytes;
  }

  /**
   * Reserves `bytes` for a message and returns their offset in `this.buffer`. A request that does not fit replaces
   * `buffer`; what was reserved before stays valid for whoever holds the old buffer.
   */
  reserve(bytes: number): number {
    if (this.used + bytes > this.buffer.length - this.#answerBytes) this.#replace(bytes + this.#answerBytes);
    const offset = this.used;
    this.used = offset + bytes;
    return offset;
  }

  /** As `reserve`, for a packet that is no message. */
  reserveAnswer(bytes: number): number {
    if (bytes > this.#answerBytes) return this.reserve(bytes);
    if (this.#answersUsed + bytes > this.buffer.length) this.#replace(this.#size);
    const offset = this.#answersUsed;
    this.#answersUsed = offset + bytes;
    return offset;
  }

  /** Makes the space free again. Call it only when no queue holds a range of `buffer`. */
  reset(): void {
    this.used = 0;
    this.#answersUsed = this.buffer.length - this.#answerBytes;
  }

  /** Leaves the current buffer to those who still hold ranges of it. */
  abandon(): void {
    this.#replace(this.#size);
  }

  #replace(bytes: number): void {
    this.buffer = Buffer.allocUnsafeSlow(Math.max(this.#size, bytes));
    this.reset();
  }
}

/** Lists of ranges are lent to a queue from its first range to its end, so that the many empty queues have none. */
interface Ranges {
  readonly buffers: Buffer[];
  readonly starts: number[];
  readonly ends: number[];
}

/** Longer lists are left to the garbage collector. */
const RANGES_KEPT_MAX = 16;
const LISTS_KEPT_MAX = 256;
const NONE: Ranges = { buffers: [], starts: [], ends: [] };
const spare: Ranges[] = [];

export class OutputQueue {
  #ranges: Ranges = NONE;
  bytes = 0;

  /** Ranges `buffers[i]` from `starts[i]` to `ends[i]`, in order. */
  get buffers(): readonly Buffer[] {
    return this.#ranges.buffers;
  }

  get starts(): readonly number[] {
    return this.#ranges.starts;
  }

  get ends(): readonly number[] {
    return this.#ranges.ends;
  }

  /** Appends a range. The bytes must not change until they were taken or settled. */
  push(buffer: Buffer, start: number, end: number): void {
    if (this.#ranges === NONE) this.#ranges = spare.pop() ?? { buffers: [], starts: [], ends: [] };
    const { buffers, starts, ends } = this.#ranges;
    const last = buffers.length - 1;
    this.bytes += end - start;
    if (last >= 0 && buffers[last] === buffer && ends[last] === start) {
      ends[last] = end;
      return;
    }
    buffers.push(buffer);
    starts.push(start);
    ends.push(end);
  }

  /** Copies every range to `target` at `offset`, which must have room for `this.bytes`. */
  copyTo(target: Buffer, offset: number): void {
    const { buffers, starts, ends } = this.#ranges;
    for (let i = 0; i < buffers.length; i++) {
      const start = starts[i]!;
      const end = ends[i]!;
      copyRange(buffers[i]!, start, end, target, offset);
      offset += end - start;
    }
  }

  clear(): void {
    const ranges = this.#ranges;
    if (ranges === NONE) return;
    this.#ranges = NONE;
    this.bytes = 0;
    if (ranges.buffers.length > RANGES_KEPT_MAX || spare.length === LISTS_KEPT_MAX) return;
    // One by one: a length set to 0 gives the room away, which was 460 bytes and a third of all that forwarding a lone
    // message allocated.
    while (ranges.buffers.length > 0) {
      ranges.buffers.pop();
      ranges.starts.pop();
      ranges.ends.pop();
    }
    spare.push(ranges);
  }

  /**
   * Copies what waits into memory of its own, because the peer does not take it in this turn: a hundred waiting
   * bytes must not keep a block of 64 KB. Ranges of at least `keepBytes` that are whole buffers stay as they are.
   */
  settle(keepBytes: number = 16 * 1024): void {
    const { buffers, starts, ends } = this.#ranges;
    let i = 0;
    while (i < buffers.length) {
      if (this.#isOwn(i, keepBytes)) {
        i++;
        continue;
      }
      let j = i;
      let bytes = 0;
      while (j < buffers.length && !this.#isOwn(j, keepBytes)) bytes += ends[j]! - starts[j++]!;
      const own = Buffer.allocUnsafeSlow(bytes);
      let offset = 0;
      for (let k = i; k < j; k++) offset += buffers[k]!.copy(own, offset, starts[k], ends[k]);
      buffers.splice(i, j - i, own);
      starts.splice(i, j - i, 0);
      ends.splice(i, j - i, bytes);
      i++;
    }
  }

  #isOwn(i: number, keepBytes: number): boolean {
    const { buffers, starts, ends } = this.#ranges;
    const length = ends[i]! - starts[i]!;
    return length >= keepBytes && length === buffers[i]!.length;
  }
}
