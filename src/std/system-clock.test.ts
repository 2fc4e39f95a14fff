import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AssertionFailure } from './assert.ts';
import { SystemClock } from './system-clock.ts';

const DAY_MS = 86_400_000;

test('tells the time of the machine', () => {
  const clock = new SystemClock();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
});

test('monotonic time does not go back', () => {
  const clock = new SystemClock();
  let last = clock.monotonic();
  for (let i = 0; i < 1_000; i++) {
    const next = clock.monotonic();
    expect(next).toBeGreaterThanOrEqual(last);
    last = next;
  }
});

test('timers do not keep the process alive', () => {
  const clock = new SystemClock();
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const stops = [clock.every(60_000, () => {}), clock.after(60_000, () => {})];
  expect(timers()).toBe(before);
  for (const stop of stops) stop();
});

describe('with a controlled timer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('every repeats until it is stopped', () => {
    let calls = 0;
    const stop = new SystemClock().every(10, () => calls++);
    vi.advanceTimersByTime(35);
    expect(calls).toBe(3);
    stop();
    vi.advanceTimersByTime(100);
    expect(calls).toBe(3);
  });

  test('after calls once, and not at all when stopped', () => {
    let calls = 0;
    const clock = new SystemClock();
    clock.after(10, () => calls++);
    const stop = clock.after(10, () => calls++);
    stop();
    vi.advanceTimersByTime(9);
    expect(calls).toBe(0);
    vi.advanceTimersByTime(100);
    expect(calls).toBe(1);
  });

  test('after waits for months, and can be stopped half way', () => {
    let calls = 0;
    const clock = new SystemClock();
    clock.after(60 * DAY_MS, () => calls++);
    const stop = clock.after(60 * DAY_MS, () => calls++);
    vi.advanceTimersByTime(59 * DAY_MS);
    expect(calls).toBe(0);
    stop();
    vi.advanceTimersByTime(DAY_MS);
    expect(calls).toBe(1);
  });

  test('a period that a timer cannot keep is refused', () => {
    const clock = new SystemClock();
    for (const ms of [0, -1, Number.NaN, 25 * DAY_MS]) {
      expect(() => clock.every(ms, () => {})).toThrow(AssertionFailure);
    }
  });
});
