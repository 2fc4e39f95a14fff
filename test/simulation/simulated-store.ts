/**
 * A disk and the store that writes to it. Commits take as long as the world likes, become durable in their order, and
 * may fail. A crash loses what was not durable, and may make durable what nobody was told of. It knows nothing of MQTT
 * and nothing of why a commit fails.
 */

import type { RangeOptions, Store, StoreEntry } from '../../src/ports/store.ts';

/** What survives every crash. */
export class Disk {
  readonly entries: Map<string, Uint8Array> = new Map();

  /** Entries in the order of their keys' UTF-8 bytes. */
  range(prefix: string, { after, limit }: RangeOptions = {}): StoreEntry[] {
    const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
    return [...this.entries]
      .filter(([key]) => key.startsWith(prefix) && (after === undefined || bytewise(key, after) > 0))
      .sort(([a], [b]) => bytewise(a, b))
      .slice(0, limit)
      .map(([key, value]) => ({ key, value }));
  }

  apply(batch: ReadonlyMap<string, Uint8Array | undefined>): void {
    for (const [key, value] of batch) {
      if (value === undefined) this.entries.delete(key);
      else this.entries.set(key, value);
    }
  }
}

interface Commit {
  /** Failures that the broker had learned of when it started this one. */
  readonly failuresKnown: number;
  readonly batch: ReadonlyMap<string, Uint8Array | undefined>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The store of one life of the broker; after a crash the next life gets its own. */
export class SimulatedStore implements Store {
  readonly durable = true;
  readonly #disk: Disk;
  #open = new Map<string, Uint8Array | undefined>();
  readonly #commits: Commit[] = [];
  #isDead = false;
  #failures = 0;
  /** Failures whose changes have been tried again with success. */
  #failuresMended = 0;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Commits that wait for the disk. */
  get waiting(): number {
    return this.#commits.length;
  }

  /** Whether the disk has everything the broker ever wrote. */
  get isSettled(): boolean {
    return this.#open.size === 0 && this.#commits.length === 0 && this.#failures === this.#failuresMended;
  }

  get(key: string): Uint8Array | undefined {
    return this.#disk.entries.get(key);
  }

  range(prefix: string, options?: RangeOptions): StoreEntry[] {
    return this.#disk.range(prefix, options);
  }

  put(key: string, value: Uint8Array): void {
    if (!this.#isDead) this.#open.set(key, value);
  }

  delete(key: string): void {
    if (!this.#isDead) this.#open.set(key, undefined);
  }

  commit(): Promise<void> {
    const batch = this.#open;
    this.#open = new Map();
    return new Promise((resolve, reject) => {
      if (!this.#isDead) this.#commits.push({ batch, failuresKnown: this.#failures, resolve, reject });
    });
  }

  async close(): Promise<void> {}

  /** The disk is done with the oldest commit. */
  finishCommit(succeeds: boolean): void {
    const commit = this.#commits.shift();
    if (commit === undefined) return;
    if (succeeds) {
      this.#failuresMended = Math.max(this.#failuresMended, commit.failuresKnown);
      this.#disk.apply(commit.batch);
      commit.resolve();
    } else {
      this.#failures++;
      commit.reject(new Error('the simulated disk refuses'));
    }
  }

  /** The process dies: the first `durableCommits` of the waiting ones reached the disk, the others are lost. */
  crash(durableCommits: number): void {
    this.#isDead = true;
    for (const { batch } of this.#commits.splice(0).slice(0, durableCommits)) this.#disk.apply(batch);
    this.#open.clear();
  }
}
