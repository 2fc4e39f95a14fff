/** How long a bridge waits before it tries again. */

import { expect, test } from 'vitest';
import { SeededRandom } from '../testing/seeded-random.ts';
import { RetryDelay } from './retry-delay.ts';

test('waits grow at random between the base and the cap, and are short again after a success', () => {
  const delay = new RetryDelay({ baseSeconds: 5, capSeconds: 30 }, new SeededRandom(7));
  const waits = Array.from({ length: 200 }, () => delay.next());
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(5_000);
  expect(Math.max(...waits)).toBe(30_000);
  expect(waits[0]).toBeLessThanOrEqual(15_000);
  expect(new Set(waits).size).toBeGreaterThan(50);
  delay.reset();
  expect(delay.next()).toBeLessThanOrEqual(15_000);
});

test('every wait is the same where base and cap are', () => {
  const delay = new RetryDelay({ baseSeconds: 20, capSeconds: 20 }, new SeededRandom(7));
  expect([delay.next(), delay.next(), delay.next()]).toEqual([20_000, 20_000, 20_000]);
});
