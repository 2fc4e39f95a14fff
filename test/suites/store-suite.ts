/**
 * What every store promises, whatever it is made of. A test file for an implementation says how to make one and how it
 * comes back after an end; the rest is here.
 */

import { describe, expect, test } from 'vitest';
import type { RangeOptions, Store } from '../../src/ports/store.ts';
import { SeededRandom } from '../../src/testing/index.ts';

export interface StoreSubject {
  readonly store: Store;
  /** Closes the store and opens what it left behind. */
  reopen(): Promise<Store>;
  /** Where a failure can be brought about: the write of the next commit fails. */
  failNext?(): void;
}

const bytes = (text: string): Buffer => Buffer.from(text);

function pairs(store: Store, prefix = '', options?: RangeOptions): string[] {
  return Array.from(store.range(prefix, options), ({ key, value }) => `${key}=${Buffer.from(value)}`);
}

async function putAll(store: Store, ...keys: string[]): Promise<void> {
  for (const key of keys) store.put(key, bytes('v'));
  await store.commit();
}

/** Keys in the order of their UTF-8 bytes; U+FF5E would come behind U+1F989 in the order of UTF-16 units. */
const ORDERED = ['!', 'a', 'a\0', 'a\0b', 'a/', 'aa', 'b', 'é', '水', '\uff5e', '\u{1f989}', '\u{1f98a}'];

type Make = () => Promise<StoreSubject>;

/** @param lasts whether the store keeps what it holds beyond its own end */
export function storeSuite(name: string, make: Make, lasts: boolean = true): void {
  describe(`${name}: ranges`, () => testRanges(make));
  describe(`${name}: values`, () => testValues(make));
  describe(`${name}: batches`, () => testBatches(make));
  describe(`${name}: commits`, () => testCommits(make));
  if (lasts) describe(`${name}: lasting`, () => testLasting(make));
}

function testRanges(make: Make): void {
  test('an empty store has nothing', async () => {
    const { store } = await make();
    expect(pairs(store)).toEqual([]);
    expect(store.get('a')).toBeUndefined();
  });

  test('entries come in the order of their keys’ UTF-8 bytes, however they were put', async () => {
    const { store } = await make();
    await putAll(store, ...[...ORDERED].reverse());
    expect(Array.from(store.range(''), ({ key }) => key)).toEqual(ORDERED);
  });

  test('a prefix gives all keys that begin with it, itself among them, and no other', async () => {
    const { store } = await make();
    await putAll(store, 'a', 'ab', 'ab\0', 'abc', 'ab\u{1f989}', 'ac', 'b', '~', '\u007f', '\u007f1', 'é', 'éa', 'ê');
    const keys = (prefix: string): string[] => Array.from(store.range(prefix), ({ key }) => key);
    expect(keys('ab')).toEqual(['ab', 'ab\0', 'abc', 'ab\u{1f989}']);
    expect(keys('\u007f')).toEqual(['\u007f', '\u007f1']);
    expect(keys('é')).toEqual(['é', 'éa']);
    expect(keys('x')).toEqual([]);
  });

  test('a range begins behind a key, whether it exists or not, and ends at its limit', async () => {
    const { store } = await make();
    await putAll(store, 'q1', 'q/1', 'q/2', 'q/4', 'q/5', 'r');
    const keys = (options: RangeOptions): string[] => Array.from(store.range('q/', options), ({ key }) => key);
    expect(keys({ after: 'q/2' })).toEqual(['q/4', 'q/5']);
    expect(keys({ after: 'q/3' })).toEqual(['q/4', 'q/5']);
    expect(keys({ after: 'q/1', limit: 2 })).toEqual(['q/2', 'q/4']);
    expect(keys({ limit: 1 })).toEqual(['q/1']);
    expect(keys({ limit: 0 })).toEqual([]);
    expect(keys({ after: 'q/5' })).toEqual([]);
    expect(keys({ after: 'z' })).toEqual([]);
    expect(keys({ after: 'a' })).toEqual(['q/1', 'q/2', 'q/4', 'q/5']);
  });

  test('a long range in pieces is the same as at once', async () => {
    const { store } = await make();
    const keys = Array.from({ length: 700 }, (_, index) => `k/${String(index).padStart(4, '0')}`);
    await putAll(store, ...keys);
    const pieces: string[] = [];
    for (let after: string | undefined; ; ) {
      const piece = Array.from(
        store.range('k/', { limit: 90, ...(after !== undefined && { after }) }),
        ({ key }) => key,
      );
      pieces.push(...piece);
      after = piece.at(-1);
      if (piece.length < 90) break;
    }
    expect(pieces).toEqual(keys);
    expect(Array.from(store.range('k/'), ({ key }) => key)).toEqual(keys);
  });
}

function testValues(make: Make): void {
  test('values come back as they were: empty, long, any bytes', async () => {
    const { store, reopen } = await make();
    const long = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 7) & 0xff));
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    for (const [key, value] of Object.entries({ empty: Buffer.alloc(0), long, all })) store.put(key, value);
    await store.commit();
    const check = (reading: Store): void => {
      expect(reading.get('empty')).toHaveLength(0);
      expect(Buffer.compare(reading.get('long') ?? all, long)).toBe(0);
      expect(Buffer.from(reading.get('all') ?? long)).toEqual(all);
      expect(Array.from(reading.range(''), ({ value }) => value.length)).toEqual([256, 0, 1_000_000]);
    };
    check(store);
    check(await reopen());
  });

  test('what was read stays as it was when the entry changes', async () => {
    const { store } = await make();
    store.put('a', bytes('before'));
    await store.commit();
    const read = store.get('a');
    const [ranged] = [...store.range('a')];
    store.put('a', bytes('behind'));
    await store.commit();
    store.get('a');
    expect(String(read)).toBe('before');
    expect(String(ranged?.value)).toBe('before');
  });
}

