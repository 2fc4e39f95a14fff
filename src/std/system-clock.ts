/**
 * The machine's time and timers behind five methods. Timers never keep the process alive, and a delay longer than the
 * 24.8 days that one Node timer can wait is waited for in parts. Tests and simulations bring a clock of their own in
 * its place.
 */

import { assert } from './assert.ts';

/** The longest delay of one Node timer; a longer one would fire at once. */
const TIMER_MS_MAX = 2_147_483_647;

export class SystemClock {
  /** Milliseconds since the epoch. May go back when the machine's clock is set. */
  now(): number {
    return Date.now();
  }

  /** Milliseconds since the process began, with a fraction; never goes back. */
  monotonic(): number {
    return performance.now();
  }

  /** Calls `task` at the end of this event-loop turn. */
  soon(task: () => void): void {
    setImmediate(task);
  }

  /** Calls `task` every `ms`, at most 24.8 days, until the answer is called. */
  every(ms: number, task: () => void): () => void {
    assert(ms > 0 && ms <= TIMER_MS_MAX, `A repeated task needs a period of 1 to ${TIMER_MS_MAX} ms, got ${ms}.`);
    const timer = setInterval(task, ms);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Calls `task` once after `ms`, unless the answer is called before. */
  after(ms: number, task: () => void): () => void {
    let timer: NodeJS.Timeout;
    let remainingMs = ms;
    const wait = (): void => {
      const partMs = Math.min(remainingMs, TIMER_MS_MAX);
      remainingMs -= partMs;
      timer = setTimeout(remainingMs > 0 ? wait : task, partMs);
      timer.unref();
    };
    wait();
    return () => clearTimeout(timer);
  }
}
