import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RingQueue } from './ring-queue.ts';

test('an unused queue has no room', () => {
  expect(new RingQueue<number>().room).toBe(0);
});

test('first in, first out, across growth', () => {
  const queue = new RingQueue<number>();
  for (let i = 0; i < 1_000; i++) queue.push(i);
  expect(queue.length).toBe(1_000);
  expect(queue.room).toBe(1_024);
  for (let i = 0; i < 1_000; i++) expect(queue.shift()).toBe(i);
  expect(queue.shift()).toBeUndefined();
  expect(queue.peek()).toBeUndefined();
});

test('gives room back as it empties', () => {
  const queue = new RingQueue<number>();
  for (let i = 0; i < 10_000; i++) queue.push(i);
  while (queue.length > 3) queue.shift();
  expect(queue.room).toBe(8);
  expect([...queue]).toEqual([9_997, 9_998, 9_999]);
  for (let i = 0; i < 10_000; i++) queue.push(i);
  expect(queue.removeWhere((value) => value !== 7)).toBe(10_002);
  expect(queue.room).toBe(8);
  queue.clear();
  expect(queue.room).toBe(0);
});

test('behaves as an array, whatever the order of operations', () => {
  const operation = fc.constantFrom('push', 'push', 'push', 'unshift', 'shift', 'peek', 'removeWhere', 'clear');
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
      const queue = new RingQueue<number>();
      let model: number[] = [];
      operations.forEach((kind, step) => {
        if (kind === 'push') {
          queue.push(step);
          model.push(step);
        } else if (kind === 'unshift') {
          queue.unshift(step);
          model.unshift(step);
        } else if (kind === 'shift') {
          expect(queue.shift()).toBe(model.shift());
        } else if (kind === 'peek') {
          expect(queue.peek()).toBe(model[0]);
        } else if (kind === 'removeWhere') {
          const asked: number[] = [];
          queue.removeWhere((value) => asked.push(value) > 0 && value % 3 === 0);
          expect(asked).toEqual(model);
          model = model.filter((value) => value % 3 !== 0);
        } else if (step % 7 === 0) {
          queue.clear();
          model = [];
        }
        expect([...queue]).toEqual(model);
        expect(queue.length).toBe(model.length);
        expect(queue.room).toBeLessThanOrEqual(Math.max(8, 4 * model.length));
      });
    }),
    { numRuns: 300 },
  );
});
