/**
 * A map that forgets what was used longest ago once it holds too many entries, or entries that weigh too much
 * together. Order is kept in a linked list, so every operation takes constant time. It knows nothing of what it holds;
 * `onRemove` tells the owner of each value that left.
 */

import { assert } from './assert.ts';

export interface LruOptions<K, V> {
  entriesMax: number;
  /** Bound of the sum of all weights; unbounded when left out. */
  weightMax?: number;
  /** Told of each value that leaves: forgotten, deleted, replaced or cleared. It must not change the map. */
  onRemove?: (value: V, key: K) => void;
}

class Item<K, V> {
  readonly key: K;
  value: V;
  weight: number;
  older: Item<K, V> | undefined;
  newer: Item<K, V> | undefined;

  constructor(key: K, value: V, weight: number) {
    this.key = key;
    this.value = value;
    this.weight = weight;
    this.older = undefined;
    this.newer = undefined;
  }
}

export class Lru<K, V> {
  readonly #items = new Map<K, Item<K, V>>();
  readonly #entriesMax: number;
  readonly #weightMax: number;
  readonly #onRemove: ((value: V, key: K) => void) | undefined;
  #oldest: Item<K, V> | undefined;
  #newest: Item<K, V> | undefined;
  #weight = 0;

  constructor(options: LruOptions<K, V>) {
    assert(options.entriesMax >= 0, `An LRU map needs room for 0 entries or more, got ${options.entriesMax}.`);
    this.#entriesMax = options.entriesMax;
    this.#weightMax = options.weightMax ?? Number.POSITIVE_INFINITY;
    this.#onRemove = options.onRemove;
  }

  get size(): number {
    return this.#items.size;
  }

  /** Sum of the weights of all entries. */
  get weight(): number {
    return this.#weight;
  }

  /** The value, which counts as used now. */
  get(key: K): V | undefined {
    const item = this.#items.get(key);
    if (item === undefined) return undefined;
    if (item !== this.#newest) {
      this.#unlink(item);
      this.#link(item);
    }
    return item.value;
  }

  /** The value, without counting as a use. */
  peek(key: K): V | undefined {
    return this.#items.get(key)?.value;
  }

  /**
   * Sets a value, which counts as used now, and forgets the oldest entries until the bounds hold. An entry that alone
   * exceeds a bound is forgotten at once.
   */
  set(key: K, value: V, weight: number = 1): void {
    const present = this.#items.get(key);
    if (present !== undefined) this.#remove(present);
    const item = new Item(key, value, weight);
    this.#items.set(key, item);
    this.#link(item);
    this.#weight += weight;
    while (this.#oldest !== undefined && (this.#items.size > this.#entriesMax || this.#weight > this.#weightMax)) {
      this.#remove(this.#oldest);
    }
  }

  delete(key: K): boolean {
    const item = this.#items.get(key);
    if (item === undefined) return false;
    this.#remove(item);
    return true;
  }

  /** Deletes the entries for which `predicate` holds and returns how many they were. */
  deleteWhere(predicate: (value: V, key: K) => boolean): number {
    let count = 0;
    let item = this.#oldest;
    while (item !== undefined) {
      const newer = item.newer;
      if (predicate(item.value, item.key)) {
        this.#remove(item);
        count++;
      }
      item = newer;
    }
    return count;
  }

  clear(): void {
    let item = this.#oldest;
    this.#items.clear();
    this.#oldest = undefined;
    this.#newest = undefined;
    this.#weight = 0;
    while (item !== undefined) {
      this.#onRemove?.(item.value, item.key);
      item = item.newer;
    }
  }

  /** Keys and values, the one used longest ago first. */
  *entries(): IterableIterator<[K, V]> {
    for (let item = this.#oldest; item !== undefined; item = item.newer) yield [item.key, item.value];
  }

  #remove(item: Item<K, V>): void {
    this.#items.delete(item.key);
    this.#unlink(item);
    this.#weight -= item.weight;
    this.#onRemove?.(item.value, item.key);
  }

  #link(item: Item<K, V>): void {
    item.older = this.#newest;
    item.newer = undefined;
    if (this.#newest === undefined) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
  }

  #unlink(item: Item<K, V>): void {
    if (item.older === undefined) this.#oldest = item.newer;
    else item.older.newer = item.newer;
    if (item.newer === undefined) this.#newest = item.older;
    else item.newer.older = item.older;
  }
}
