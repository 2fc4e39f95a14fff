/**
 * Compares passwords with what databases and files hold of them. Fast hashes are answered at once. Slow ones go through
 * a lane of a few at a time, and what was found right is remembered for a while, under a key that cannot be traced back.
 */

import type { Clock } from '../../ports/clock.ts';
import type { HashRule, PasswordChecks, StoredPassword } from '../../ports/password-checks.ts';
import { bcryptCost, bcryptOfNobody, verifyBcrypt, withSalt } from './bcrypt.ts';
import { derivedDigest, fastDigest, isSame } from './digests.ts';
import { SlowLane } from './slow-lane.ts';
import { VerifiedLogins } from './verified-logins.ts';

export interface PasswordVerifierOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /**
   * Slow hashes at the same time. Default 2: Node has four threads for such work, and the store needs them too.
   */
  readonly concurrentMax?: number;
  /** Slow hashes that wait for their turn. Default 4,096. */
  readonly waitingMax?: number;
  /** How long one waits at most, in seconds. Default 30, which is how long the broker waits for an answer. */
  readonly waitingSecondsMax?: number;
  /** How long a right password is remembered, in seconds. Default 60; 0 remembers none. */
  readonly rememberedSeconds?: number;
  /** How many right passwords are remembered. Default 10,000. */
  readonly rememberedMax?: number;
}

type SlowRule = Exclude<HashRule, { kind: 'plain' | 'hash' }>;

/** What bcrypt users most often have, until one is seen. */
const BCRYPT_COST = 10;

/** Any salt does for a client that nobody knows. */
const SALT_OF_NOBODY = '0123456789abcdef';

export class PasswordVerifier implements PasswordChecks {
  readonly #lane: SlowLane;
  readonly #verified: VerifiedLogins;
  /** Checks under way, by what they compare: clients that share a password ask once. */
  readonly #underWay = new Map<string, Promise<boolean>>();
  /** The cost of the hashes seen under each rule, so that unknown users cost as much. */
  readonly #bcryptCosts = new WeakMap<HashRule, number>();

  constructor(options: PasswordVerifierOptions) {
    const { clock, concurrentMax = 2, waitingMax = 4096, waitingSecondsMax = 30 } = options;
    const { rememberedSeconds = 60, rememberedMax = 10_000 } = options;
    this.#lane = new SlowLane({ clock, concurrentMax, waitingMax, waitingSecondsMax });
    this.#verified = new VerifiedLogins(clock, rememberedSeconds, rememberedMax);
  }

  /** Slow checks that wait for their turn. */
  get waiting(): number {
    return this.#lane.waiting;
  }

  /** Right passwords that are remembered. */
  get remembered(): number {
    return this.#verified.size;
  }

  verify(password: Uint8Array, stored: StoredPassword): boolean | Promise<boolean> {
    const { rule, hash, salt } = stored;
    if (hash === '' || (needsSalt(rule) && salt === undefined)) return this.verifyUnknown(password, rule);
    if (rule.kind === 'plain') return isSame(hash, password);
    if (rule.kind === 'hash') return isSame(hash, fastDigest(rule, password, salt ?? ''));
    return this.#verifySlow(password, stored, rule);
  }

  verifyUnknown(password: Uint8Array, rule: HashRule): false | Promise<false> {
    if (rule.kind === 'plain') isSame(SALT_OF_NOBODY, password);
    else if (rule.kind === 'hash') fastDigest(rule, password, SALT_OF_NOBODY);
    else return this.#spend(Buffer.from(password), rule);
    return false;
  }

  #verifySlow(password: Uint8Array, stored: StoredPassword, rule: SlowRule): boolean | Promise<boolean> {
    const key = this.#verified.keyOf(password, stored);
    if (this.#verified.has(key)) return true;
    const present = this.#underWay.get(key);
    if (present !== undefined) return present;
    // The bytes belong to a packet, which does not stay what it is while the check waits.
    const own = Buffer.from(password);
    const check = this.#check(own, stored, rule)
      .then((isRight) => {
        if (isRight) this.#verified.add(key);
        return isRight;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, check);
    return check;
  }

  #check(password: Buffer, { hash, salt }: StoredPassword, rule: SlowRule): Promise<boolean> {
    if (rule.kind !== 'bcrypt') {
      return this.#lane.run(async () => isSame(hash, await derivedDigest(rule, password, salt ?? '')));
    }
    const whole = rule.saltColumn ? withSalt(hash, textOf(salt)) : hash;
    const cost = whole === undefined ? undefined : bcryptCost(whole);
    if (whole === undefined || cost === undefined) return this.#spend(password, rule);
    this.#bcryptCosts.set(rule, cost);
    return this.#lane.run(() => verifyBcrypt(password, whole));
  }

  #spend(password: Buffer, rule: SlowRule): Promise<false> {
    return this.#lane.run<false>(async () => {
      if (rule.kind === 'bcrypt') {
        await verifyBcrypt(password, bcryptOfNobody(this.#bcryptCosts.get(rule) ?? BCRYPT_COST));
      } else {
        await derivedDigest(rule, password, SALT_OF_NOBODY);
      }
      return false;
    });
  }
}

function needsSalt(rule: HashRule): boolean {
  if (rule.kind === 'hash') return rule.salt !== 'none';
  return rule.kind === 'pbkdf2' || rule.kind === 'scrypt' || (rule.kind === 'bcrypt' && rule.saltColumn);
}

function textOf(salt: string | Uint8Array | undefined): string {
  return typeof salt === 'string' ? salt : Buffer.from(salt ?? []).toString('latin1');
}
