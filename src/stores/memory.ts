/**
 * State that ends with the process. It says so (`durable` is false): the broker then records no session and no message,
 * and no acknowledgement waits. What an operator sets at run time is kept as long as the process lives.
 */

import type { RangeOptions, Store, StoreEntry } from '../ports/store.ts';
import { compareKeys } from './key-order.ts';

export class MemoryStore implements Store {
  readonly durable = false;
  readonly #entries = new Map<string, Uint8Array>();
  /** The open batch; undefined deletes. */
  readonly #changes = new Map<string, Uint8Array | undefined>();

  get(key: string): Uint8Array | undefined {
    return this.#entries.get(key);
  }

  *range(prefix: string, { after, limit = Number.POSITIVE_INFINITY }: RangeOptions = {}): Iterable<StoreEntry> {
    const keys = [...this.#entries.keys()].filter(
      (key) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0),
    );
    let given = 0;
    for (const key of keys.sort(compareKeys)) {
      if (given++ >= limit) return;
      const value = this.#entries.get(key);
      if (value !== undefined) yield { key, value };
    }
  }

  put(key: string, value: Uint8Array): void {
    this.#changes.set(key, value);
  }

  delete(key: string): void {
    this.#changes.set(key, undefined);
  }

  async commit(): Promise<void> {
    for (const [key, value] of this.#changes) {
      if (value === undefined) this.#entries.delete(key);
      else this.#entries.set(key, value);
    }
    this.#changes.clear();
  }

  async close(): Promise<void> {
    this.#entries.clear();
  }
}
