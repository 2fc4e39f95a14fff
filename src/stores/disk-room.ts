/**
 * Whether a batch will find room on the disk. Asking first keeps a full disk from being met in the middle of a
 * transaction, and keeps a little for batches that only delete, so that a full store can be emptied.
 */

import { statfsSync } from 'node:fs';

/** Each entry may change a page of its own. */
const PAGE_BYTES = 4096;
const RESERVE_BYTES = 1 << 20;
/** Others write to the disk too, so what was seen is believed only for a moment. */
const BELIEF_MS = 1000;

export type Batch = ReadonlyMap<string, Uint8Array | undefined>;

/** Bytes that a batch may add, at most; 0 when it only deletes. */
export function bytesToAdd(batch: Batch): number {
  let bytes = 0;
  for (const value of batch.values()) if (value !== undefined) bytes += value.length + PAGE_BYTES;
  return bytes;
}

export class DiskRoom {
  readonly #folder: string;
  /** What may be written without looking again. */
  #believedBytes = 0;
  #believedUntilMs = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Whether `bytes` more will find room.
   * @param spareBytes tells what is free inside the file; asked only when the disk has nothing to spare
   */
  has(bytes: number, spareBytes: () => number): boolean {
    if (bytes === 0) return true;
    const nowMs = performance.now();
    if (bytes > this.#believedBytes || nowMs > this.#believedUntilMs) {
      // Half of it, because the engine rewrites the pages above those that change.
      this.#believedBytes = (this.#freeBytes() - RESERVE_BYTES) / 2;
      this.#believedUntilMs = nowMs + BELIEF_MS;
    }
    return bytes <= this.#believedBytes || spareBytes() > 2 * bytes + RESERVE_BYTES;
  }

  /** These bytes are written now. */
  use(bytes: number): void {
    this.#believedBytes -= bytes;
  }

  /** Whether a write of so many bytes, which failed in some way, probably failed for lack of room. */
  lacks(bytes: number): boolean {
    this.#believedUntilMs = 0;
    return this.#freeBytes() < 2 * (bytes + RESERVE_BYTES);
  }

  #freeBytes(): number {
    try {
      const { bavail, bsize } = statfsSync(this.#folder);
      return bavail * bsize;
    } catch {
      // Not every file system tells; then the write itself shows.
      return Number.POSITIVE_INFINITY;
    }
  }
}
