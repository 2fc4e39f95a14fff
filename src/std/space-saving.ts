/**
 * What occurs most often in a stream that is too long to count everything: a bounded number of counters, and whoever
 * is new takes over the smallest, with its count as the largest possible mistake. Whatever occurs more often than one in
 * as many times as there are counters is in it for certain (Metwally, Agrawal and El Abbadi, 2005).
 *
 * Counters lie in a heap, smallest first, so that counting costs the logarithm of their number.
 */

import { assert } from './assert.ts';

export interface Frequent<K> {
  readonly key: K;
  /** How often it occurred at most. */
  readonly count: number;
  /** How much of the count may be others'. */
  readonly error: number;
}

interface Counter<K> {
  key: K;
  count: number;
  error: number;
  at: number;
}

export class SpaceSaving<K> {
  readonly #max: number;
  readonly #byKey = new Map<K, Counter<K>>();
  readonly #heap: Counter<K>[] = [];

  constructor(max: number) {
    assert(max >= 1, `Counting what is frequent needs at least one counter, got ${max}.`);
    this.#max = max;
  }

  add(key: K, times: number = 1): void {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.count += times;
      this.#sink(known);
      return;
    }
    if (this.#heap.length < this.#max) {
      const counter = { key, count: times, error: 0, at: this.#heap.length };
      this.#byKey.set(key, counter);
      this.#heap.push(counter);
      this.#rise(counter);
      return;
    }
    const smallest = this.#heap[0]!;
    this.#byKey.delete(smallest.key);
    smallest.key = key;
    smallest.error = smallest.count;
    smallest.count += times;
    this.#byKey.set(key, smallest);
    this.#sink(smallest);
  }

  /** The most frequent first. */
  top(limit: number): Frequent<K>[] {
    return this.#heap
      .map(({ key, count, error }) => ({ key, count, error }))
      .sort((a, b) => b.count - a.count)
      .slice(0, limit);
  }

  clear(): void {
    this.#byKey.clear();
    this.#heap.length = 0;
  }

  #rise(counter: Counter<K>): void {
    while (counter.at > 0) {
      const parent = this.#heap[(counter.at - 1) >> 1]!;
      if (parent.count <= counter.count) return;
      this.#swap(parent, counter);
    }
  }

  #sink(counter: Counter<K>): void {
    for (;;) {
      const left = this.#heap[counter.at * 2 + 1];
      const right = this.#heap[counter.at * 2 + 2];
      const smaller = right !== undefined && right.count < left!.count ? right : left;
      if (smaller === undefined || smaller.count >= counter.count) return;
      this.#swap(counter, smaller);
    }
  }

  #swap(a: Counter<K>, b: Counter<K>): void {
    const { at } = a;
    a.at = b.at;
    b.at = at;
    this.#heap[a.at] = a;
    this.#heap[b.at] = b;
  }
}
