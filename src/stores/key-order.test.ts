import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareKeys, endOfPrefix } from './key-order.ts';
import { mergeEntries } from './merge-entries.ts';
import { SortedBatch } from './sorted-batch.ts';

/** Few letters, so that keys share beginnings; some beyond U+FFFF and some just below. */
const keys = fc
  .array(fc.constantFrom('a', 'b', '\0', '\u007f', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'), {
    minLength: 1,
    maxLength: 5,
  })
  .map((letters) => letters.join(''));

const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('keys compare as their UTF-8 bytes do', () => {
  fc.assert(
    fc.property(keys, keys, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(bytewise(a, b));
    }),
  );
});

test('the end of a prefix lies behind every key that begins with it and before every other that comes later', () => {
  fc.assert(
    fc.property(keys, keys, (prefix, key) => {
      const isBefore = Buffer.compare(Buffer.from(key), endOfPrefix(prefix) ?? Buffer.alloc(0)) < 0;
      expect(isBefore).toBe(key.startsWith(prefix) || bytewise(key, prefix) < 0);
    }),
  );
  expect(endOfPrefix('')).toBeUndefined();
});

test('a sorted batch gives ranges as sorting everything would, whenever it is asked', () => {
  fc.assert(
    fc.property(fc.array(keys), fc.array(keys), keys, keys, (first, second, prefix, after) => {
      const batch = new SortedBatch();
      const expected = (all: readonly string[]): string[] =>
        [...new Set(all)].filter((key) => key.startsWith(prefix) && bytewise(key, after) > 0).sort(bytewise);
      for (const key of first) batch.set(key, undefined);
      expect(batch.range(prefix, after).map(([key]) => key)).toEqual(expected(first));
      for (const key of second) batch.set(key, Buffer.from('v'));
      expect(batch.range(prefix, after).map(([key]) => key)).toEqual(expected([...first, ...second]));
    }),
  );
});

test('merging gives what a map would hold after both, up to the limit', () => {
  const entries = fc.uniqueArray(keys).map((all) => all.sort(bytewise));
  fc.assert(
    fc.property(entries, entries, fc.func(fc.boolean()), fc.nat(12), (stored, pending, isDeleted, limit) => {
      const old = stored.map((key) => ({ key, value: Buffer.from('old') }));
      const fresh = pending.map((key) => [key, isDeleted(key) ? undefined : Buffer.from('new')] as const);
      const model = new Map<string, Uint8Array | undefined>([
        ...old.map(({ key, value }) => [key, value] as const),
        ...fresh,
      ]);
      const expected = [...model].filter(([, value]) => value !== undefined).sort(([a], [b]) => bytewise(a, b));
      const merged = Array.from(mergeEntries(old, fresh, limit), ({ key, value }) => [key, value]);
      expect(merged).toEqual(expected.slice(0, limit));
    }),
  );
});
