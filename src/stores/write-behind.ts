/**
 * Relaxed durability: a commit resolves at once, and what was committed within a window is written together when the
 * window ends. Until then it is read from here. What comes and goes within one window never touches the disk. When the
 * disk refuses, nothing more is accepted until it has taken what was promised.
 */

import { type Batch, bytesToAdd } from './disk-room.ts';
import { compareKeys } from './key-order.ts';
import { type BatchEntry, SortedBatch } from './sorted-batch.ts';

/** A window ends early when so much has gathered, counted as what it may need on the disk, and further commits wait. */
const GATHERED_BYTES_MAX = 128 << 20;

export interface Disk {
  /** Makes a batch durable as a whole or rejects; never called again before it is done. */
  write(batch: Batch): Promise<void>;
  /** Throws when it is known already that so many bytes will find no room. */
  admit(bytes: number): void;
}

export class WriteBehind {
  readonly #disk: Disk;
  readonly #windowMs: number;
  #gathered = new SortedBatch();
  /** What it will need on the disk. */
  #gatheredBytes = 0;
  #leavingBytes = 0;
  /** What is being written; older than what gathers. */
  #leaving: SortedBatch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #failure: unknown;

  constructor(disk: Disk, windowMs: number) {
    this.#disk = disk;
    this.#windowMs = windowMs;
  }

  async commit(batch: Batch): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const bytes = bytesToAdd(batch);
    this.#disk.admit(bytes > 0 ? this.#leavingBytes + this.#gatheredBytes + bytes : 0);
    for (const [key, value] of batch) this.#gathered.set(key, value);
    this.#gatheredBytes += bytes;
    if (this.#gathered.entries.size === 0) return;
    if (this.#gatheredBytes >= GATHERED_BYTES_MAX) {
      // A failure is told to whoever commits next: this batch is accepted and stays here until the disk takes it.
      await this.flush().catch(() => {});
    } else {
      this.#arm();
    }
  }

  /** What is committed of `key` and not on the disk yet. */
  find(key: string): { readonly value: Uint8Array | undefined } | undefined {
    for (const { entries } of [this.#gathered, ...(this.#leaving === undefined ? [] : [this.#leaving])]) {
      const value = entries.get(key);
      if (value !== undefined || entries.has(key)) return { value };
    }
    return undefined;
  }

  /** As `SortedBatch.range`, of everything that is not on the disk yet. */
  range(prefix: string, after: string | undefined): BatchEntry[] {
    const newer = this.#gathered.range(prefix, after);
    const older = this.#leaving?.range(prefix, after) ?? [];
    if (older.length === 0) return newer;
    return [...new Map([...older, ...newer])].sort(([a], [b]) => compareKeys(a, b));
  }

  /** Writes what has gathered. Rejects when the disk refuses; it stays here then, and is tried again. */
  async flush(): Promise<void> {
    // A write that goes on does not have everything that gathers now.
    await this.#running?.catch(() => {});
    this.#running ??= this.#flush().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // A failure is told to whoever commits next.
      this.flush().catch(() => {});
    }, this.#windowMs);
  }

  async #flush(): Promise<void> {
    const leaving = this.#gathered;
    if (leaving.entries.size === 0) return;
    this.#leaving = leaving;
    this.#leavingBytes = this.#gatheredBytes;
    this.#gathered = new SortedBatch();
    this.#gatheredBytes = 0;
    try {
      await this.#disk.write(leaving.entries);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      for (const [key, value] of this.#gathered.entries) leaving.set(key, value);
      this.#gathered = leaving;
      this.#gatheredBytes += this.#leavingBytes;
      this.#arm();
      throw error;
    } finally {
      this.#leaving = undefined;
      this.#leavingBytes = 0;
    }
  }
}
