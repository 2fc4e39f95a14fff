/**
 * Keys that check signatures, each with the algorithms that it is for: a token chooses among these and never beyond
 * them, so that a public key cannot be taken for a secret, and none for no signature at all.
 */

import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { compactVerify } from 'jose';
import type { Failure } from '../remote/failures.ts';
import type { JwtFailureKind } from './failures.ts';

export interface VerificationKey {
  readonly key: KeyObject | Uint8Array;
  readonly algorithms: readonly string[];
}

const HMAC = ['HS256', 'HS384', 'HS512'];
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const EDWARDS = ['EdDSA', 'Ed25519'];

const curves: ReadonlyMap<string, readonly string[]> = new Map([
  ['prime256v1', ['ES256']],
  ['secp384r1', ['ES384']],
  ['secp521r1', ['ES512']],
]);

/** Algorithms with public keys, which a key set may have. */
export const PUBLIC_ALGORITHMS: readonly string[] = [...RSA, ...EDWARDS, ...[...curves.values()].flat()];

const RSA_BITS_MIN = 2048;
const KEYS_MAX = 16;
const FILE_BYTES_MAX = 1024 * 1024;

/** @throws BackendError when the text is no Base64 although it is said to be */
export function secretKey(text: string, isBase64: boolean, failure: Failure<JwtFailureKind>): VerificationKey {
  const written = text.trim();
  if (isBase64 && !/^[A-Za-z0-9+/_-]+={0,2}$/.test(written)) throw failure('KEY_INVALID', 'it is not Base64');
  const key = isBase64 ? Buffer.from(written, 'base64') : Buffer.from(text, 'utf8');
  if (key.length === 0) throw failure('KEY_INVALID', 'it is empty');
  return { key: Uint8Array.from(key), algorithms: HMAC };
}

/** Reads all keys and certificates of a PEM file. Rejects with a BackendError unless every one of them can be used. */
export async function readPublicKeys(path: string, failure: Failure<JwtFailureKind>): Promise<VerificationKey[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw failure('KEY_UNREADABLE', error instanceof Error ? error.message : String(error), error);
  }
  if (text.length > FILE_BYTES_MAX) throw failure('KEY_INVALID', `it has more than ${FILE_BYTES_MAX} bytes`);
  const blocks = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g) ?? [];
  if (blocks.length === 0) throw failure('KEY_INVALID', 'it has nothing in PEM');
  if (blocks.length > KEYS_MAX) throw failure('KEY_INVALID', `it has more than ${KEYS_MAX} keys`);
  return blocks.map((block) => publicKey(block, failure));
}

function publicKey(block: string, failure: Failure<JwtFailureKind>): VerificationKey {
  // Node would make a public key of it, and the private one would stay where it should not be.
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY/.test(block)) {
    throw failure('KEY_INVALID', 'it has a private key; the broker needs the public one');
  }
  let key: KeyObject;
  try {
    key = block.startsWith('-----BEGIN CERTIFICATE') ? new X509Certificate(block).publicKey : createPublicKey(block);
  } catch (error) {
    throw failure('KEY_INVALID', error instanceof Error ? error.message : String(error), error);
  }
  const { modulusLength = RSA_BITS_MIN } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < RSA_BITS_MIN) {
    throw failure('KEY_INVALID', `an RSA key has ${modulusLength} bits; ${RSA_BITS_MIN} are needed`);
  }
  const algorithms = algorithmsOf(key);
  if (algorithms === undefined) {
    throw failure('KEY_INVALID', `a key of the kind ${key.asymmetricKeyType ?? 'secret'} signs no tokens`);
  }
  return { key, algorithms };
}

function algorithmsOf(key: KeyObject): readonly string[] | undefined {
  if (key.asymmetricKeyType === 'rsa') return RSA;
  if (key.asymmetricKeyType === 'ed25519') return EDWARDS;
  return key.asymmetricKeyType === 'ec' ? curves.get(key.asymmetricKeyDetails?.namedCurve ?? '') : undefined;
}

/** The payload of a token that one of the keys signed; undefined when none did. */
export async function verifyWith(
  keys: readonly VerificationKey[],
  token: string,
  algorithm: string,
): Promise<Uint8Array | undefined> {
  for (const { key, algorithms } of keys) {
    if (!algorithms.includes(algorithm)) continue;
    try {
      return (await compactVerify(token, key, { algorithms: [...algorithms] })).payload;
    } catch {
      // Whatever is wrong with it, this key did not sign this token.
    }
  }
  return undefined;
}
