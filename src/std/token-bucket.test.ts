import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AssertionFailure } from './assert.ts';
import { TokenBucket } from './token-bucket.ts';

test('begins full: the burst is granted at once and the next waits for one token', () => {
  const bucket = new TokenBucket(10, 3);
  expect([bucket.take(1, 0), bucket.take(1, 0), bucket.take(1, 0)]).toEqual([0, 0, 0]);
  expect(bucket.take(1, 0)).toBe(100);
});

test('a refused request takes nothing', () => {
  const bucket = new TokenBucket(10, 3);
  bucket.take(2, 0);
  expect(bucket.take(2, 0)).toBe(100);
  expect(bucket.take(1, 0)).toBe(0);
});

test('does not save more than the burst', () => {
  const bucket = new TokenBucket(10, 3);
  bucket.take(3, 0);
  expect(bucket.take(3, 1_000_000)).toBe(0);
  expect(bucket.take(1, 1_000_000)).toBe(100);
});

test('a request above the burst waits for a full bucket and leaves a debt', () => {
  const bucket = new TokenBucket(1_000, 100);
  expect(bucket.take(1_000, 0)).toBe(0);
  expect(bucket.take(1, 0)).toBe(901);
  expect(bucket.take(1_000, 900)).toBe(100);
  expect(bucket.take(1_000, 1_000)).toBe(0);
});

test('time that goes back gives nothing, and the wait counts from the time that was told', () => {
  const bucket = new TokenBucket(10, 1);
  bucket.take(1, 1_000);
  expect(bucket.take(1, 500)).toBe(600);
  expect(bucket.take(1, 1_100)).toBe(0);
});

test('a rate or a burst of nothing is refused', () => {
  expect(() => new TokenBucket(0, 1)).toThrow(AssertionFailure);
  expect(() => new TokenBucket(1, 0)).toThrow(AssertionFailure);
  expect(() => new TokenBucket(Number.NaN, 1)).toThrow(AssertionFailure);
});

test('whoever waits as long as told is granted, and the rate is never exceeded', () => {
  const requests = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 300 })));
  const rates = fc.double({ min: 0.1, max: 5_000, noNaN: true });
  fc.assert(
    fc.property(rates, fc.integer({ min: 1, max: 40 }), requests, (rate, burst, list) => {
      const bucket = new TokenBucket(rate, burst);
      let nowMs = 0;
      let taken = 0;
      for (const [n, pauseMs] of list) {
        nowMs += pauseMs;
        const waitMs = bucket.take(n, nowMs);
        if (waitMs > 0) {
          nowMs += waitMs;
          expect(bucket.take(n, nowMs)).toBe(0);
        }
        taken += n;
        // Whatever went out came from the first burst, from the rate, or is the debt of one large request.
        expect(taken).toBeLessThanOrEqual(burst + (nowMs / 1_000) * rate + Math.max(0, n - burst) + 0.01);
      }
    }),
    { numRuns: 200 },
  );
});
