/**
 * How long others have to wait for their turn. A timer that should come ten times a second tells by how much it is late;
 * whatever held it up has held up every client as well. It does not come more often because each time it wakes the
 * process: fifty times a second were two thirds of what a broker without traffic cost.
 */

import type { Clock } from '../ports/clock.ts';
import { Histogram } from '../std/histogram.ts';

const PERIOD_MS = 100;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** Delays of the last while, in seconds; the two quantiles are the upper end of a range. */
export interface LoopDelays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export class LoopDelay {
  /** Since the start. */
  readonly histogram: Histogram = new Histogram(SECONDS);
  #recent = new Histogram(SECONDS);
  #maxSeconds = 0;
  #lookedAtMs: number;
  readonly #clock: Clock;
  readonly #stop: () => void;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lookedAtMs = clock.monotonic();
    this.#stop = clock.every(PERIOD_MS, () => this.#look());
  }

  #look(): void {
    const nowMs = this.#clock.monotonic();
    const seconds = Math.max(0, nowMs - this.#lookedAtMs - PERIOD_MS) / 1000;
    this.#lookedAtMs = nowMs;
    this.histogram.observe(seconds);
    this.#recent.observe(seconds);
    this.#maxSeconds = Math.max(this.#maxSeconds, seconds);
  }

  /** Those since this was called last. */
  take(): LoopDelays {
    const recent = this.#recent;
    const max = this.#maxSeconds;
    this.#recent = new Histogram(SECONDS);
    this.#maxSeconds = 0;
    return { p50: Math.min(max, recent.quantile(0.5)), p99: Math.min(max, recent.quantile(0.99)), max };
  }

  close(): void {
    this.#stop();
  }
}
