import fc from 'fast-check';
import { expect, test } from 'vitest';
import { someFilter } from '../../test/arbitraries/topics.ts';
import { LevelTree } from './level-tree.ts';

test('a text that shares its way with no other needs no branch', () => {
  const tree = new LevelTree<number>();
  tree.open('a/b/c/d');
  tree.open('b/b/c/d');
  expect(tree.branches).toBe(0);
  tree.open('a/b/c/e');
  expect(tree.branches).toBe(3);
  tree.remove('a/b/c/d');
  expect(tree.branches).toBe(0);
  expect(tree.find('a/b/c/e')?.key).toBe('a/b/c/e');
  expect(tree.find('a/b/c/d')).toBeUndefined();
});

test('a removed leaf says so, and the same text set again is another, newer leaf', () => {
  const tree = new LevelTree<number>();
  const first = tree.open('a');
  expect(tree.open('a')).toBe(first);
  expect(first.isRemoved).toBe(false);
  expect(tree.remove('a')).toBe(first);
  expect(first.isRemoved).toBe(true);
  const second = tree.open('a');
  expect(second).not.toBe(first);
  expect(second.born).toBe(tree.newest);
});

test('the deepest texts need no stack', () => {
  const tree = new LevelTree<number>();
  const way = '/'.repeat(32_766);
  for (const key of [`${way}a`, `${way}b`, '/']) tree.open(key).value = key.length;
  expect(tree.find(`${way}b`)?.value).toBe(32_767);
  expect([...tree.leaves()].length).toBe(3);
  expect(tree.branches).toBeGreaterThan(32_000);
  expect(tree.remove(`${way}a`)?.value).toBe(32_767);
  expect(tree.branches).toBe(2);
  tree.remove('/');
  tree.remove(`${way}b`);
  expect([tree.size, tree.branches]).toEqual([0, 0]);
});

test('behaves as a map, and its branches depend on what is in it, not on what was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), someFilter), { maxLength: 60 }), (operations) => {
      const tree = new LevelTree<number>();
      const model = new Map<string, number>();
      operations.forEach(([adds, key], step) => {
        if (adds) {
          const leaf = tree.open(key);
          expect(leaf.value).toBe(model.get(key));
          leaf.value = step;
          model.set(key, step);
        } else {
          expect(tree.remove(key)?.value).toBe(model.get(key));
          model.delete(key);
        }
        expect(tree.size).toBe(model.size);
        expect(tree.find(key)?.value).toBe(model.get(key));
      });
      const found = [...tree.leaves()].map((leaf) => [leaf.key, leaf.value] as const);
      expect(new Map(found)).toEqual(model);
      expect(found.length).toBe(model.size);
      const fresh = new LevelTree<number>();
      for (const key of model.keys()) fresh.open(key);
      expect(tree.branches).toBe(fresh.branches);
      for (const key of model.keys()) tree.remove(key);
      expect([tree.size, tree.branches]).toEqual([0, 0]);
    }),
    { numRuns: 500 },
  );
});
