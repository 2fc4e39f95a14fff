/** A batch that can be read in the order of its keys. What was added since the last look is sorted in when asked for. */

import { compareKeys } from './key-order.ts';

export type BatchEntry = readonly [key: string, value: Uint8Array | undefined];

export class SortedBatch {
  readonly entries: Map<string, Uint8Array | undefined> = new Map();
  #sorted: string[] = [];
  #added: string[] = [];

  /** `undefined` means deleted. */
  set(key: string, value: Uint8Array | undefined): void {
    if (!this.entries.has(key)) this.#added.push(key);
    this.entries.set(key, value);
  }

  /** Entries, deletions among them, whose key begins with `prefix` and comes behind `after`. */
  range(prefix: string, after: string | undefined): BatchEntry[] {
    const keys = this.#keys();
    const isBehind = after !== undefined && compareKeys(after, prefix) >= 0;
    const start = isBehind ? after : prefix;
    const found: BatchEntry[] = [];
    for (let index = firstFrom(keys, start); index < keys.length; index++) {
      const key = keys[index] as string;
      if (!key.startsWith(prefix)) break;
      if (!isBehind || key !== after) found.push([key, this.entries.get(key)]);
    }
    return found;
  }

  #keys(): readonly string[] {
    if (this.#added.length > 0) {
      // Two sorted runs, which the sort finds and merges without comparing everything.
      this.#sorted = this.#sorted.concat(this.#added.sort(compareKeys)).sort(compareKeys);
      this.#added = [];
    }
    return this.#sorted;
  }
}

function firstFrom(keys: readonly string[], start: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle] as string, start) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
