/**
 * Slows down whoever guesses passwords. After some failures in a row an address is locked for a while that grows, and a
 * name for a short while, whoever asks: long enough to make guessing from many addresses hopeless, short enough that
 * nobody can keep its owner out. Memory is bounded: what was not used for longest is forgotten first.
 */

import { Lru } from '../../std/lru.ts';

const FAILURES_FREE = 5;
const FIRST_LOCK_MS = 5_000;
const ADDRESS_LOCK_MS_MAX = 15 * 60 * 1000;
const NAME_LOCK_MS_MAX = 20_000;
const ENTRIES_MAX = 10_000;

interface Failures {
  count: number;
  lockedUntilMs: number;
}

export class LoginThrottle {
  readonly #names = new Lru<string, Failures>({ entriesMax: ENTRIES_MAX });
  readonly #addresses = new Lru<string, Failures>({ entriesMax: ENTRIES_MAX });
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Whole seconds until the next attempt is looked at; 0 when it is now. */
  waitSeconds(name: string, address: string): number {
    const until = Math.max(this.#names.get(name)?.lockedUntilMs ?? 0, this.#addresses.get(address)?.lockedUntilMs ?? 0);
    return Math.max(0, Math.ceil((until - this.#now()) / 1000));
  }

  failed(name: string, address: string): void {
    this.#count(this.#names, name, NAME_LOCK_MS_MAX);
    this.#count(this.#addresses, address, ADDRESS_LOCK_MS_MAX);
  }

  succeeded(name: string, address: string): void {
    this.#names.delete(name);
    this.#addresses.delete(address);
  }

  #count(entries: Lru<string, Failures>, key: string, lockMsMax: number): void {
    const { count } = entries.get(key) ?? { count: 0 };
    const over = count + 1 - FAILURES_FREE;
    const lockMs = over < 0 ? 0 : Math.min(lockMsMax, FIRST_LOCK_MS * 2 ** Math.min(over, 20));
    entries.set(key, { count: count + 1, lockedUntilMs: this.#now() + lockMs });
  }
}
