/** Keys, and tokens signed with them, for tests of logins with tokens. Time stands still at `clock`. */

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import { openJwt } from '../../src/access/jwt/open-jwt.ts';
import { jwtRows } from '../../src/config/rows/access/jwt.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import type { OptionValue } from '../../src/ports/option.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { login, type OpenedRemote, openRemote, type Said } from '../services/remote-source.ts';

export const SECRET = 'a secret of more than thirty-two bytes';

export const clock: FakeClock = new FakeClock();

export function openTokens(
  values: Readonly<Record<string, OptionValue>>,
  time: FakeClock = clock,
): Promise<OpenedRemote> {
  return openRemote(openJwt, jwtRows, 'jwt', values, time);
}

export function sign(
  claims: Record<string, unknown>,
  key: KeyObject | Uint8Array = Buffer.from(SECRET),
  alg: string = 'HS256',
  head: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims as JWTPayload).setProtectedHeader({ ...head, alg }).sign(key);
}

export type KeyName = 'rsa' | 'weak' | 'p256' | 'p384' | 'p521' | 'ed25519' | 'other' | 'x25519';

export const keys: Readonly<Record<KeyName, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>> = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  weak: generateKeyPairSync('rsa', { modulusLength: 1024 }),
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  ed25519: generateKeyPairSync('ed25519'),
  other: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  x25519: generateKeyPairSync('x25519'),
};

export function pem(name: KeyName): string {
  return keys[name].publicKey.export({ type: 'spki', format: 'pem' }) as string;
}

/** What becomes of a client that shows a token. */
export function shown(source: AccessSource, token: string, more: Said = {}): Promise<string> {
  return login(source, { username: 'emqx', password: token, ...more });
}
