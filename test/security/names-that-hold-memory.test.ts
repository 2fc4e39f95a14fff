/** A few bytes that the broker keeps must not keep the 64 KB that they were cut from: nobody counts those. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { LevelTree } from '../../src/topic/level-tree.ts';

const KB = 1024;
const MB = 1024 * KB;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of heap that `task` leaves in use. */
function heapLeftBy(task: () => unknown): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = task();
  collect();
  const after = process.memoryUsage().heapUsed;
  expect(kept).toBeDefined();
  return after - before;
}

/** As the decoder makes it: a flat text of its own. */
function received(text: string): string {
  return Buffer.from(text).toString('latin1');
}

const rounds = 500;

test('a branch outlives the long key that it was made for, and keeps nothing of it', () => {
  const left = heapLeftBy(() => {
    const tree = new LevelTree<number>();
    for (let i = 0; i < rounds; i++) {
      const level = `a-level-of-some-length-${i}`;
      const long = received(`${level}/${'x'.repeat(60 * KB)}`);
      tree.open(long).value = 1;
      tree.open(received(`${level}/b`)).value = 1;
      tree.open(received(`${level}/c`)).value = 1;
      tree.remove(long);
    }
    expect(tree.size).toBe(2 * rounds);
    return tree;
  });
  // Held whole, the long keys would take 30 MB.
  expect(left).toBeLessThan(2 * MB);
});

test('a leaf that moves up again keeps nothing of the long key that was removed', () => {
  const left = heapLeftBy(() => {
    const tree = new LevelTree<number>();
    for (let i = 0; i < rounds; i++) {
      const level = `a-level-of-some-length-${i}`;
      tree.open(received(`${level}/b`)).value = 1;
      tree.open(received(`${level}/${'x'.repeat(60 * KB)}`)).value = 1;
      tree.remove(received(`${level}/${'x'.repeat(60 * KB)}`));
    }
    expect(tree.size).toBe(rounds);
    return tree;
  });
  expect(left).toBeLessThan(2 * MB);
});
