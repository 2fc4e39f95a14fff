/**
 * What waits to be written to one peer, as ranges of buffers that belong to somebody else until the end of the turn.
 * Ranges that lie next to each other in the same buffer become one, so forwarding a read of a thousand small frames
 * costs one range and one write. It knows nothing of sockets or of what the bytes mean.
 */

/** A buffer that lives for one turn: small packets are built in it and its space is used again after the flush. */
export class TurnArena {
  buffer: Buffer;
  /** First free byte. */
  used = 0;
  readonly #size: number;

  constructor(bytes: number = 64 * 1024) {
    this.#size = bytes;
    this.buffer = Buffer.allocUnsafeSlow(bytes);
  }

  /**
   * Reserves `bytes` and returns their offset in `this.buffer`. A request that does not fit replaces `buffer`; what
   * was reserved before stays valid for whoever holds the old buffer.
   */
  reserve(bytes: number): number {
    if (this.used + bytes > this.buffer.length) {
      this.buffer = Buffer.allocUnsafeSlow(Math.max(this.#size, bytes));
      this.used = 0;
    }
    const offset = this.used;
    this.used = offset + bytes;
    return offset;
  }

  /** Makes the space free again. Call it only when no queue holds a range of `buffer`. */
  reset(): void {
    this.used = 0;
  }

  /** Leaves the current buffer to those who still hold ranges of it. */
  abandon(): void {
    this.buffer = Buffer.allocUnsafeSlow(this.#size);
    this.used = 0;
  }
}

export class OutputQueue {
  /** Ranges `buffers[i]` from `starts[i]` to `ends[i]`, in order. */
  readonly buffers: Buffer[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  bytes = 0;

  /** Appends a range. The bytes must not change until they were taken or settled. */
  push(buffer: Buffer, start: number, end: number): void {
    const last = this.buffers.length - 1;
    this.bytes += end - start;
    if (last >= 0 && this.buffers[last] === buffer && this.ends[last] === start) {
      this.ends[last] = end;
      return;
    }
    this.buffers.push(buffer);
    this.starts.push(start);
    this.ends.push(end);
  }

  /** Copies every range to `target` at `offset`, which must have room for `this.bytes`. */
  copyTo(target: Buffer, offset: number): void {
    for (let i = 0; i < this.buffers.length; i++) {
      offset += this.buffers[i]!.copy(target, offset, this.starts[i], this.ends[i]);
    }
  }

  clear(): void {
    this.buffers.length = 0;
    this.starts.length = 0;
    this.ends.length = 0;
    this.bytes = 0;
  }

  /**
   * Copies what waits into memory of its own, because the peer does not take it in this turn: a hundred waiting
   * bytes must not keep a block of 64 KB. Ranges of at least `keepBytes` that are whole buffers stay as they are.
   */
  settle(keepBytes: number = 16 * 1024): void {
    let i = 0;
    while (i < this.buffers.length) {
      if (this.#isOwn(i, keepBytes)) {
        i++;
        continue;
      }
      let j = i;
      let bytes = 0;
      while (j < this.buffers.length && !this.#isOwn(j, keepBytes)) bytes += this.ends[j]! - this.starts[j++]!;
      const own = Buffer.allocUnsafeSlow(bytes);
      let offset = 0;
      for (let k = i; k < j; k++) offset += this.buffers[k]!.copy(own, offset, this.starts[k], this.ends[k]);
      this.buffers.splice(i, j - i, own);
      this.starts.splice(i, j - i, 0);
      this.ends.splice(i, j - i, bytes);
      i++;
    }
  }

  #isOwn(i: number, keepBytes: number): boolean {
    const length = this.ends[i]! - this.starts[i]!;
    return length >= keepBytes && length === this.buffers[i]!.length;
  }
}
