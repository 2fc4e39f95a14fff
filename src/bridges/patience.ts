/**
 * Whether the other broker puts up with being asked which bridges it has and whether it sends messages back: there are
 * brokers that end the connection of whoever asks for a topic that it may not have. Such a one is not asked any more.
 */

import type { Log } from '../ports/log.ts';
import type { Way } from './crossing-context.ts';

/** Connections in a row that end over it; one or two may have ended for another reason. */
const LOST_MAX = 3;

export class PatienceOfOther {
  readonly #bridge: string;
  readonly #log: Log;
  #lost = 0;

  /** @param bridge its name, for the log */
  constructor(bridge: string, log: Log) {
    this.#bridge = bridge;
    this.#log = log;
  }

  /** Whether it is asked at the next connection. */
  get mayAsk(): boolean {
    return this.#lost < LOST_MAX;
  }

  /** A connection was lost. */
  ended(code: string, way: Way): void {
    if (code !== 'BRIDGE_LOST' || way === 'login') return;
    if (!this.mayAsk) {
      // One that ends as early without a question did not end over it.
      if (way === 'early') this.#lost = 0;
      return;
    }
    this.#lost = way === 'early' ? this.#lost + 1 : 0;
    if (this.mayAsk) return;
    const text = 'The other broker ends the connection when it is asked for its bridges, so it is not asked any more';
    this.#log.warn(`${text}; what it sends back, or its own bridge brings, is not recognised`, {
      bridge: this.#bridge,
    });
  }
}
