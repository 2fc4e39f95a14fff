/**
 * What a file of EMQX's export says, read with all its mistakes before anything of it is taken: half an import is worse
 * than none. A file may have been changed, so what it says of passwords is believed as little as anything else.
 */

import { getHashes } from 'node:crypto';
import { isIP } from 'node:net';
import { readEmqxPassword } from '../../access/builtin/emqx-password.ts';
import { isWellFormed } from '../../access/builtin/records.ts';
import type { BanKind } from '../../broker/broker.ts';
import type { BuiltinUsers, ImportedUser, PermissionTarget, UserKind } from '../../ports/builtin-users.ts';
import type { StoredPassword } from '../../ports/password-checks.ts';
import { quote } from '../../std/shorten.ts';
import { topicFilterProblem } from '../../topic/name.ts';
import { actions } from './acl.ts';
import { codes, fieldsOf, textOf, type V4Call, V4Failure } from './row.ts';

type Fields = ReadonlyMap<string, unknown>;
type BanRequest = Parameters<V4Call['management']['broker']['bans']['add']>[0];

export interface ReadData {
  readonly logins: readonly ImportedUser[];
  readonly rules: readonly {
    readonly target: PermissionTarget;
    readonly rule: Parameters<BuiltinUsers['addPermission']>[1];
  }[];
  readonly bans: readonly BanRequest[];
}

/** The names of EMQX for what is banned. */
export const banTypes: Readonly<Record<BanKind, string>> = {
  client_id: 'clientid',
  username: 'username',
  address: 'peerhost',
};

/** Far below what a key of the store can hold. */
const NAME_BYTES_MAX = 1_000;

const SALT_BYTES = 4;
const SHA_OF_DIGITS: ReadonlyMap<number, 'md5' | 'sha' | 'sha256' | 'sha512'> = new Map([
  [32, 'md5'],
  [40, 'sha'],
  [64, 'sha256'],
  [128, 'sha512'],
]);

/** @throws V4Failure with the first mistake; bans that are over are left out */
export function readData(content: Fields, nowMs: number): ReadData {
  return {
    logins: entriesOf(content, 'auth_mnesia').map(readUser),
    rules: entriesOf(content, 'acl_mnesia').map(readRule),
    bans: entriesOf(content, 'blacklist')
      .map(readBan)
      .filter(({ untilMs }) => untilMs === undefined || untilMs > nowMs),
  };
}

function wrong(what: string): V4Failure {
  return new V4Failure(codes.parameterWrong, `bad_param: ${what}`);
}

function entriesOf(content: Fields, name: string): Fields[] {
  const entries = content.get(name) ?? [];
  if (!Array.isArray(entries)) throw wrong(`${name} is no list`);
  return entries.map(fieldsOf);
}

function kindOf(fields: Fields): UserKind {
  const type = textOf(fields, 'type');
  if (type === 'clientid') return 'client_id';
  if (type === 'username') return 'username';
  throw wrong(`type ${quote(type)}; allowed: clientid, username`);
}

function nameOf(fields: Fields, field: string): string {
  const name = textOf(fields, field);
  const isWhole = isWellFormed(name) && !name.includes('\0');
  if (!isWhole || Buffer.byteLength(name) > NAME_BYTES_MAX) throw wrong(`${field} ${quote(name)}`);
  return name;
}

function readUser(fields: Fields): ImportedUser {
  const name = nameOf(fields, 'login');
  const stored = fields.has('hoopoe_password')
    ? readStored(fieldsOf(fields.get('hoopoe_password')))
    : readPassword(fields);
  if (stored === undefined) throw wrong(`password of ${quote(name)}`);
  const createdAtMs = Number(fields.get('created_at') ?? Date.now());
  return {
    kind: kindOf(fields),
    name,
    stored,
    superuser: fields.get('hoopoe_superuser') === true,
    ...(Number.isSafeInteger(createdAtMs) && { createdAtMs }),
  };
}

