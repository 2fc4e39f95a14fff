/**
 * The lines of Mosquitto's password file: `NAME:$7$ITERATIONS$SALT$HASH` (PBKDF2 with SHA-512) and `NAME:$6$SALT$HASH`
 * (SHA-512 of password and salt), salts and hashes in base64. Reads them, writes them, and knows nothing of files.
 *
 * A line that is wrong makes no user. Nor does a password in plain text, which Mosquitto accepts only when it is built
 * without TLS. Where a name stands several times the last line counts, even when that one is wrong.
 */

import { randomBytes } from 'node:crypto';
import type { HashRule, StoredPassword } from '../../ports/password-checks.ts';
import { quote } from '../../std/shorten.ts';
import { derivedDigest, fastDigest } from '../passwords/digests.ts';

/** A line that makes no user. Lines count from 1; the problem follows the place and says nothing of the password. */
export interface LineProblem {
  readonly line: number;
  readonly problem: string;
}

export interface PasswordLines {
  readonly users: ReadonlyMap<string, StoredPassword>;
  readonly problems: readonly LineProblem[];
}

/** How a new password is stored: `$7$` unless `sha512` is asked for. */
export interface NewLineOptions {
  readonly form?: 'pbkdf2' | 'sha512';
  /** Of PBKDF2, 1 to 10,000,000; 210,000 unless given. Mosquitto's own command makes 101 and reads any. */
  readonly iterations?: number;
}

type FastRule = Extract<HashRule, { kind: 'hash' }>;
type DerivedRule = Extract<HashRule, { kind: 'pbkdf2' }>;

/** Mosquitto 2.0 writes and reads this length only; longer ones, of later versions, are read here. */
const SALT_BYTES = 12;
const SALT_BYTES_MAX = 64;
const HASH_BYTES = 64;
const ITERATIONS = 210_000;
const ITERATIONS_MAX = 10_000_000;

const SHA512: FastRule = { kind: 'hash', hash: 'sha512', salt: 'after' };

const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^[A-Za-z0-9+/]{2}==$|^[A-Za-z0-9+/]{3}=$/;

const PLAIN = 'the password is plain text, which is not read; hash the file with: mosquitto_passwd -U FILE';

/** A line in its parts; undefined for comments, empty lines, and lines without a colon, which Mosquitto skips. */
function partsOf(line: string): { readonly name: string; readonly password: string } | undefined {
  const colon = line.indexOf(':');
  if (line.startsWith('#') || colon < 0) return undefined;
  return { name: line.slice(0, colon).trim(), password: line.slice(colon + 1).trim() };
}

export function readPasswordLines(text: string): PasswordLines {
  const users = new Map<string, StoredPassword>();
  const problems: LineProblem[] = [];
  const rules = new Map<number, DerivedRule>();
  for (const [index, line] of text.split('\n').entries()) {
    const parts = partsOf(line);
    if (parts === undefined) continue;
    const { name, password } = parts;
    const read = name === '' ? 'the user name is missing' : readPassword(password, rules);
    users.delete(name);
    if (typeof read !== 'string' && !name.includes('\ufffd')) users.set(name, read);
    else problems.push({ line: index + 1, problem: typeof read === 'string' ? read : 'the user name is not UTF-8' });
  }
  return { users, problems };
}

/** @param rules those of the lines before, so that equal ones are one object */
function readPassword(text: string, rules: Map<number, DerivedRule>): StoredPassword | string {
  if (text === '') return 'the password is missing';
  const [before, kind, ...parts] = text.split('$');
  if (before !== '' || (kind !== '6' && kind !== '7')) return PLAIN;
  if (parts.length !== (kind === '6' ? 2 : 3)) return `the hash has not the parts that $${kind}$ has`;
  const [saltText = '', hashText = ''] = parts.slice(-2);
  const salt = bytesOf(saltText);
  if (salt === undefined || salt.length < SALT_BYTES || salt.length > SALT_BYTES_MAX) {
    return `the salt is not base64 of ${SALT_BYTES} to ${SALT_BYTES_MAX} bytes`;
  }
  const hash = bytesOf(hashText);
  if (hash?.length !== HASH_BYTES) return `the hash is not base64 of ${HASH_BYTES} bytes`;
  if (kind === '6') return { rule: SHA512, hash: hash.toString('hex'), salt };
  const iterations = /^\d{1,8}$/.test(parts[0]!) ? Number(parts[0]) : 0;
  if (iterations < 1 || iterations > ITERATIONS_MAX)
    return `the iterations are not a number from 1 to ${ITERATIONS_MAX}`;
  const rule = rules.get(iterations) ?? { kind: 'pbkdf2', mac: 'sha512', iterations, keyBytes: HASH_BYTES };
  rules.set(iterations, rule);
  return { rule, hash: hash.toString('hex'), salt };
}

function bytesOf(base64: string): Buffer | undefined {
  return BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}

/** What no line can hold as a user name, in words that follow "the user name", or undefined when it can. */
export function userNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.includes(':')) return 'contains a colon, which ends it';
  if (/\p{Cc}/u.test(name)) return 'contains a control character';
  if (name.startsWith('#')) return 'begins with #, which makes the line a comment';
  return name.trim() === name ? undefined : 'begins or ends with a blank, which is not read';
}

/** A line without its end, with a new salt. The name has to be one without a `userNameProblem`. */
export async function formatPasswordLine(
  name: string,
  password: string | Uint8Array,
  { form = 'pbkdf2', iterations = ITERATIONS }: NewLineOptions = {},
): Promise<string> {
  const bytes = typeof password === 'string' ? Buffer.from(password) : password;
  const salt = randomBytes(SALT_BYTES);
  const base64 = (hex: string): string => `${salt.toString('base64')}$${Buffer.from(hex, 'hex').toString('base64')}`;
  if (form === 'sha512') return `${name}:$6$${base64(fastDigest(SHA512, bytes, salt))}`;
  const rule: DerivedRule = { kind: 'pbkdf2', mac: 'sha512', iterations, keyBytes: HASH_BYTES };
  return `${name}:$7$${iterations}$${base64(await derivedDigest(rule, bytes, salt))}`;
}

/** The text with this line in the place of the first one of that name, or at the end. Other lines stay as they are. */
export function withPasswordLine(text: string, name: string, line: string): string {
  const lines = linesOf(text);
  const at = lines.findIndex((one) => partsOf(one)?.name === name);
  const others = lines.filter((one) => partsOf(one)?.name !== name);
  others.splice(at < 0 ? others.length : at, 0, line);
  return textOf(others);
}

/** The text without the lines of that name; undefined when there is none. */
export function withoutPasswordLine(text: string, name: string): string | undefined {
  const lines = linesOf(text);
  const others = lines.filter((one) => partsOf(one)?.name !== name);
  return others.length === lines.length ? undefined : textOf(others);
}

/**
 * The text with every plain password hashed, or the line that cannot be. Lines that are hashed already, comments and
 * lines without a colon stay as they are.
 */
export async function hashPlainLines(text: string, options: NewLineOptions = {}): Promise<string | LineProblem> {
  const lines = linesOf(text);
  for (const [index, line] of lines.entries()) {
    const parts = partsOf(line);
    if (parts === undefined) continue;
    const problem = userNameProblem(parts.name);
    if (problem !== undefined) return { line: index + 1, problem: `the user name ${quote(parts.name)} ${problem}` };
    const read = readPassword(parts.password, new Map());
    if (read === PLAIN) lines[index] = await formatPasswordLine(parts.name, parts.password, options);
    else if (typeof read === 'string') return { line: index + 1, problem: read };
  }
  return textOf(lines);
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
