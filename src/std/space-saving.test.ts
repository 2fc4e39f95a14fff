/** Counting what is frequent with few counters. */

import { describe, expect, it } from 'vitest';
import { SpaceSaving } from './space-saving.ts';

describe('the most frequent', () => {
  it('are counted exactly while there are counters enough', () => {
    const counts = new SpaceSaving<string>(3);
    for (const key of 'aabcacab') counts.add(key);
    expect(counts.top(10)).toEqual([
      { key: 'a', count: 4, error: 0 },
      { key: 'b', count: 2, error: 0 },
      { key: 'c', count: 2, error: 0 },
    ]);
    expect(counts.top(1)).toHaveLength(1);
    counts.clear();
    expect(counts.top(10)).toEqual([]);
  });

  it('are found among a great many others, with a count that is never too low', () => {
    const counts = new SpaceSaving<number>(50);
    const real = new Map<number, number>();
    const add = (key: number): void => {
      counts.add(key);
      real.set(key, (real.get(key) ?? 0) + 1);
    };
    // One in four is one of five; the others are all different.
    for (let i = 0; i < 20_000; i++) add(i % 4 === 0 ? (i >> 2) % 5 : 1_000 + i);
    const top = counts.top(5);
    expect(top.map(({ key }) => key).sort()).toEqual([0, 1, 2, 3, 4]);
    for (const { key, count, error } of counts.top(50)) {
      expect(count).toBeGreaterThanOrEqual(real.get(key)!);
      expect(count - error).toBeLessThanOrEqual(real.get(key)!);
    }
  });

  it('need no more counters than they were given', () => {
    const counts = new SpaceSaving<number>(10);
    for (let i = 0; i < 10_000; i++) counts.add(i);
    expect(counts.top(100)).toHaveLength(10);
    expect(() => new SpaceSaving(0)).toThrow(/counter/);
  });
});
