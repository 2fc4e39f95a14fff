import { describe, expect, it } from 'vitest';
import { type AnswerForm, readLoginAnswer, readPermissionAnswer, readSuperuserAnswer } from './answers.ts';

const NOW_MS = 1_800_000_000_000;

function answer(status: number, text: string | Buffer, contentType = 'application/json') {
  return { status, contentType, body: Buffer.from(text as string) };
}

function login(status: number, text: string | Buffer, form: AnswerForm = 'status', contentType?: string): string {
  const said = readLoginAnswer(answer(status, text, contentType), form, NOW_MS);
  return 'trouble' in said ? said.trouble : said.outcome === 'allow' && said.superuser ? 'superuser' : said.outcome;
}

describe('an answer about a login', () => {
  it.each([
    [200, '', 'allow'],
    [200, 'ok', 'allow'],
    [200, 'ignore', 'ignore'],
    [200, ' Ignore\n', 'ignore'],
    [200, 'deny', 'deny'],
    [200, '"deny"', 'deny'],
    [200, '{}', 'allow'],
    [200, '\ufeff{"result":"deny"}', 'deny'],
    [204, '', 'allow'],
    [200, '{"result":"allow"}', 'allow'],
    [200, '{"result":"deny"}', 'deny'],
    [200, '{"result":"ignore"}', 'ignore'],
    [200, '{"result":"allow","is_superuser":true}', 'superuser'],
    [200, '{"result":"allow","is_superuser":false}', 'allow'],
    [200, '{"result":"deny","is_superuser":true}', 'deny'],
    [200, '{"__proto__":{"is_superuser":true}}', 'allow'],
    [200, '{"result":"allow","username":null,"acl":null,"expire_at":null,"is_superuser":null}', 'allow'],
    [400, '', 'deny'],
    [401, '{"result":"allow"}', 'deny'],
    [403, '', 'deny'],
    [404, '', 'deny'],
    [429, '', 'deny'],
    [500, '{"result":"allow"}', 'SERVICE_FAILED'],
    [503, '', 'SERVICE_FAILED'],
    [201, '{"result":"allow"}', 'ANSWER_INVALID'],
    [206, '', 'ANSWER_INVALID'],
    [200, '{"result":"Allow"}', 'ANSWER_INVALID'],
    [200, '{"result":true}', 'ANSWER_INVALID'],
    [200, '{"result":"allow"', 'ANSWER_INVALID'],
    [200, '["allow"]', 'ANSWER_INVALID'],
    [200, 'false', 'ANSWER_INVALID'],
    [200, 'null', 'ANSWER_INVALID'],
    [200, '{"result":"allow","is_superuser":"true"}', 'ANSWER_INVALID'],
    [200, '{"result":"allow","is_superuser":1}', 'ANSWER_INVALID'],
    [200, '{"result":"allow","username":""}', 'ANSWER_INVALID'],
    [200, '{"result":"allow","username":"a\\u0000"}', 'ANSWER_INVALID'],
    [200, '{"result":"allow","username":"\\ud800"}', 'ANSWER_INVALID'],
    [200, '{"result":"allow","acl":"all"}', 'ANSWER_INVALID'],
    [200, '{"result":"allow","acl":[{"permission":"allow","topic":"a","qos":1}]}', 'ANSWER_INVALID'],
    [200, '{"result":"allow","expire_at":"soon"}', 'ANSWER_INVALID'],
    [200, '{"result":"allow","expire_at":1800000000}', 'deny'],
    [200, '{"mountpoint":"room/"}', 'ANSWER_UNSUPPORTED'],
    [200, '{"mountpoint":""}', 'allow'],
    [200, Buffer.from([0xff]), 'ANSWER_INVALID'],
  ] as const)('%i %j: %s', (status, text, expected) => {
    expect(login(status, text as string)).toBe(expected);
  });

  it.each([
    [200, '', 'ANSWER_INVALID'],
    [204, '', 'ANSWER_INVALID'],
    [200, 'ok', 'ANSWER_INVALID'],
    [200, '{}', 'ANSWER_INVALID'],
    [200, '<html>', 'ANSWER_INVALID'],
    [200, '{"result":"allow"}', 'allow'],
    [200, 'ignore', 'ignore'],
    [403, '', 'deny'],
  ] as const)('where only a result counts, %i %j: %s', (status, text, expected) => {
    expect(login(status, text, 'json')).toBe(expected);
  });

  it('is read as JSON where it looks like it, whatever the service calls it', () => {
    expect(login(200, '{"result":"deny"}', 'status', 'text/html')).toBe('deny');
    expect(login(200, ' \n{"result":"deny"}', 'status', '')).toBe('deny');
    expect(login(200, '{"result":"deny"}', 'status', 'application/problem+json')).toBe('deny');
  });

  it('may name the client, its permissions and its end', () => {
    const text = JSON.stringify({
      result: 'allow',
      username: 'pump',
      expire_at: 1_800_000_060,
      acl: [{ permission: 'deny', action: 'publish', topic: 'a/#' }],
    });
    expect(readLoginAnswer(answer(200, text), 'json', NOW_MS)).toEqual({
      outcome: 'allow',
      username: 'pump',
      expiresAtMs: 1_800_000_060_000,
      permissions: [{ effect: 'deny', action: 'publish', topic: 'a/#' }],
    });
  });

  it('tells who is asked too often that they are banned, as EMQX 4 does', () => {
    expect(readLoginAnswer(answer(429, ''), 'status', NOW_MS)).toEqual({ outcome: 'deny', reasonCode: 0x8a });
  });
});

describe('other answers', () => {
  it('about a permission are the same words', () => {
    expect(readPermissionAnswer(answer(200, ''), 'status')).toBe('allow');
    expect(readPermissionAnswer(answer(200, 'ignore'), 'status')).toBe('ignore');
    expect(readPermissionAnswer(answer(403, ''), 'status')).toBe('deny');
    expect(readPermissionAnswer(answer(200, '{"result":"deny"}'), 'status')).toBe('deny');
    expect(readPermissionAnswer(answer(500, ''), 'status')).toHaveProperty('trouble', 'SERVICE_FAILED');
  });

  it.each([
    [200, '', true],
    [200, '{"is_superuser":true}', true],
    [200, '{"is_superuser":false}', false],
    [200, '{"result":"deny"}', false],
    [200, 'ignore', false],
    [200, '{"is_superuser":"no"}', false],
    [404, '', false],
    [500, '', false],
    [302, '', false],
  ] as const)('about superusers: %i %j is %s', (status, text, expected) => {
    expect(readSuperuserAnswer(answer(status, text), 'status')).toBe(expected);
  });
});
