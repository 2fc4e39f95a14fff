/**
 * All deadlines of a broker behind one periodic look at the clock: keep alive, login time, session expiry, delayed
 * wills. Whoever has a deadline extends `Timed` and holds its place in the wheel itself.
 */

import type { Clock } from '../ports/clock.ts';
import { TimerWheel, WheelEntry } from '../std/timer-wheel.ts';

/** How late a deadline may be noticed. */
const RESOLUTION_MS = 100;

export abstract class Timed extends WheelEntry {
  /** @param nowMs monotonic time */
  abstract due(nowMs: number): void;
}

export class Timers {
  readonly #wheel: TimerWheel<Timed>;
  readonly #stop: () => void;

  constructor(clock: Clock) {
    this.#wheel = new TimerWheel<Timed>(
      { resolutionMs: RESOLUTION_MS, slots: 4096, nowMs: clock.monotonic() },
      (entry, nowMs) => entry.due(nowMs),
    );
    this.#stop = clock.every(RESOLUTION_MS, () => this.#wheel.advance(clock.monotonic()));
  }

  /** @param dueMs monotonic time */
  schedule(entry: Timed, dueMs: number): void {
    this.#wheel.schedule(entry, dueMs);
  }

  cancel(entry: Timed): void {
    this.#wheel.cancel(entry);
  }

  close(): void {
    this.#stop();
  }
}
