/**
 * What was found right a short time ago, so that clients that all come back at once cost little. It holds no password
 * and nothing a password could be guessed from: only keyed hashes, whose key ends with the process.
 */

import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { StoredPassword } from '../../ports/password-checks.ts';
import { Lru } from '../../std/lru.ts';

const KEY_BYTES = 32;

export class VerifiedLogins {
  readonly #secret = randomBytes(KEY_BYTES);
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #lifeMs: number;
  /** When each ends. */
  readonly #ends: Lru<string, number>;

  /** @param lifeSeconds how long an entry holds, from when the password was found right and not from its last use */
  constructor(clock: Pick<Clock, 'monotonic'>, lifeSeconds: number, entriesMax: number) {
    this.#clock = clock;
    this.#lifeMs = lifeSeconds * 1000;
    this.#ends = new Lru({ entriesMax: lifeSeconds > 0 ? entriesMax : 0 });
  }

  get size(): number {
    return this.#ends.size;
  }

  /** What stands for a password together with all that it was compared with: another stored hash is another key. */
  keyOf(password: Uint8Array, { rule, hash, salt = '' }: StoredPassword): string {
    const hmac = createHmac('sha256', this.#secret);
    for (const part of [JSON.stringify(rule), hash, salt, password]) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      // With its length before it, no part can pass for the end of another.
      hmac.update(`${bytes.length}:`).update(bytes);
    }
    return hmac.digest('base64');
  }

  has(key: string): boolean {
    const end = this.#ends.get(key);
    if (end === undefined) return false;
    if (this.#clock.monotonic() < end) return true;
    this.#ends.delete(key);
    return false;
  }

  add(key: string): void {
    this.#ends.set(key, this.#clock.monotonic() + this.#lifeMs);
  }
}
