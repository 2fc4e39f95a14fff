/**
 * The words in which an operator says how stored passwords were made: EMQX's `password_hash`. Blanks around the parts
 * and capital letters do not matter.
 */

import { getHashes } from 'node:crypto';
import type { HashRule, PlainHash } from '../../ports/password-checks.ts';
import { quote } from '../../std/shorten.ts';

/** Seconds of work for one login; more is a slip of the keyboard. */
const ITERATIONS_MAX = 10_000_000;
const KEY_BYTES_MAX = 1024;

const HASHES: ReadonlyMap<string, PlainHash> = new Map([
  ['md5', 'md5'],
  ['sha', 'sha'],
  ['sha256', 'sha256'],
  ['sha512', 'sha512'],
]);

/** EMQX's names of the functions below PBKDF2, with Node's. */
const MACS: ReadonlyMap<string, string> = new Map([
  ['md4', 'md4'],
  ['md5', 'md5'],
  ['ripemd160', 'ripemd160'],
  ['sha', 'sha1'],
  ['sha224', 'sha224'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
]);

const ALLOWED =
  'plain, md5, sha, sha256, sha512, "salt,HASH", "HASH,salt" with one of these four, bcrypt, "salt,bcrypt", ' +
  '"bcrypt,salt", or "pbkdf2,MAC,ITERATIONS,BYTES" such as "pbkdf2,sha256,1000,20"';

/** Reads a rule. The problem is a sentence without its end: what was got, and what is allowed. */
export function parseHashRule(text: string): HashRule | { problem: string } {
  const parts = text.split(',').map((part) => part.trim().toLowerCase());
  const [first = '', second] = parts;
  if (first === 'pbkdf2') return pbkdf2Rule(text, parts);
  const rule = parts.length === 1 ? unsalted(first) : parts.length === 2 ? salted(first, second!) : undefined;
  return rule ?? { problem: `got ${quote(text)}; allowed: ${ALLOWED}` };
}

function unsalted(word: string): HashRule | undefined {
  if (word === 'plain') return { kind: 'plain' };
  if (word === 'bcrypt') return { kind: 'bcrypt', saltColumn: false };
  const hash = HASHES.get(word);
  return hash && { kind: 'hash', hash, salt: 'none' };
}

function salted(first: string, second: string): HashRule | undefined {
  if ((first === 'salt') === (second === 'salt')) return undefined;
  const word = first === 'salt' ? second : first;
  if (word === 'bcrypt') return { kind: 'bcrypt', saltColumn: true };
  const hash = HASHES.get(word);
  return hash && { kind: 'hash', hash, salt: first === 'salt' ? 'before' : 'after' };
}

function pbkdf2Rule(text: string, parts: readonly string[]): HashRule | { problem: string } {
  const [, word = '', iterationsText = '', bytesText = ''] = parts;
  const mac = MACS.get(word);
  if (mac === undefined || parts.length !== 4) {
    return {
      problem: `got ${quote(text)}; allowed after pbkdf2: one of ${names(MACS)}, a number of iterations, bytes`,
    };
  }
  if (!isProvided(mac)) {
    const provided = [...MACS].filter(([, name]) => isProvided(name)).map(([name]) => name);
    return { problem: `got ${quote(text)}, but this Node does not provide ${word}; allowed: ${provided.join(', ')}` };
  }
  const iterations = wholeNumber(iterationsText, ITERATIONS_MAX);
  const keyBytes = wholeNumber(bytesText, KEY_BYTES_MAX);
  if (iterations === undefined || keyBytes === undefined) {
    return {
      problem: `got ${quote(text)}; allowed: 1 to ${ITERATIONS_MAX} iterations and 1 to ${KEY_BYTES_MAX} bytes`,
    };
  }
  return { kind: 'pbkdf2', mac, iterations, keyBytes };
}

function wholeNumber(text: string, max: number): number | undefined {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= max ? number : undefined;
}

function isProvided(mac: string): boolean {
  // OpenSSL 3 moved MD4 where Node does not look, and yet Node names it in some builds.
  return mac !== 'md4' && getHashes().includes(mac);
}

function names(map: ReadonlyMap<string, unknown>): string {
  return [...map.keys()].join(', ');
}
