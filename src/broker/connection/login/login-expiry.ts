/** The end of a login that holds for a time only: the connection ends with it, unless the client has logged in anew. */

import { isoTime } from '../../../std/iso-time.ts';
import { Timed } from '../../timers.ts';
import type { Connection } from '../connection.ts';

export class LoginExpiry extends Timed {
  #expiresAtMs = 0;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super();
    this.#connection = connection;
  }

  /** @param expiresAtMs in milliseconds since 1970; a later login replaces the time of an earlier one */
  begin(expiresAtMs: number): void {
    const { clock, timers } = this.#connection.context;
    this.#expiresAtMs = expiresAtMs;
    timers.schedule(this, clock.monotonic() + Math.max(0, expiresAtMs - clock.now()));
  }

  cancel(): void {
    this.#connection.context.timers.cancel(this);
  }

  due(): void {
    const connection = this.#connection;
    // The clock on the wall may have been set back meanwhile.
    if (connection.context.clock.now() < this.#expiresAtMs) {
      this.begin(this.#expiresAtMs);
      return;
    }
    connection.end({
      name: 'not_authorized',
      reasonCode: 0xa0,
      message: `${connection.label}: its login ended at ${isoTime(this.#expiresAtMs)}; it has to log in again`,
    });
  }
}
