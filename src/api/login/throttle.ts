/**
 * Slows down whoever guesses passwords. After some failures in a row an address is locked for a while that grows, and a
 * name for a short while, whoever asks: long enough to make guessing from many addresses hopeless. Its owner is not kept
 * out by that at an address where it has come in before. Keys have no names, for they are too long to be guessed. Memory
 * is bounded: what was not used for longest is forgotten first.
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
  /** Of names at addresses where they have come in, which failures elsewhere do not lock. */
  readonly #owners = new Lru<string, Failures>({ entriesMax: ENTRIES_MAX });
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Whole seconds until the next attempt is looked at; 0 when it is now.
   * @param name empty for a key
   */
  waitSeconds(name: string, address: string): number {
    const ofName = this.#owners.get(ownerKey(name, address)) ?? this.#names.get(name);
    const until = Math.max(ofName?.lockedUntilMs ?? 0, this.#addresses.get(address)?.lockedUntilMs ?? 0);
    return Math.max(0, Math.ceil((until - this.#now()) / 1000));
  }

  failed(name: string, address: string): void {
    if (name !== '') this.#count(this.#names, name, NAME_LOCK_MS_MAX);
    const owner = ownerKey(name, address);
    if (this.#owners.get(owner) !== undefined) this.#count(this.#owners, owner, NAME_LOCK_MS_MAX);
    this.#count(this.#addresses, address, ADDRESS_LOCK_MS_MAX);
  }

  /** A person has logged in. */
  succeeded(name: string, address: string): void {
    this.#names.delete(name);
    this.cameIn(name, address);
  }

  /** A request was right. Failures elsewhere still count against its name. */
  cameIn(name: string, address: string): void {
    this.#addresses.delete(address);
    if (name !== '') this.#owners.set(ownerKey(name, address), { count: 0, lockedUntilMs: 0 });
  }

  #count(entries: Lru<string, Failures>, key: string, lockMsMax: number): void {
    const { count } = entries.get(key) ?? { count: 0 };
    const over = count + 1 - FAILURES_FREE;
    const lockMs = over < 0 ? 0 : Math.min(lockMsMax, FIRST_LOCK_MS * 2 ** Math.min(over, 20));
    entries.set(key, { count: count + 1, lockedUntilMs: this.#now() + lockMs });
  }
}

/** No address has a space. */
function ownerKey(name: string, address: string): string {
  return `${address} ${name}`;
}
