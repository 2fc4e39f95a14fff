/**
 * State that ends with the process. It says so (`durable` is false), and the broker then records nothing: sessions
 * and retained messages live in the broker's own memory, and no acknowledgement waits.
 */

import type { Store, StoreEntry } from '../ports/store.ts';

export class MemoryStore implements Store {
  readonly durable = false;

  get(_key: string): undefined {}

  range(_prefix: string): Iterable<StoreEntry> {
    return [];
  }

  put(_key: string, _value: Uint8Array): void {}

  delete(_key: string): void {}

  async commit(): Promise<void> {}

  async close(): Promise<void> {}
}
