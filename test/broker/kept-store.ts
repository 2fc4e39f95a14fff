/** A store in memory that outlives its broker: commits are durable at once, or refused while `failing` is set. */

import type { RangeOptions, Store, StoreEntry } from '../../src/ports/store.ts';

export class KeptStore implements Store {
  readonly durable = true;
  failing = false;
  /** A commit ends as this does, so that a test decides when and how. */
  held: Promise<void> = Promise.resolve();
  readonly #durable = new Map<string, Uint8Array>();
  #batch = new Map<string, Uint8Array | undefined>();

  get(key: string): Uint8Array | undefined {
    return this.#durable.get(key);
  }

  range(prefix: string, { after, limit }: RangeOptions = {}): StoreEntry[] {
    return [...this.#durable]
      .filter(([key]) => key.startsWith(prefix) && (after === undefined || bytewise(key, after) > 0))
      .sort(([a], [b]) => bytewise(a, b))
      .slice(0, limit)
      .map(([key, value]) => ({ key, value }));
  }

  put(key: string, value: Uint8Array): void {
    this.#batch.set(key, value);
  }

  delete(key: string): void {
    this.#batch.set(key, undefined);
  }

  async commit(): Promise<void> {
    const batch = this.#batch;
    this.#batch = new Map();
    await this.held;
    if (this.failing) throw new TypeError('the disk is full');
    for (const [key, value] of batch) {
      if (value === undefined) this.#durable.delete(key);
      else this.#durable.set(key, value);
    }
  }

  async close(): Promise<void> {}
}

function bytewise(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
