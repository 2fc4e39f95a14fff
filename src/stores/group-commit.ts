/**
 * One write at a time, and everything that is committed while it goes on goes together into the next: the slower the
 * disk, the larger the groups. Commits resolve in their order. Knows neither files nor values.
 */

import type { Batch } from './disk-room.ts';

interface Commit {
  readonly batch: Batch;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit {
  readonly #write: (batch: Batch) => Promise<void>;
  #waiting: Commit[] = [];
  #running: Promise<void> | undefined;

  /** @param write makes a batch durable as a whole or rejects; never called again before it is done */
  constructor(write: (batch: Batch) => Promise<void>) {
    this.#write = write;
  }

  commit(batch: Batch): Promise<void> {
    if (batch.size === 0 && this.#running === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        const batch = together(group);
        if (batch.size > 0) await this.#write(batch);
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }
}

function together(group: readonly Commit[]): Batch {
  const [first] = group;
  if (group.length === 1 && first !== undefined) return first.batch;
  const all = new Map<string, Uint8Array | undefined>();
  for (const { batch } of group) for (const [key, value] of batch) all.set(key, value);
  return all;
}