function testBatches(make: Make): void {
  test('the open batch is not seen; a resolved commit is, at once', async () => {
    const { store } = await make();
    store.put('a', bytes('1'));
    expect(pairs(store)).toEqual([]);
    expect(store.get('a')).toBeUndefined();
    await store.commit().then(() => {
      expect(pairs(store)).toEqual(['a=1']);
      expect(String(store.get('a'))).toBe('1');
    });
  });

  test('the later operation on a key wins, within a batch and between batches', async () => {
    const { store } = await make();
    store.put('a', bytes('1'));
    store.put('a', bytes('2'));
    store.put('b', bytes('1'));
    store.delete('b');
    store.delete('c');
    store.put('c', bytes('1'));
    await store.commit();
    expect(pairs(store)).toEqual(['a=2', 'c=1']);
    store.delete('a');
    store.put('c', bytes('2'));
    await store.commit();
    expect(pairs(store)).toEqual(['c=2']);
    expect(store.get('a')).toBeUndefined();
  });

  test('deleting what is not there and committing nothing succeed', async () => {
    const { store } = await make();
    store.delete('never');
    await store.commit();
    await store.commit();
    expect(pairs(store)).toEqual([]);
  });
}

function testCommits(make: Make): void {
  test('several commits under way resolve in their order, empty ones among them', async () => {
    const { store } = await make();
    const order: number[] = [];
    const commits = [0, 1, 2, 3, 4, 5].map((number) => {
      if (number % 3 !== 2) store.put(`k${number}`, bytes('v'));
      store.put('last', bytes(String(number)));
      if (number === 5) store.delete('last');
      return store.commit().then(() => order.push(number));
    });
    await Promise.all(commits);
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(Array.from(store.range(''), ({ key }) => key)).toEqual(['k0', 'k1', 'k3', 'k4']);
  });

  test('what is put after a commit was asked for belongs to the next batch', async () => {
    const { store } = await make();
    store.put('a', bytes('1'));
    const first = store.commit();
    store.put('b', bytes('1'));
    await first;
    expect(pairs(store)).toEqual(['a=1']);
    await store.commit();
    expect(pairs(store)).toEqual(['a=1', 'b=1']);
  });

  test('a commit that fails leaves nothing behind, and a later one succeeds', async () => {
    const { store, failNext, reopen } = await make();
    if (failNext === undefined) return;
    await putAll(store, 'kept');
    failNext();
    store.put('lost', bytes('v'));
    store.delete('kept');
    await expect(store.commit()).rejects.toBeInstanceOf(Error);
    expect(pairs(store)).toEqual(['kept=v']);
    await putAll(store, 'later');
    expect(pairs(store)).toEqual(['kept=v', 'later=v']);
    expect(pairs(await reopen())).toEqual(['kept=v', 'later=v']);
  });
}

function testLasting(make: Make): void {
  test('what was committed is there after an end; what was only put is not', async () => {
    const { store, reopen } = await make();
    await putAll(store, 'a', 'b');
    store.delete('a');
    await store.commit();
    store.put('open', bytes('v'));
    expect(pairs(await reopen())).toEqual(['b=v']);
  });

  test('close waits for commits under way', async () => {
    const { store, reopen } = await make();
    store.put('a', bytes('1'));
    const commit = store.commit();
    const again = await reopen();
    await commit;
    expect(pairs(again)).toEqual(['a=1']);
  });

  test('any history of operations leaves what a map would hold', async () => {
    for (let seed = 1; seed <= 8; seed++) await history(seed, await make());
  });
}

/** Compares the store with a map through random operations, pieces of ranges and ends. */
async function history(seed: number, subject: StoreSubject): Promise<void> {
  const random = new SeededRandom(seed);
  const model = new Map<string, string>();
  const open = new Map<string, string | undefined>();
  let { store } = subject;
  const key = (): string => `${random.pick(['a', 'a/', 'b', 'é', '\u{1f989}'])}${random.integer(12)}`;
  for (let step = 0; step < 60; step++) {
    for (let count = random.integer(12); count > 0; count--) {
      const [chosen, value] = [key(), `${step}${'x'.repeat(random.pick([0, 20, 3000]))}`];
      open.set(chosen, random.chance(0.3) ? undefined : value);
      const stored = open.get(chosen);
      if (stored === undefined) store.delete(chosen);
      else store.put(chosen, bytes(stored));
    }
    await store.commit();
    for (const [chosen, value] of open) {
      if (value === undefined) model.delete(chosen);
      else model.set(chosen, value);
    }
    open.clear();
    const [prefix, after, limit] = [random.pick(['', 'a', 'a/', 'é']), key(), random.integer(20)];
    expect(pairs(store, prefix, { after, limit }), `seed ${seed} step ${step}`).toEqual(
      expected(model, prefix, after, limit),
    );
    const asked = key();
    expect(store.get(asked)?.length, `seed ${seed} step ${step}`).toBe(model.get(asked)?.length);
  }
  store = await subject.reopen();
  expect(pairs(store), `seed ${seed}`).toEqual(expected(model, '', undefined, 1000));
}

function expected(model: Map<string, string>, prefix: string, after: string | undefined, limit: number): string[] {
  const order = (a: string, b: string): number => Buffer.compare(bytes(a), bytes(b));
  return [...model]
    .filter(([key]) => key.startsWith(prefix) && (after === undefined || order(key, after) > 0))
    .sort(([a], [b]) => order(a, b))
    .slice(0, limit)
    .map(([key, value]) => `${key}=${value}`);
}
