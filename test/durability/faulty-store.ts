/**
 * A store in memory that outlives its broker and goes wrong on demand: the n-th operation of a kind fails, or the
 * power goes at the n-th commit and takes everything with it that was not synced. It knows nothing of MQTT.
 */

import { BackendError } from '../../src/ports/backend-error.ts';
import type { RangeOptions, Store, StoreEntry } from '../../src/ports/store.ts';

export type Operation = 'commit' | 'put' | 'delete' | 'get' | 'range';

/** Which operations fail: from the n-th of a kind on, so many. */
export interface Fault {
  readonly operation: Operation;
  readonly nth: number;
  readonly times: number;
}

function bytewise(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** What survives. */
export class Entries {
  readonly map: Map<string, Uint8Array>;
  /** The same keys in their order; made when it is asked for. */
  #keys: string[] | undefined;

  constructor(map: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.map = new Map(map);
  }

  apply(batch: ReadonlyMap<string, Uint8Array | undefined>): void {
    if (batch.size > 0) this.#keys = undefined;
    for (const [key, value] of batch) {
      if (value === undefined) this.map.delete(key);
      else this.map.set(key, value);
    }
  }

  *range(prefix: string, { after, limit = Number.POSITIVE_INFINITY }: RangeOptions = {}): Generator<StoreEntry> {
    this.#keys ??= [...this.map.keys()].sort(bytewise);
    let left = limit;
    for (const key of this.#keys) {
      if (!key.startsWith(prefix) || (after !== undefined && bytewise(key, after) <= 0)) continue;
      const value = this.map.get(key);
      if (value === undefined) continue;
      if (left-- <= 0) return;
      yield { key, value };
    }
  }
}

export class FaultyStore implements Store {
  readonly durable = true;
  readonly entries: Entries;
  readonly counts: Record<Operation, number> = { commit: 0, put: 0, delete: 0, get: 0, range: 0 };
  fault: Fault | undefined;
  #open = new Map<string, Uint8Array | undefined>();

  constructor(entries: Entries = new Entries()) {
    this.entries = entries;
  }

  /** Whether the fault was met. */
  get wasMet(): boolean {
    return this.fault !== undefined && this.counts[this.fault.operation] >= this.fault.nth;
  }

  #count(operation: Operation): void {
    const count = ++this.counts[operation];
    const { fault } = this;
    if (fault?.operation !== operation || count < fault.nth || count >= fault.nth + fault.times) return;
    throw new BackendError('STORE_IO_ERROR', `The simulated disk refuses ${operation} ${count}`, { retryable: true });
  }

  get(key: string): Uint8Array | undefined {
    this.#count('get');
    return this.entries.map.get(key);
  }

  *range(prefix: string, options?: RangeOptions): Generator<StoreEntry> {
    this.#count('range');
    yield* this.entries.range(prefix, options);
  }

  put(key: string, value: Uint8Array): void {
    this.#count('put');
    this.#open.set(key, value);
  }

  delete(key: string): void {
    this.#count('delete');
    this.#open.set(key, undefined);
  }

  async commit(): Promise<void> {
    const batch = this.#open;
    this.#open = new Map();
    this.#count('commit');
    this.entries.apply(batch);
  }

  async close(): Promise<void> {}
}

/** What becomes of the commit during which the power goes. */
export type LastCommit = 'lost' | 'kept';

/**
 * Commits are synced one after another, each in a turn of its own. At the n-th the power goes: it is lost, or kept
 * without anybody hearing of it, and nothing after it ever reaches the disk.
 */
export class PowerLossStore implements Store {
  readonly durable = true;
  readonly entries: Entries;
  commits = 0;
  hasLostPower = false;
  readonly #nth: number;
  readonly #last: LastCommit;
  #open = new Map<string, Uint8Array | undefined>();
  #writing: Promise<void> = Promise.resolve();

  constructor(entries: Entries, nth: number, last: LastCommit) {
    this.entries = entries;
    this.#nth = nth;
    this.#last = last;
  }

  get(key: string): Uint8Array | undefined {
    return this.entries.map.get(key);
  }

  range(prefix: string, options?: RangeOptions): Iterable<StoreEntry> {
    return this.entries.range(prefix, options);
  }

  put(key: string, value: Uint8Array): void {
    this.#open.set(key, value);
  }

  delete(key: string): void {
    this.#open.set(key, undefined);
  }

  commit(): Promise<void> {
    const batch = this.#open;
    this.#open = new Map();
    this.#writing = this.#writing.then(() => this.#sync(batch));
    return this.#writing;
  }

  #sync(batch: ReadonlyMap<string, Uint8Array | undefined>): Promise<void> | undefined {
    const isLast = ++this.commits >= this.#nth;
    if (!this.hasLostPower && (!isLast || this.#last === 'kept')) this.entries.apply(batch);
    if (!isLast) return undefined;
    this.hasLostPower = true;
    // Nobody is told anything any more.
    return new Promise(() => {});
  }

  async close(): Promise<void> {}
}

/** Commits resolve at once, and are synced together when the test says that the window is over. */
export class RelaxedStore implements Store {
  readonly durable = true;
  readonly entries: Entries;
  readonly #synced: Map<string, Uint8Array>;
  #open = new Map<string, Uint8Array | undefined>();

  constructor(entries: Entries = new Entries()) {
    this.entries = entries;
    this.#synced = new Map(entries.map);
  }

  get(key: string): Uint8Array | undefined {
    return this.entries.map.get(key);
  }

  range(prefix: string, options?: RangeOptions): Iterable<StoreEntry> {
    return this.entries.range(prefix, options);
  }

  put(key: string, value: Uint8Array): void {
    this.#open.set(key, value);
  }

  delete(key: string): void {
    this.#open.set(key, undefined);
  }

  async commit(): Promise<void> {
    this.entries.apply(this.#open);
    this.#open = new Map();
  }

  /** The window is over. */
  sync(): void {
    this.#synced.clear();
    for (const [key, value] of this.entries.map) this.#synced.set(key, value);
  }

  /** What the disk has when the power goes now. */
  afterPowerLoss(): Entries {
    return new Entries(this.#synced);
  }

  async close(): Promise<void> {}
}
