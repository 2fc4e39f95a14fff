/** The forms in which EMQX 4 keeps passwords, each with a user whose password is `public`. */

import { createHash, pbkdf2Sync } from 'node:crypto';
import { hashSync } from '@node-rs/bcrypt';

export interface HashForm {
  /** As `password_hash` says it. */
  readonly form: string;
  readonly name: string;
  readonly stored: string;
  readonly salt: string;
}

const PASSWORD = 'public';
const SALT = 'pepper';

const hex = (digest: string, text: string): string => createHash(digest).update(text).digest('hex');
const nodeNames: Readonly<Record<string, string>> = { sha: 'sha1' };
const derived = (digest: string): string => pbkdf2Sync(PASSWORD, SALT, 1000, 20, digest).toString('hex');
const words = ['md5', 'sha', 'sha256', 'sha512'];

const forms: readonly (readonly [form: string, stored: string, salt?: string])[] = [
  ['plain', PASSWORD],
  ...words.map((word) => [word, hex(nodeNames[word] ?? word, PASSWORD)] as const),
  ...words.map((word) => [`salt,${word}`, hex(nodeNames[word] ?? word, SALT + PASSWORD), SALT] as const),
  ...words.map((word) => [`${word},salt`, hex(nodeNames[word] ?? word, PASSWORD + SALT), SALT] as const),
  ['bcrypt', hashSync(PASSWORD, { cost: 4 })],
  ['salt,bcrypt', hashSync(PASSWORD, { cost: 4 })],
  ['bcrypt,salt', hashSync(PASSWORD, { cost: 4 })],
  ...['md5', 'ripemd160', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'].map(
    (word) => [`pbkdf2,${word},1000,20`, derived(nodeNames[word] ?? word), SALT] as const,
  ),
  // A guide writes it with blanks.
  ['pbkdf2, sha256, 1000, 20', derived('sha256'), SALT],
];

export const hashForms: readonly HashForm[] = forms.map(([form, stored, salt], index) => ({
  form,
  name: `hashed-${index}`,
  stored,
  // Beside bcrypt the salt is the beginning of what is stored.
  salt: salt ?? (form.includes('bcrypt') ? stored.slice(0, 29) : ''),
}));

/** Values of an INSERT: name, hash and salt. */
export function hashRows(all: readonly HashForm[]): string {
  return all.map(({ name, stored, salt }) => `('${name}', '${stored}', '${salt}')`).join(', ');
}
