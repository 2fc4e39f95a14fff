/**
 * A rate with a burst. Tokens come in at a steady rate up to the burst and each unit of work takes some; it tells how
 * long to wait when there are too few. It reads no clock: whoever asks says what time it is.
 */

import { assert } from './assert.ts';

/** Rounding of fractions must not turn a wait that was kept into another wait. */
const TOLERANCE = 1e-6;

export class TokenBucket {
  readonly ratePerSecond: number;
  /** What may be taken at once after a rest. */
  readonly burst: number;
  #tokens: number;
  #filledAtMs = Number.NEGATIVE_INFINITY;

  /** Begins full. Both numbers are above 0. */
  constructor(ratePerSecond: number, burst: number) {
    assert(ratePerSecond > 0, `A token bucket needs a rate above 0 per second, got ${ratePerSecond}.`);
    assert(burst > 0, `A token bucket needs a burst above 0, got ${burst}.`);
    this.ratePerSecond = ratePerSecond;
    this.burst = burst;
    this.#tokens = burst;
  }

  /**
   * Takes `n` tokens and returns 0, or takes none and returns the whole milliseconds after which the same request
   * is granted. A request above the burst is granted when the bucket is full and leaves a debt, so that one big unit
   * is delayed rather than stuck for ever. Time that goes back counts as standing still.
   */
  take(n: number, nowMs: number): number {
    if (nowMs > this.#filledAtMs) {
      const gained = ((nowMs - this.#filledAtMs) / 1_000) * this.ratePerSecond;
      this.#tokens = Math.min(this.burst, this.#tokens + gained);
      this.#filledAtMs = nowMs;
    }
    const missing = Math.min(n, this.burst) - this.#tokens;
    if (missing > TOLERANCE) {
      const behindMs = this.#filledAtMs - nowMs;
      return Math.max(1, Math.ceil((missing / this.ratePerSecond) * 1_000 + behindMs));
    }
    this.#tokens -= n;
    return 0;
  }
}
