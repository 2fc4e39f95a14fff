/**
 * What one client may make the broker do in one event-loop turn before others get theirs. Most packets cost next to
 * nothing; a SUBSCRIBE of a thousand filters or a PUBLISH that matches as many subscriptions does not, and one read of
 * a socket may bring thousands of those. Whoever has used up its share is read again in the next turn.
 */

import type { Clock } from '../../../ports/clock.ts';
import type { Link } from '../../../ports/link.ts';

/** One unit is about a microsecond. Large enough that a fan-out to thousands still fills every write it causes. */
const UNITS_PER_TURN = 50_000;

export class TurnShare {
  readonly #link: Link;
  readonly #clock: Clock;
  #unitsLeft = UNITS_PER_TURN;
  #isRenewing = false;
  #isHeld = false;

  constructor(link: Link, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
  }

  spend(units: number): void {
    this.#unitsLeft -= units;
    if (!this.#isRenewing) {
      this.#isRenewing = true;
      this.#clock.soon(this.#renew);
    }
    if (this.#unitsLeft > 0 || this.#isHeld) return;
    this.#isHeld = true;
    this.#link.hold();
  }

  readonly #renew = (): void => {
    this.#isRenewing = false;
    this.#unitsLeft = UNITS_PER_TURN;
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#link.release();
  };
}
