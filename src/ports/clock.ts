/** The seam of time: the broker reads no clock and sets no timer of its own. */

export interface Clock {
  /** Milliseconds since the epoch, for expiry and events. */
  now(): number;
  /** Milliseconds that never go back, for keep alive and rates. */
  monotonic(): number;
  /** Calls `task` when the work at hand is done: after the packets of this event-loop turn, before the next wait. */
  soon(task: () => void): void;
  /** Calls `task` every `ms` until the answer is called. Does not keep a process alive. */
  every(ms: number, task: () => void): () => void;
  /** Calls `task` once after `ms`. Does not keep a process alive. */
  after(ms: number, task: () => void): () => void;
}

/** Unpredictable bytes for identifiers; a seeded simulation brings its own. */
export interface Random {
  /** Lower-case hexadecimal, two characters for each byte. */
  hex(bytes: number): string;
  /** An integer from 0 to `below` - 1. */
  integer(below: number): number;
}
