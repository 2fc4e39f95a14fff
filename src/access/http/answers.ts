/**
 * What a web service answers, in the two ways of EMQX: by the status alone, where 200 is a yes and the word `ignore`
 * means that the service does not know, and by an object of JSON with the member `result`.
 */

import type { LoginVerdict, Permission, PermissionRule } from '../../ports/access.ts';
import { isGivenUsername, readGivenRules } from '../remote/given-rules.ts';
import type { HttpAnswer } from '../remote/http-client.ts';
import { utf8Text } from '../remote/placeholders.ts';

/** An answer that says nothing, with the reason. Whoever asked fails closed. */
export interface NoAnswer {
  readonly trouble: 'ANSWER_INVALID' | 'SERVICE_FAILED' | 'ANSWER_UNSUPPORTED';
  readonly saying: string;
}

/** `status`: a 200 without a result is a yes. `json`: only what says so is one. */
export type AnswerForm = 'status' | 'json';

/** The members that a service may give, as far as they are understood. */
interface Said {
  readonly result: 'allow' | 'deny' | 'ignore';
  readonly isSuperuser: boolean | undefined;
  readonly username: string | undefined;
  readonly permissions: readonly PermissionRule[] | undefined;
  readonly expiresAtMs: number | undefined;
}

/** Undefined for `superuser` when the service does not say. */
export type SaidLogin = (LoginVerdict | { outcome: 'ignore' }) & { readonly superuser?: boolean };

const REFUSED: SaidLogin = { outcome: 'deny' };
const BANNED: SaidLogin = { outcome: 'deny', reasonCode: 0x8a };

/** @param nowMs milliseconds since 1970 */
export function readLoginAnswer(answer: HttpAnswer, form: AnswerForm, nowMs: number): SaidLogin | NoAnswer {
  const said = readAnswer(answer, form);
  if ('trouble' in said) return said;
  if (said.result === 'ignore') return { outcome: 'ignore' };
  if (said.result === 'deny') return answer.status === 429 ? BANNED : REFUSED;
  const { isSuperuser, username, permissions, expiresAtMs } = said;
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return REFUSED;
  return {
    outcome: 'allow',
    ...(isSuperuser !== undefined && { superuser: isSuperuser }),
    ...(username !== undefined && { username }),
    ...(permissions !== undefined && { permissions }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  };
}

export function readPermissionAnswer(answer: HttpAnswer, form: AnswerForm): Permission | NoAnswer {
  const said = readAnswer(answer, form);
  return 'trouble' in said ? said : said.result;
}

/** Whether an answer makes a client a superuser: a yes, and nothing in it that says otherwise. */
export function readSuperuserAnswer(answer: HttpAnswer, form: AnswerForm): boolean {
  const said = readAnswer(answer, form);
  return !('trouble' in said) && said.result === 'allow' && said.isSuperuser !== false;
}

const NOTHING_ELSE = {
  isSuperuser: undefined,
  username: undefined,
  permissions: undefined,
  expiresAtMs: undefined,
} as const;

function readAnswer({ status, contentType, body }: HttpAnswer, form: AnswerForm): Said | NoAnswer {
  if (status >= 500) return { trouble: 'SERVICE_FAILED', saying: `status ${status}` };
  if (status >= 400) return { result: 'deny', ...NOTHING_ELSE };
  if (status !== 200 && status !== 204) return invalid(`status ${status}`);
  const text = utf8Text(body)
    ?.replace(/^\ufeff/, '')
    .trim();
  if (text === undefined) return invalid('the text is not UTF-8');
  const isJson = contentType === 'application/json' || contentType.endsWith('+json') || /^[{["]/.test(text);
  if (text === '' || !isJson) return fromWord(text, form);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Some services say that plain words are JSON.
    return text.startsWith('{') ? invalid('the JSON cannot be read') : fromWord(text, form);
  }
  if (typeof value === 'string') return fromWord(value, form);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return invalid('the JSON is no object');
  return fromObject(new Map(Object.entries(value)), form);
}

function fromWord(text: string, form: AnswerForm): Said | NoAnswer {
  const word = text.toLowerCase();
  if (word === 'ignore' || word === 'deny') return { result: word, ...NOTHING_ELSE };
  if (form === 'json') return invalid('it has no result, and http.answers is json');
  return { result: 'allow', ...NOTHING_ELSE };
}

function fromObject(members: ReadonlyMap<string, unknown>, form: AnswerForm): Said | NoAnswer {
  // A service that puts its clients into rooms of their own would have them all in one.
  if (!isNothing(members.get('mountpoint'))) {
    return { trouble: 'ANSWER_UNSUPPORTED', saying: 'mountpoint: set it at the listener' };
  }
  const result = members.get('result') ?? (form === 'status' ? 'allow' : undefined);
  if (result !== 'allow' && result !== 'deny' && result !== 'ignore') {
    return invalid('result is none of allow, deny and ignore');
  }
  if (result !== 'allow') return { result, ...NOTHING_ELSE };
  const isSuperuser = members.get('is_superuser') ?? undefined;
  if (isSuperuser !== undefined && typeof isSuperuser !== 'boolean')
    return invalid('is_superuser is not true or false');
  const username = members.get('username') ?? undefined;
  if (username !== undefined && !isGivenUsername(username)) return invalid('username is no name that MQTT can carry');
  const acl = members.get('acl') ?? undefined;
  const permissions = acl === undefined ? undefined : readGivenRules(acl);
  if (permissions !== undefined && 'problem' in permissions) return invalid(`acl: ${permissions.problem}`);
  const expiresAt = members.get('expire_at') ?? undefined;
  if (expiresAt !== undefined && !isTime(expiresAt)) return invalid('expire_at is no number of seconds since 1970');
  return {
    result,
    isSuperuser,
    username,
    permissions,
    expiresAtMs: expiresAt === undefined ? undefined : Math.min(expiresAt * 1000, Number.MAX_SAFE_INTEGER),
  };
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function invalid(saying: string): NoAnswer {
  return { trouble: 'ANSWER_INVALID', saying };
}
