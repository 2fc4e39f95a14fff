import { expect, it } from 'vitest';
import { IdSet } from './id-set.ts';

it('does what a Set does, whatever is added and deleted', () => {
  for (let seed = 1; seed <= 50; seed++) {
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >>> 8) % below;
    };
    const set = new IdSet();
    const model = new Set<number>();
    const span = [4, 40, 65_535][seed % 3]!;
    for (let step = 0; step < 2_000; step++) {
      const id = 1 + random(span);
      if (random(2) === 0) {
        set.add(id);
        model.add(id);
      } else {
        expect(set.delete(id)).toBe(model.delete(id));
      }
      expect(set.has(id)).toBe(model.has(id));
      expect(set.size).toBe(model.size);
    }
    expect(set.values().sort((a, b) => a - b)).toEqual([...model].sort((a, b) => a - b));
    set.clear();
    expect([set.size, set.values(), set.has(1), set.delete(1)]).toEqual([0, [], false, false]);
  }
});

it('takes every identifier there is, and gives each back', () => {
  const set = new IdSet();
  for (let id = 1; id <= 65_535; id++) set.add(id);
  expect(set.size).toBe(65_535);
  for (let id = 65_535; id >= 1; id--) expect(set.delete(id)).toBe(true);
  expect(set.size).toBe(0);
});
