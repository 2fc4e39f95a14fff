/**
 * How long a bridge waits before it tries again: each wait is drawn between the base and three times the one before, up
 * to a bound, so that many bridges that lost the same broker do not come back to it all at once.
 */

import type { Random } from '../ports/clock.ts';

export interface RetryDelayOptions {
  /** Shortest wait, in seconds. */
  readonly baseSeconds: number;
  /** Longest wait, in seconds. The same as the base makes every wait the same. */
  readonly capSeconds: number;
}

export class RetryDelay {
  readonly #baseMs: number;
  readonly #capMs: number;
  readonly #random: Random;
  #lastMs: number;

  constructor({ baseSeconds, capSeconds }: RetryDelayOptions, random: Random) {
    this.#baseMs = Math.round(baseSeconds * 1000);
    this.#capMs = Math.max(this.#baseMs, Math.round(capSeconds * 1000));
    this.#random = random;
    this.#lastMs = this.#baseMs;
  }

  /** The next wait, in milliseconds. */
  next(): number {
    const span = this.#lastMs * 3 - this.#baseMs;
    this.#lastMs = Math.min(this.#capMs, this.#baseMs + this.#random.integer(Math.max(1, span + 1)));
    return this.#lastMs;
  }

  /** A success: the next wait is one of the short ones again. */
  reset(): void {
    this.#lastMs = this.#baseMs;
  }
}
