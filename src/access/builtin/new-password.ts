/**
 * From a password to what is stored of it: a salted hash, and the keys of SCRAM. Each time with new salts, so that the
 * same password never looks the same twice.
 */

import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { HashRule, PlainHash, StoredPassword } from '../../ports/password-checks.ts';
import { derivedDigest, fastDigest } from '../passwords/digests.ts';
import type { ScramHash, ScramKeys, UserRecord } from './records.ts';
import { saslPrep } from './sasl-prep.ts';

export const SALT_BYTES = 16;

const derive = promisify(pbkdf2);

/** bcrypt is for passwords that come from elsewhere. */
export type NewRule = Exclude<HashRule, { kind: 'bcrypt' }>;

const SCRYPT: NewRule = { kind: 'scrypt', cost: 16_384, blockSize: 8, parallelization: 1, keyBytes: 32 };

/** How new passwords are stored. */
export interface PasswordForm {
  readonly rule: NewRule;
  /** Undefined: no keys for SCRAM are made. */
  readonly scramIterations: number | undefined;
}

/** The rule of a word of the option `password_hash`. */
export function ruleOf(word: string, pbkdf2Iterations: number): NewRule {
  if (word === 'scrypt') return SCRYPT;
  if (word === 'pbkdf2') return { kind: 'pbkdf2', mac: 'sha512', iterations: pbkdf2Iterations, keyBytes: 64 };
  return word === 'plain' ? { kind: 'plain' } : { kind: 'hash', hash: word as PlainHash, salt: 'before' };
}

/** A new password in that form. A `plain` one has to be text. */
export async function newPassword(
  password: Uint8Array,
  { rule, scramIterations }: PasswordForm,
): Promise<Pick<UserRecord, 'password' | 'scram'>> {
  return {
    password: await storedPassword(password, rule),
    scram:
      scramIterations === undefined
        ? undefined
        : {
            sha256: await scramKeys('sha256', password, randomBytes(SALT_BYTES), scramIterations),
            sha512: await scramKeys('sha512', password, randomBytes(SALT_BYTES), scramIterations),
          },
  };
}

async function storedPassword(password: Uint8Array, rule: NewRule): Promise<StoredPassword> {
  if (rule.kind === 'plain') return { rule, hash: Buffer.from(password).toString('utf8'), salt: undefined };
  const salt = randomBytes(SALT_BYTES);
  const hash = rule.kind === 'hash' ? fastDigest(rule, password, salt) : await derivedDigest(rule, password, salt);
  return { rule, hash, salt };
}

/** RFC 5802 section 3, `StoredKey` and `ServerKey`. */
export async function scramKeys(
  hash: ScramHash,
  password: Uint8Array,
  salt: Buffer,
  iterations: number,
): Promise<ScramKeys> {
  const text = Buffer.from(password).toString('utf8');
  // What no preparation accepts is taken as it is, as it would be by a client that prepares nothing.
  const prepared = Buffer.from(text).equals(password) ? saslPrep(text) : undefined;
  const salted = await derive(prepared ?? password, salt, iterations, hash === 'sha256' ? 32 : 64, hash);
  const clientKey = createHmac(hash, salted).update('Client Key').digest();
  return {
    iterations,
    salt,
    storedKey: createHash(hash).update(clientKey).digest(),
    serverKey: createHmac(hash, salted).update('Server Key').digest(),
  };
}
