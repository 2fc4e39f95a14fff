/**
 * What the built-in database stores: a record for each user and one for all permissions of each target, as JSON with
 * the number of its form. Names are parts of keys and values, never of code.
 */

import { BackendError } from '../../ports/backend-error.ts';
import type { BuiltinPermission, PermissionTarget, UserKind } from '../../ports/builtin-users.ts';
import type { HashRule, StoredPassword } from '../../ports/password-checks.ts';

/** A later one may have other fields. */
const FORM = 1;

export type ScramHash = 'sha256' | 'sha512';

/** What a server keeps for SCRAM, RFC 5802 section 3: enough to check a client, not enough to be one. */
export interface ScramKeys {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

export interface UserRecord {
  readonly superuser: boolean;
  readonly createdAtMs: number;
  readonly password: StoredPassword;
  readonly scram: Readonly<Record<ScramHash, ScramKeys>> | undefined;
}

const LETTERS: Readonly<Record<UserKind, string>> = { username: 'u', client_id: 'c' };

/** Where the names of one kind begin. */
export function userPrefix(kind: UserKind): string {
  return `user/${LETTERS[kind]}/`;
}

export function permissionPrefix(kind: UserKind): string {
  return `rule/${LETTERS[kind]}/`;
}

export function userKey(kind: UserKind, name: string): string {
  return userPrefix(kind) + name;
}

export function permissionKey(target: PermissionTarget): string {
  return target.kind === 'all' ? 'rule/all' : permissionPrefix(target.kind) + target.name;
}

/** Key of what makes up salts for users that there are not. */
export const SECRET_KEY = 'secret';

interface StoredUser {
  readonly form: number;
  readonly superuser?: true;
  readonly createdAtMs: number;
  readonly rule: HashRule;
  readonly hash: string;
  /** Base64. */
  readonly salt?: string;
  readonly scram?: Readonly<Record<ScramHash, StoredScramKeys>>;
}

/** Base64 but for the number. */
interface StoredScramKeys {
  readonly iterations: number;
  readonly salt: string;
  readonly storedKey: string;
  readonly serverKey: string;
}

export function encodeUser({ superuser, createdAtMs, password, scram }: UserRecord): Buffer {
  const { rule, hash, salt } = password;
  const stored: StoredUser = {
    form: FORM,
    ...(superuser && { superuser }),
    createdAtMs,
    rule,
    hash,
    ...(salt !== undefined && {
      salt: (typeof salt === 'string' ? Buffer.from(salt) : Buffer.from(salt)).toString('base64'),
    }),
    ...(scram && { scram: { sha256: encodeKeys(scram.sha256), sha512: encodeKeys(scram.sha512) } }),
  };
  return Buffer.from(JSON.stringify(stored));
}

/** @throws BackendError `BUILTIN_RECORD_UNKNOWN` for a record that a later version wrote */
export function decodeUser(value: Uint8Array): UserRecord {
  const { superuser = false, createdAtMs, rule, hash, salt, scram } = decode<StoredUser>(value);
  return {
    superuser,
    createdAtMs,
    password: { rule, hash, salt: salt === undefined ? undefined : Buffer.from(salt, 'base64') },
    // Six keys that most logins have no use for took a quarter of reading a record.
    get scram() {
      return scram && { sha256: decodeKeys(scram.sha256), sha512: decodeKeys(scram.sha512) };
    },
  };
}

export function encodePermissions(permissions: readonly BuiltinPermission[]): Buffer {
  return Buffer.from(JSON.stringify({ form: FORM, permissions }));
}

/** @throws BackendError `BUILTIN_RECORD_UNKNOWN` for a record that a later version wrote */
export function decodePermissions(value: Uint8Array | undefined): BuiltinPermission[] {
  if (value === undefined) return [];
  return decode<{ form: number; permissions: BuiltinPermission[] }>(value).permissions;
}

function decode<T extends { form: number }>(value: Uint8Array): T {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const record = JSON.parse(bytes.toString('utf8')) as T;
  if (record.form === FORM) return record;
  throw new BackendError(
    'BUILTIN_RECORD_UNKNOWN',
    `A record of the built-in users has the form ${record.form}; this version reads ${FORM}. Run the version that wrote it.`,
  );
}

function encodeKeys({ iterations, salt, storedKey, serverKey }: ScramKeys): StoredScramKeys {
  const text = (bytes: Buffer): string => bytes.toString('base64');
  return { iterations, salt: text(salt), storedKey: text(storedKey), serverKey: text(serverKey) };
}

function decodeKeys({ iterations, salt, storedKey, serverKey }: StoredScramKeys): ScramKeys {
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  return { iterations, salt: bytes(salt), storedKey: bytes(storedKey), serverKey: bytes(serverKey) };
}

/** Whether a text has no half of a surrogate pair, which UTF-8 cannot say. */
export function isWellFormed(text: string): boolean {
  return Buffer.from(text).toString('utf8') === text;
}
