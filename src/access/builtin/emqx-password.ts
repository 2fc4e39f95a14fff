/**
 * Passwords as EMQX 4.3 stores them in its built-in database: four bytes of salt, then the hexadecimal digits of the
 * hash of salt and password. With the salt they say nothing of how they were made, so one has to know.
 */

import { isUtf8 } from 'node:buffer';
import type { PlainHash, StoredPassword } from '../../ports/password-checks.ts';

export type EmqxHash = PlainHash | 'plain';

const SALT_BYTES = 4;

const DIGITS: Readonly<Record<PlainHash, number>> = { md5: 32, sha: 40, sha256: 64, sha512: 128 };

/** Undefined when the bytes are no such password. Hashes without a salt, of older versions, are read too. */
export function readEmqxPassword(hash: EmqxHash, value: Uint8Array): StoredPassword | undefined {
  const bytes = Buffer.from(value);
  if (hash === 'plain') {
    const password = bytes.subarray(SALT_BYTES);
    if (password.length === 0 || !isUtf8(password)) return undefined;
    return { rule: { kind: 'plain' }, hash: password.toString('utf8'), salt: undefined };
  }
  const digits = DIGITS[hash];
  const saltBytes = bytes.length - digits;
  const text = bytes.subarray(saltBytes).toString('latin1');
  if ((saltBytes !== 0 && saltBytes !== SALT_BYTES) || !/^[0-9a-f]+$/.test(text)) return undefined;
  return saltBytes === 0
    ? { rule: { kind: 'hash', hash, salt: 'none' }, hash: text, salt: undefined }
    : { rule: { kind: 'hash', hash, salt: 'before' }, hash: text, salt: bytes.subarray(0, SALT_BYTES) };
}
