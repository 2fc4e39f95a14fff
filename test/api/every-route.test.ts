/** Every route of the OpenAPI document, with each role, without any, and with input that was meant to hurt. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allRoutes } from '../../src/api/resources/index.ts';
import { v4Rows } from '../../src/api/v4/rows.ts';
import { type AskHeaders, ManagedBroker } from './managed-broker.ts';
import { type Document, fitting, hostile, operationsOf, requestOf, textOf } from './schema-values.ts';

const scopes = ['read', 'operate', 'admin'] as const;
const rank = { read: 0, operate: 1, admin: 2 };

/** What would end the broker's part in this test, or never ends. */
const streams = new Set(['/events', '/tap']);

let broker: ManagedBroker;
let document: Document;
const keys = new Map<string, AskHeaders>();

beforeAll(async () => {
  broker = await ManagedBroker.start();
  for (const scope of scopes) keys.set(scope, await broker.key(scope));
  document = (await broker.ask('GET /openapi.json')).body as Document;
});

afterAll(() => broker.close());

/** A number from a seed, so that what was found can be found again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('who may ask', () => {
  test('without a login there is nothing but the login', async () => {
    for (const { method, path, operation } of operationsOf(document)) {
      const { url, body } = requestOf(path, operation, fitting);
      const { status, body: answer } = await broker.ask(`${method} ${url}`, {}, body);
      if (operation['x-scope'] === 'public') expect([method, path]).toEqual(['POST', '/session']);
      else expect([path, status, answer.error.code]).toEqual([path, 401, 'login_required']);
    }
  });

  test.each(scopes)('the scope %s allows what it should and nothing above', async (scope) => {
    for (const { method, path, operation } of operationsOf(document)) {
      const needed = operation['x-scope'];
      if (needed === 'public' || streams.has(path)) continue;
      const { url, body } = requestOf(path, operation, fitting);
      const { status, body: answer } = await broker.ask(`${method} ${url}`, keys.get(scope), body);
      const code = answer?.error?.code;
      if (rank[scope] < rank[needed]) expect([path, status, code]).toEqual([path, 403, 'not_allowed']);
      else expect([path, status, code !== 'not_allowed']).toEqual([path, status, true]);
      expect([path, status]).not.toEqual([path, 500]);
    }
  });

  test('a session by cookie changes nothing without its token', async () => {
    const { cookie = '' } = await broker.administrator();
    for (const { method, path, operation } of operationsOf(document)) {
      if (method === 'GET' || operation['x-scope'] === 'public') continue;
      const { url, body } = requestOf(path, operation, fitting);
      for (const headers of [{ cookie }, { cookie, 'x-csrf-token': 'x' }]) {
        const { status, body: answer } = await broker.ask(`${method} ${url}`, headers, body);
        expect([path, status, answer?.error?.code]).toEqual([path, 403, 'csrf_token_missing']);
      }
    }
  });

  test('streams are refused like everything else', async () => {
    expect((await broker.ask('GET /tap?filter=a', keys.get('read'))).status).toBe(403);
    expect((await broker.ask('GET /events?streams=audit', keys.get('operate'))).status).toBe(403);
    expect((await broker.ask('GET /events?streams=log', keys.get('read'))).status).toBe(403);
    expect((await broker.ask('GET /events?streams=nonsense', keys.get('admin'))).status).toBe(400);
  });
});

test('every call that changes something stands in the audit log, whatever came of it', async () => {
  const admin = keys.get('admin');
  const newest = async (): Promise<number> => (await broker.ask('GET /audit?limit=1', admin)).body.items[0].number;
  for (const { method, path, operation } of operationsOf(document)) {
    if (method === 'GET') continue;
    const before = await newest();
    const { url, body } = requestOf(path, operation, fitting);
    const { status } = await broker.ask(`${method} ${url}`, admin, body);
    expect([method, path, status, (await newest()) > before]).toEqual([method, path, status, true]);
  }
});

test('hostile input is refused or taken, and never a mistake of the broker', { timeout: 30_000 }, async () => {
  const random = randomOf(20_260_101);
  const operations = operationsOf(document).filter(({ path }) => !streams.has(path) && path !== '/session');
  const admin = keys.get('admin');
  const until = Date.now() + 4_000;
  let asked = 0;
  while (Date.now() < until || asked < 300) {
    const { method, path, operation } = operations[Math.floor(random() * operations.length)]!;
    const { url, body } = requestOf(path, operation, (schema) => hostile(schema, random), random() < 0.7);
    if (url.startsWith('/api-keys/') || url.startsWith('/listeners/')) continue;
    const { status, headers, body: answer } = await broker.ask(`${method} ${url}`, admin, body);
    const seen = `${method} ${url.slice(0, 300)} ${JSON.stringify(body)?.slice(0, 300)}: ${JSON.stringify(answer)?.slice(0, 300)}`;
    expect(status, seen).toBeLessThan(500);
    expect(headers.get('x-content-type-options'), seen).toBe('nosniff');
    if (status >= 400 && status !== 431) expect(answer.error?.message, seen).toBeTypeOf('string');
    asked++;
  }
  expect(asked).toBeGreaterThanOrEqual(300);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
  expect((await broker.ask('GET /node', admin)).status).toBe(200);
});

test('hostile input to the API of EMQX 4 is no mistake of the broker either', { timeout: 30_000 }, async () => {
  const random = randomOf(7);
  const key = keys.get('admin')?.['authorization']?.replace('Bearer hpk_', '').replace('_', ':') ?? '';
  const headers = { authorization: `Basic ${Buffer.from(key).toString('base64')}` };
  const names = [
    'clientid',
    'username',
    'topic',
    'topics',
    'payload',
    'qos',
    'who',
    'as',
    'until',
    'action',
    'access',
    'password',
    'name',
    'node',
  ];
  const until = Date.now() + 3_000;
  while (Date.now() < until) {
    const row = v4Rows[Math.floor(random() * v4Rows.length)]!;
    const path = row.path.replaceAll(/:\w+/g, () => encodeURIComponent(textOf(hostile({}, random)).slice(0, 500)));
    const query = new URLSearchParams({
      _page: textOf(hostile({ type: 'integer' }, random)),
      _gte_created_at: textOf(hostile({}, random)).slice(0, 2_000),
    });
    const one = (): unknown =>
      Object.fromEntries(names.filter(() => random() < 0.6).map((name) => [name, hostile({}, random)]));
    const body = random() < 0.2 ? hostile({}, random) : random() < 0.3 ? [one(), one()] : one();
    const hasBody = row.method === 'POST' || row.method === 'PUT';
    const response = await fetch(`${broker.url}/api/v4${path}?${query}`, {
      method: row.method,
      headers,
      ...(hasBody && { body: JSON.stringify(body) ?? '' }),
    });
    const answer = await response.text();
    expect([row.path, response.status < 500 || response.status === 503, answer.slice(0, 200)]).toEqual([
      row.path,
      true,
      answer.slice(0, 200),
    ]);
  }
});

test('no route lies twice', () => {
  const lines = allRoutes.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(lines).size).toBe(lines.length);
});
