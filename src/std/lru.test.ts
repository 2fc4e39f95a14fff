import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lru } from './lru.ts';

test('forgets the entry used longest ago', () => {
  const lru = new Lru<string, number>({ entriesMax: 2 });
  lru.set('a', 1);
  lru.set('b', 2);
  expect(lru.get('a')).toBe(1);
  lru.set('c', 3);
  expect([...lru.entries()]).toEqual([
    ['a', 1],
    ['c', 3],
  ]);
});

test('peek does not count as a use', () => {
  const lru = new Lru<string, number>({ entriesMax: 2 });
  lru.set('a', 1);
  lru.set('b', 2);
  expect(lru.peek('a')).toBe(1);
  lru.set('c', 3);
  expect(lru.peek('a')).toBeUndefined();
});

test('keeps the sum of weights within the bound', () => {
  const lru = new Lru<string, number>({ entriesMax: 100, weightMax: 10 });
  lru.set('a', 1, 4);
  lru.set('b', 2, 4);
  lru.set('c', 3, 4);
  expect([...lru.entries()].map(([key]) => key)).toEqual(['b', 'c']);
  expect(lru.weight).toBe(8);
});

test('an entry that alone exceeds a bound does not stay', () => {
  const heavy = new Lru<string, number>({ entriesMax: 100, weightMax: 10 });
  heavy.set('a', 1, 11);
  expect(heavy.size).toBe(0);
  const none = new Lru<string, number>({ entriesMax: 0 });
  none.set('a', 1);
  expect(none.size).toBe(0);
});

test('tells of every value that leaves', () => {
  const gone: string[] = [];
  const lru = new Lru<string, number>({ entriesMax: 3, onRemove: (value, key) => gone.push(`${key}${value}`) });
  lru.set('a', 1);
  lru.set('a', 2);
  lru.set('b', 3);
  lru.set('c', 4);
  lru.set('d', 5);
  lru.delete('b');
  lru.deleteWhere((value) => value === 4);
  lru.clear();
  expect(gone).toEqual(['a1', 'a2', 'b3', 'c4', 'd5']);
});

test('behaves as a list ordered by use', () => {
  const operation = fc.record({
    kind: fc.constantFrom('get', 'set', 'set', 'delete', 'deleteWhere', 'clear'),
    key: fc.integer({ min: 0, max: 7 }),
    weight: fc.integer({ min: 0, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const lru = new Lru<number, number>({ entriesMax: 4, weightMax: 9 });
      let model: { key: number; value: number; weight: number }[] = [];
      operations.forEach(({ kind, key, weight }, step) => {
        const found = model.find((item) => item.key === key);
        const others = model.filter((item) => item.key !== key);
        if (kind === 'get') {
          expect(lru.get(key)).toBe(found?.value);
          if (found !== undefined) model = [...others, found];
        } else if (kind === 'set') {
          lru.set(key, step, weight);
          model = [...others, { key, value: step, weight }];
          while (model.length > 4 || model.reduce((sum, item) => sum + item.weight, 0) > 9) model.shift();
        } else if (kind === 'delete') {
          expect(lru.delete(key)).toBe(found !== undefined);
          model = others;
        } else if (kind === 'deleteWhere') {
          const kept = model.filter((item) => item.value % 3 !== 0);
          expect(lru.deleteWhere((value) => value % 3 === 0)).toBe(model.length - kept.length);
          model = kept;
        } else if (step % 10 === 0) {
          lru.clear();
          model = [];
        }
        expect([...lru.entries()]).toEqual(model.map((item) => [item.key, item.value]));
        expect(lru.size).toBe(model.length);
        expect(lru.weight).toBe(model.reduce((sum, item) => sum + item.weight, 0));
      });
    }),
    { numRuns: 300 },
  );
});
