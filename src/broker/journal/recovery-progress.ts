/** Tells the operator that a large store is being read, so that a start of some seconds is not taken for a hang. */

import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { RangeOptions, Store, StoreEntry } from '../../ports/store.ts';

/** What recovery reads. */
export type ReadableStore = Pick<Store, 'range'>;

const TELL_EVERY_MS = 1000;
const RECORDS_BETWEEN_LOOKS = 4096;

export class RecoveryProgress implements ReadableStore {
  #records = 0;
  #toldMs: number;
  readonly #beganMs: number;
  readonly #store: ReadableStore;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(store: ReadableStore, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#beganMs = clock.monotonic();
    this.#toldMs = this.#beganMs;
  }

  *range(prefix: string, options?: RangeOptions): Generator<StoreEntry> {
    for (const entry of this.#store.range(prefix, options)) {
      this.#records++;
      if (this.#records % RECORDS_BETWEEN_LOOKS === 0) this.#tellNowAndThen();
      yield entry;
    }
  }

  #tellNowAndThen(): void {
    const now = this.#clock.monotonic();
    if (now - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = now;
    const seconds = Math.round((now - this.#beganMs) / 1000);
    this.#log.info('Still reading the store', { records: this.#records, seconds });
  }
}
