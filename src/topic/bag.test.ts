import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bag, bagHas, bagInto, bagWith, bagWithout } from './bag.ts';

function valuesOf(bag: Bag<number> | undefined): number[] {
  const values: number[] = [];
  if (bag !== undefined) bagInto(bag, values);
  return values;
}

test('keeps the order of adding while it grows from one value to many and shrinks again', () => {
  let bag: Bag<number> | undefined;
  const model: number[] = [];
  for (let i = 0; i < 100; i++) {
    bag = bagWith(bag, i);
    model.push(i);
    expect(valuesOf(bag)).toEqual(model);
  }
  for (let i = 0; i < 100; i++) {
    const [gone] = model.splice((i * 7) % model.length, 1);
    bag = bagWithout(bag!, gone!);
    expect(valuesOf(bag)).toEqual(model);
  }
  expect(bag).toBeUndefined();
});

test('a single value is stored as itself, also after others left', () => {
  let bag = bagWith<number>(undefined, 1);
  expect(bag).toBe(1);
  bag = bagWith(bag, 2);
  expect(bagWithout(bag, 1)).toBe(2);
});

test('values may be arrays and sets', () => {
  const [array, set] = [[1], new Set([1])];
  let bag: Bag<object> | undefined = bagWith<object>(undefined, array);
  expect(bagHas(bag, array)).toBe(true);
  bag = bagWith(bag, set);
  const values: object[] = [];
  bagInto(bag, values);
  expect(values).toEqual([array, set]);
  bag = bagWithout(bag, array);
  expect(bag).toBe(set);
});

test('behaves as an ordered list without doubles', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 }), (list) => {
      let bag: Bag<number> | undefined;
      let model: number[] = [];
      for (const value of list) {
        const has = model.includes(value);
        expect(bag !== undefined && bagHas(bag, value)).toBe(has);
        bag = has ? bagWithout(bag!, value) : bagWith(bag, value);
        model = has ? model.filter((other) => other !== value) : [...model, value];
        expect(valuesOf(bag)).toEqual(model);
      }
    }),
    { numRuns: 100 },
  );
});