/** The number of its digits tells how the hash was made. */
function readPassword(fields: Fields): StoredPassword | undefined {
  const bytes = Buffer.from(textOf(fields, 'password'), 'base64');
  const hash = SHA_OF_DIGITS.get(bytes.length - SALT_BYTES) ?? SHA_OF_DIGITS.get(bytes.length);
  return hash === undefined ? undefined : readEmqxPassword(hash, bytes);
}

type Check = (value: unknown) => boolean;

const among =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const upTo =
  (most: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;

/** What may stand in a rule: nothing that a comparison would need minutes or all memory for. */
const ruleChecks: ReadonlyMap<unknown, Readonly<Record<string, Check>>> = new Map<unknown, Record<string, Check>>([
  ['plain', {}],
  ['hash', { hash: among('md5', 'sha', 'sha256', 'sha512'), salt: among('none', 'before', 'after') }],
  ['bcrypt', { saltColumn: among(true, false) }],
  ['pbkdf2', { mac: among(...getHashes()), iterations: upTo(10_000_000), keyBytes: upTo(1_024) }],
  [
    'scrypt',
    {
      cost: (value) => upTo(1_048_576)(value) && Number.isInteger(Math.log2(value as number)),
      blockSize: upTo(16),
      parallelization: upTo(16),
      keyBytes: upTo(1_024),
    },
  ],
]);

function readStored(fields: Fields): StoredPassword | undefined {
  const rule = fieldsOf(fields.get('rule'));
  const checks = ruleChecks.get(rule.get('kind'));
  if (checks === undefined || !Object.entries(checks).every(([name, check]) => check(rule.get(name)))) return undefined;
  const known = Object.keys(checks).map((name) => [name, rule.get(name)]);
  const salt = fields.get('salt');
  return {
    rule: { kind: rule.get('kind'), ...Object.fromEntries(known) } as StoredPassword['rule'],
    hash: textOf(fields, 'hash'),
    salt: typeof salt === 'string' ? Buffer.from(salt, 'base64') : undefined,
  };
}

function readRule(fields: Fields): ReadData['rules'][number] {
  const action = actions.get(textOf(fields, 'action'));
  const [access, topic] = [textOf(fields, 'access'), textOf(fields, 'topic')];
  if (action === undefined || (access !== 'allow' && access !== 'deny')) {
    throw wrong('action and access of acl_mnesia');
  }
  const problem = isWellFormed(topic) ? topicFilterProblem(topic) : 'has half a surrogate pair';
  if (problem !== undefined) throw wrong(`the topic ${quote(topic)} of acl_mnesia ${problem}`);
  const target: PermissionTarget =
    fields.get('type') === 'all' ? { kind: 'all' } : { kind: kindOf(fields), name: nameOf(fields, 'type_value') };
  return { target, rule: { effect: access, action, topic, literal: false } };
}

function readBan(fields: Fields): BanRequest {
  const who = fieldsOf(fields.get('who'));
  const kind = (Object.keys(banTypes) as BanKind[]).find((one) => who.has(banTypes[one]));
  if (kind === undefined) throw wrong('who of blacklist');
  const value = nameOf(who, banTypes[kind]);
  if (kind === 'address' && !isRange(value)) throw wrong(`the address ${quote(value)} of blacklist`);
  const until = Number(fields.get('until'));
  return {
    kind,
    value,
    by: String(fields.get('by') ?? ''),
    reason: String(fields.get('reason') ?? ''),
    ...(Number.isSafeInteger(until) && { untilMs: until * 1000 }),
  };
}

/** `10.0.0.4` or `10.0.0.0/8`. */
function isRange(text: string): boolean {
  const [address = '', bits = '0', ...rest] = text.split('/');
  const family = isIP(address);
  const isWhole = family !== 0 && !address.includes('%') && rest.length === 0;
  return isWhole && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}
