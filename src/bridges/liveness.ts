/** Whether the other broker is still there: what was heard last, what was said last, and when to ask. */

import type { Clock } from '../ports/clock.ts';

/** How long the other broker may take from the connection to its CONNACK, and then to each further answer. */
const ANSWER_MS_MAX = 30_000;
export const TICK_MS = 500;

/** What is to be done: ask whether it is there, or give it up with these words about it. */
export type Verdict = 'fine' | 'ask' | { readonly code: string; readonly what: string; readonly seconds: number };

export class Liveness {
  readonly #clock: Clock;
  #sentMs = 0;
  #heardMs: number;
  /** Since when it owes answers without which nothing goes on. */
  #owesSinceMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heardMs = clock.monotonic();
    this.#owesSinceMs = this.#heardMs;
  }

  sent(): void {
    this.#sentMs = this.#clock.monotonic();
  }

  heard(): void {
    this.#heardMs = this.#clock.monotonic();
  }

  /** It has answered, and owes the next answers from now on, or none. */
  owes(anything: boolean): void {
    this.#owesSinceMs = anything ? this.#clock.monotonic() : undefined;
  }

  /**
   * @param keepAliveSeconds 0 for none
   * @param isHeld it is not listened to, so its silence says nothing
   */
  look(keepAliveSeconds: number, isHeld: boolean): Verdict {
    const now = this.#clock.monotonic();
    if (this.#owesSinceMs !== undefined && now - this.#owesSinceMs > ANSWER_MS_MAX) {
      const seconds = ANSWER_MS_MAX / 1000;
      return { code: 'BRIDGE_TIMEOUT', what: `did not answer within ${seconds} s`, seconds };
    }
    const keepAliveMs = keepAliveSeconds * 1000;
    if (keepAliveMs === 0 || isHeld) return 'fine';
    const silenceMs = now - this.#heardMs;
    if (silenceMs > keepAliveMs * 1.5) {
      const seconds = Math.round(silenceMs / 1000);
      return { code: 'BRIDGE_KEEP_ALIVE', what: `was silent for ${seconds} s, so it is taken to be gone`, seconds };
    }
    // A PINGREQ for each silence: the answer ends it, or the time does.
    const isDue =
      now - this.#sentMs >= keepAliveMs - TICK_MS || (silenceMs >= keepAliveMs && this.#sentMs < now - TICK_MS);
    return isDue ? 'ask' : 'fine';
  }
}
