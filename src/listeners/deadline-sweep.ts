/**
 * Deadlines of short-lived states: a handshake that must finish, a close that may linger. One interval serves all of
 * them and exists only while somebody waits, so a connection never owns a timer. Precision is one sweep interval.
 */

const SWEEP_INTERVAL_MS = 50;

/** Something that ends at a time. `deadlineMs` is on the scale of `performance.now()`. */
export interface Expiring {
  deadlineMs: number;
  /** Called once, after it was taken off the sweep. */
  expire(): void;
}

export class DeadlineSweep {
  readonly #waiting = new Set<Expiring>();
  #timer: NodeJS.Timeout | undefined;

  /** Watches `item` until its deadline, at least `ms` from now. Adding it again sets a new deadline. */
  add(item: Expiring, ms: number): void {
    item.deadlineMs = performance.now() + ms;
    this.#waiting.add(item);
    // The sweep must not keep a process alive whose sockets are all closed.
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS).unref();
  }

  delete(item: Expiring): void {
    this.#waiting.delete(item);
    this.#stopWhenIdle();
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  #sweep(): void {
    const now = performance.now();
    for (const item of this.#waiting) {
      if (item.deadlineMs > now) continue;
      this.#waiting.delete(item);
      item.expire();
    }
    this.#stopWhenIdle();
  }

  #stopWhenIdle(): void {
    if (this.#waiting.size > 0 || this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
