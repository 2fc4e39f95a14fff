/** What a row of the tables about emqx.conf says: the same is looked at with keys and without them. */

import type { HomeTexts } from './homes.ts';
import type { Place, Running } from './running.ts';

export interface HomeEffect {
  /**
   * Those that are looked at, the first one with `value`. A name without a dot, or that begins with `rate_limit`, belongs to
   * the zone of the listener.
   */
  readonly keys: readonly string[];
  readonly value?: string;
  /** Lines of etc/emqx.conf instead of the first key and its value. */
  readonly lines?: string;
  /** Lines that stand there where the keys do not. */
  readonly otherwise?: string;
  /** Texts that are there in both cases; those of etc/emqx.conf stand before the lines. */
  readonly texts?: HomeTexts;
  /** Writes what cannot be written as a text here. */
  readonly prepare?: (place: Place) => Promise<void>;
  /** Of a broker that does not start `no start` is seen. */
  readonly see: (running: Running) => unknown;
  readonly with: unknown;
  readonly without: unknown;
}
