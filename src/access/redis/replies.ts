/** Answers of Redis as bytes, and what they mean: a stored password, a superuser, topic filters. */

import { utf8Text } from '../remote/placeholders.ts';
import { TopicPattern } from '../rules/topic-pattern.ts';
import type { ReplyShape } from './command.ts';

/** Bytes, nothing, or several of these. */
export type Reply = Buffer | null | readonly (Buffer | null)[];

/** Undefined for replies that none of the commands gives. */
export function asReply(value: unknown): Reply | undefined {
  if (value === null || Buffer.isBuffer(value)) return value;
  if (!Array.isArray(value)) return undefined;
  return value.every((one) => one === null || Buffer.isBuffer(one)) ? (value as (Buffer | null)[]) : undefined;
}

export interface StoredLogin {
  /** Undefined for what is no text. Nobody has such a password. */
  readonly hash: string | undefined;
  readonly salt: Buffer | undefined;
  /** Undefined when the answer does not say. */
  readonly isSuperuser: boolean | undefined;
}

/** Undefined when nobody is stored there. */
export function readLogin(reply: Reply, shape: ReplyShape): StoredLogin | undefined {
  const values = namedValues(reply, shape);
  const hash = values.get('password') ?? values.get('password_hash');
  if (hash === undefined) return undefined;
  const isSuperuser = values.get('is_superuser');
  return {
    hash: utf8Text(hash),
    salt: values.get('salt'),
    isSuperuser: isSuperuser === undefined ? undefined : isYes(isSuperuser),
  };
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(['password', 'password_hash', 'salt', 'is_superuser']);
const PLACES = ['password', 'salt'];

/** By their names where the command names fields that are known here, otherwise by their places. */
function namedValues(reply: Reply, shape: ReplyShape): Map<string, Buffer> {
  const values = new Map<string, Buffer>();
  const list = Array.isArray(reply) ? (reply as readonly (Buffer | null)[]) : [reply as Buffer | null];
  if (shape.kind === 'pairs') {
    for (let at = 0; at + 1 < list.length; at += 2) {
      const value = list[at + 1];
      if (value) values.set(list[at]?.toString('latin1') ?? '', value);
    }
    return values;
  }
  const isNamed = shape.fields.some((field) => field === 'password' || field === 'password_hash');
  const names = isNamed && shape.fields.every((field) => KNOWN_FIELDS.has(field)) ? shape.fields : PLACES;
  for (const [place, value] of list.entries()) {
    const name = names[place];
    if (value && name !== undefined) values.set(name, value);
  }
  return values;
}

/** Whether the answer of `super_cmd` says yes: its first value counts. */
export function readSuperuser(reply: Reply, shape: ReplyShape): boolean {
  if (shape.kind === 'pairs') {
    const value = namedValues(reply, shape).get('is_superuser');
    return value !== undefined && isYes(value);
  }
  const first = Array.isArray(reply) ? (reply[0] as Buffer | null | undefined) : (reply as Buffer | null);
  return first != null && isYes(first);
}

function isYes(value: Buffer): boolean {
  const text = value.toString('latin1');
  return text === '1' || text === 'true';
}

/** One topic filter with what it allows. */
export interface AclEntry {
  /** Undefined for a value that allows nothing. */
  readonly actions: readonly ('publish' | 'subscribe')[];
  readonly pattern: TopicPattern;
  /** For people. */
  readonly text: string;
}

const actionsByValue: ReadonlyMap<string, AclEntry['actions']> = new Map([
  ['1', ['subscribe']],
  ['2', ['publish']],
  ['3', ['subscribe', 'publish']],
]);

/** Topic filters and bits by turns: 1 subscribe, 2 publish, 3 both. Other values allow nothing. */
export function readAcl(reply: Reply): readonly AclEntry[] {
  const list = Array.isArray(reply) ? (reply as readonly (Buffer | null)[]) : [];
  const entries: AclEntry[] = [];
  for (let at = 0; at + 1 < list.length; at += 2) {
    const filter = utf8Text(list[at] ?? Buffer.of());
    const value = list[at + 1]?.toString('latin1') ?? '';
    const literal = filter?.startsWith('eq ') === true;
    entries.push({
      // A filter that is no text is there all the same: the client has a list, and it is not on it.
      actions: filter === undefined || filter === '' ? [] : (actionsByValue.get(value) ?? []),
      pattern: new TopicPattern(literal ? filter.slice(3) : (filter ?? ''), { literal }),
      text: `${filter ?? ''} ${value}`,
    });
  }
  return entries;
}
