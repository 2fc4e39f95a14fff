/**
 * The hashes themselves: a password and a salt in, what a database would hold out. Fast ones answer at once, slow ones
 * in a thread of their own.
 */

import { createHash, hash as hashAtOnce, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { HashRule, PlainHash } from '../../ports/password-checks.ts';

export type FastRule = Extract<HashRule, { kind: 'hash' }>;
export type DerivedRule = Extract<HashRule, { kind: 'pbkdf2' | 'scrypt' }>;

const NODE_NAMES: Readonly<Record<PlainHash, string>> = {
  md5: 'md5',
  sha: 'sha1',
  sha256: 'sha256',
  sha512: 'sha512',
};

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt: (
  password: Uint8Array,
  salt: string | Uint8Array,
  bytes: number,
  options: object,
) => Promise<Buffer> = promisify(scrypt);

/** Lower-case hexadecimal digits. */
export function fastDigest(rule: FastRule, password: Uint8Array, salt: string | Uint8Array): string {
  const hash = createHash(NODE_NAMES[rule.hash]);
  if (rule.salt === 'before') hash.update(salt);
  hash.update(password);
  if (rule.salt === 'after') hash.update(salt);
  return hash.digest('hex');
}

/** Lower-case hexadecimal digits. */
export async function derivedDigest(
  rule: DerivedRule,
  password: Uint8Array,
  salt: string | Uint8Array,
): Promise<string> {
  if (rule.kind === 'pbkdf2') {
    return (await derivePbkdf2(password, salt, rule.iterations, rule.keyBytes, rule.mac)).toString('hex');
  }
  const { cost, blockSize, parallelization, keyBytes } = rule;
  // Twice what the algorithm needs, because Node counts more than that.
  const maxmem = 256 * cost * blockSize;
  return (await deriveScrypt(password, salt, keyBytes, { cost, blockSize, parallelization, maxmem })).toString('hex');
}

/** In a time that depends on the lengths alone. */
export function isSame(one: string | Uint8Array, other: string | Uint8Array): boolean {
  return timingSafeEqual(hashAtOnce('sha256', one, 'buffer'), hashAtOnce('sha256', other, 'buffer'));
}
