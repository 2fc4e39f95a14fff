/**
 * Work that takes long, a few pieces at a time. Slow hashes run in the threads that the store writes with as well, so
 * they must leave some free, and whoever comes when too many wait is told at once instead of being kept for nothing.
 */

import { BackendError } from '../../ports/backend-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { RingQueue } from '../../std/ring-queue.ts';

export interface SlowLaneOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Pieces of work under way at once. */
  readonly concurrentMax: number;
  /** Pieces that wait for their turn. */
  readonly waitingMax: number;
  /** A piece that waited longer is not begun: who asked for it has stopped waiting. */
  readonly waitingSecondsMax: number;
}

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (error: BackendError) => void;
  readonly sinceMs: number;
}

export class SlowLane {
  readonly #options: SlowLaneOptions;
  readonly #waiting = new RingQueue<Waiting>();
  #running = 0;

  constructor(options: SlowLaneOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws BackendError `PASSWORD_CHECKS_BUSY`, as a rejection */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#options.concurrentMax) return this.#begin(work);
    if (this.#waiting.length >= this.#options.waitingMax) {
      return Promise.reject(busy(`${this.#waiting.length} password checks wait already; the limit is that many`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        begin: () => void this.#begin(work).then(resolve, reject),
        refuse: reject,
        sinceMs: this.#options.clock.monotonic(),
      });
    });
  }

  async #begin<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#next();
    }
  }

  #next(): void {
    const { clock, waitingSecondsMax } = this.#options;
    const oldestMs = clock.monotonic() - waitingSecondsMax * 1000;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (next.sinceMs >= oldestMs) {
        next.begin();
        return;
      }
      next.refuse(busy(`a password check waited for more than ${waitingSecondsMax} s`));
    }
  }
}

function busy(why: string): BackendError {
  return new BackendError(
    'PASSWORD_CHECKS_BUSY',
    `Too many logins at once for slow password hashes: ${why}. Spread the logins, or store passwords with a lower cost.`,
    { retryable: true },
  );
}
