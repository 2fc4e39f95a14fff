/**
 * The two deadlines of a connection, which never hold at the same time: the login must be complete in time, and after
 * it the client must not be silent for longer than its keep alive allows [MQTT-3.1.2-22].
 */

import type { BrokerContext } from '../../context.ts';
import { Timed } from '../../timers.ts';

/** How often in one keep-alive period silence is looked for. */
const LOOKS = 8;

export interface DeadlineOwner {
  /** @param silenceMs the silence that was allowed, or 0 when the login took too long */
  deadlineOver(silenceMs: number): void;
}

export class Deadline extends Timed {
  /** A packet came since the last look. A flag is all that a packet costs. */
  active = false;
  /** Silence allowed, in milliseconds; 0 while the login goes on. */
  #silenceMs = 0;
  #lastActiveMs = 0;
  /** How many have suspended it and not resumed it yet. */
  #suspensions = 0;
  readonly #context: BrokerContext;
  readonly #owner: DeadlineOwner;

  constructor(context: BrokerContext, owner: DeadlineOwner, connectSecondsMax: number) {
    super();
    this.#context = context;
    this.#owner = owner;
    const { clock, timers } = context;
    timers.schedule(this, clock.monotonic() + connectSecondsMax * 1000);
  }

  /** The login is complete: from here on silence counts. @param keepAliveSeconds 0 for no limit */
  keepAlive(keepAliveSeconds: number): void {
    const { clock, timers } = this.#context;
    this.#silenceMs = keepAliveSeconds * 1500;
    this.#lastActiveMs = clock.monotonic();
    if (keepAliveSeconds === 0) timers.cancel(this);
    else timers.schedule(this, this.#lastActiveMs + this.#silenceMs / LOOKS);
  }

  /** The client is not read for a while, so it cannot help being silent. */
  suspend(): void {
    this.#suspensions++;
  }

  /** It is read again, and its silence begins now. */
  resume(): void {
    this.#suspensions--;
    this.active = true;
  }

  cancel(): void {
    this.#context.timers.cancel(this);
  }

  /** The last packet is known to within one look, always as too late, so nobody is cut off before the time is over. */
  due(nowMs: number): void {
    if (this.active || this.#suspensions > 0) {
      this.active = false;
      this.#lastActiveMs = nowMs;
    }
    const endMs = this.#lastActiveMs + this.#silenceMs;
    if (this.#silenceMs > 0 && nowMs < endMs) {
      this.#context.timers.schedule(this, Math.min(nowMs + this.#silenceMs / LOOKS, endMs));
      return;
    }
    this.#owner.deadlineOver(this.#silenceMs);
  }
}
