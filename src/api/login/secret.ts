/**
 * Passwords of dashboard logins and secrets of API keys, as they are stored. Passwords are few and chosen by people, so
 * they get a slow hash with a salt; secrets of keys are long and random, so a fast one is enough and costs no login.
 */

import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 16 MB and some 40 ms for each attempt. */
const COST = { N: 16_384, r: 8, p: 1 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** Resolves to `scrypt$N$r$p$salt$key`, salt and key as hexadecimal digits. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('hex'), key.toString('hex')].join('$');
}

/** Whether `stored` was made of this password. A text that is no such hash never fits. */
export async function passwordFits(password: string, stored: string): Promise<boolean> {
  const [kind, n, r, p, salt, key] = stored.split('$');
  if (kind !== 'scrypt' || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, 'hex');
  const found = await derive(password, Buffer.from(salt, 'hex'), { N: Number(n), r: Number(r), p: Number(p) });
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function derive(password: string, salt: Buffer, cost: { N: number; r: number; p: number }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, cost, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

/** 256 random bits as text that fits into a header. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether two texts are equal, in a time that depends on their lengths alone. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(hashSecret(one)), Buffer.from(hashSecret(other))];
  return timingSafeEqual(a, b);
}
