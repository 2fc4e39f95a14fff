/** The server with its logins, keys and guards, over real HTTP. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from '../../src/api/login/accounts.ts';
import { allRoutes } from '../../src/api/resources/index.ts';
import { readManagementFile } from '../../src/cli/control/management-file.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { type Asked, ManagedBroker, PASSWORD } from './managed-broker.ts';

let broker: ManagedBroker;

beforeEach(async () => {
  broker = await ManagedBroker.start();
});

afterEach(() => broker.close());

const ask = (line: string, headers: Record<string, string> = {}, body?: unknown): Promise<Asked> =>
  broker.ask(line, headers, body);
const administrator = (): Promise<Record<string, string>> => broker.administrator();

describe('the default login', () => {
  test('does nothing but change its password, and is gone then', async () => {
    const login = await ask('POST /session', {}, { name: 'admin', password: 'public' });
    expect(login.body.user).toEqual({ name: 'admin', role: 'admin', mustChangePassword: true });
    expect(login.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
    const headers = { cookie: login.cookie, 'x-csrf-token': login.body.csrfToken as string };
    expect((await ask('GET /node', headers)).body.error.code).toBe('password_change_required');
    const change = await ask('PUT /session/password', headers, { current: 'public', next: PASSWORD });
    expect(change.body.user.mustChangePassword).toBe(false);
    expect((await ask('GET /node', headers)).status).toBe(401);
    expect((await ask('POST /session', {}, { name: 'admin', password: 'public' })).status).toBe(401);
    expect((await ask('POST /session', {}, { name: 'admin', password: PASSWORD })).status).toBe(200);
  });

  test('ends all its other sessions when its password changes', async () => {
    const { cookie, 'x-csrf-token': token } = (await administrator()) as { cookie: string; 'x-csrf-token': string };
    const other = await ask('POST /session', {}, { name: 'admin', password: PASSWORD });
    const next = `${PASSWORD}, another`;
    expect((await ask('GET /node', { cookie: other.cookie })).status).toBe(200);
    const change = { current: PASSWORD, next };
    expect((await ask('PUT /session/password', { cookie, 'x-csrf-token': token }, change)).status).toBe(200);
    expect((await ask('GET /node', { cookie: other.cookie })).status).toBe(401);
  });

  test('is none for a caller from elsewhere', async () => {
    const accounts = new Accounts(new MemoryStore(), Date.now());
    expect(await accounts.check('admin', 'public', false)).toBeUndefined();
    expect(await accounts.check('admin', 'public', true)).toBeDefined();
  });

  test.each([['short'], ['public'], ['admin'], ['']])('cannot be changed to %j', async (next) => {
    const login = await ask('POST /session', {}, { name: 'admin', password: 'public' });
    const headers = { cookie: login.cookie, 'x-csrf-token': login.body.csrfToken as string };
    expect((await ask('PUT /session/password', headers, { current: 'public', next })).status).toBe(400);
  });
});

describe('guards', () => {
  test('who says nothing, or something wrong, gets nothing', async () => {
    expect((await ask('GET /node')).body.error.code).toBe('login_required');
    expect((await ask('GET /node', { authorization: 'Bearer nonsense' })).body.error.code).toBe('login_failed');
    expect((await ask('GET /node', { cookie: 'hoopoe_session=nonsense' })).status).toBe(401);
    expect((await ask('GET /nothing')).status).toBe(404);
  });

  test('a change by cookie needs the token of the session', async () => {
    const { cookie } = (await administrator()) as { cookie: string };
    const add = { name: 'key', scope: 'read' };
    expect((await ask('POST /api-keys', { cookie }, add)).body.error.code).toBe('csrf_token_missing');
    expect((await ask('POST /api-keys', { cookie, 'x-csrf-token': 'x' }, add)).status).toBe(403);
  });

  test('each scope allows what is below it and nothing above', async () => {
    const headers = await administrator();
    const made = await ask('POST /api-keys', headers, { name: 'reader', scope: 'read' });
    const reader = { authorization: `Bearer ${made.body.token}` };
    expect((await ask('GET /node', reader)).status).toBe(200);
    expect((await ask('GET /api-keys', reader)).body.error.code).toBe('not_allowed');
    const basic = Buffer.from(`${made.body.id}:${String(made.body.token).split('_').slice(2).join('_')}`);
    expect((await ask('GET /node', { authorization: `Basic ${basic.toString('base64')}` })).status).toBe(200);
    expect((await ask(`DELETE /api-keys/${made.body.id}`, headers)).status).toBe(204);
    expect((await ask('GET /node', reader)).status).toBe(401);
  });

  test('guessing is slowed down', async () => {
    for (let attempt = 0; attempt < 5; attempt++) {
      expect((await ask('POST /session', {}, { name: 'admin', password: `guess ${attempt}` })).status).toBe(401);
    }
    const locked = await ask('POST /session', {}, { name: 'admin', password: 'public' });
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('a name that is not ours is not served', async () => {
    const { port } = new URL(broker.url);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      request({ port, host: '127.0.0.1', path: '/api/v1/node', headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(421);
  });

  test('answers forbid scripts of others and their frames', async () => {
    const { headers } = await ask('GET /node');
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-frame-options')).toBe('DENY');
  });

  test('what cannot be understood is refused with its name', async () => {
    const headers = await administrator();
    const wrong = await ask('POST /api-keys', headers, { name: 'key', scope: 'everything' });
    expect(wrong.status).toBe(400);
    expect((await ask('POST /api-keys', headers, { name: 'key', scope: 'read', more: 1 })).status).toBe(400);
  });
});

describe('logins of people', () => {
  test('a role is a scope, and its change ends the sessions', async () => {
    const headers = await administrator();
    const add = { name: 'viewer', password: 'another password', role: 'viewer' };
    expect((await ask('POST /dashboard-users', headers, add)).status).toBe(200);
    expect((await ask('POST /dashboard-users', headers, add)).status).toBe(409);
    const login = await ask('POST /session', {}, { name: 'viewer', password: 'another password' });
    const viewer = { cookie: login.cookie, 'x-csrf-token': login.body.csrfToken as string };
    expect((await ask('GET /node', viewer)).status).toBe(200);
    expect((await ask('GET /audit', viewer)).status).toBe(403);
    expect((await ask('PATCH /dashboard-users/viewer', headers, { role: 'admin' })).body.role).toBe('admin');
    expect((await ask('GET /node', viewer)).status).toBe(401);
  });

  test('the last administrator stays', async () => {
    const headers = await administrator();
    expect((await ask('DELETE /dashboard-users/admin', headers)).status).toBe(422);
    expect((await ask('PATCH /dashboard-users/admin', headers, { role: 'viewer' })).status).toBe(422);
  });

  test('logging out ends the session', async () => {
    const headers = await administrator();
    expect((await ask('DELETE /session', headers)).status).toBe(204);
    expect((await ask('GET /session', headers)).status).toBe(401);
  });
});

test('every change stands in the audit log, without secrets', async () => {
  const headers = await administrator();
  await ask('POST /session', {}, { name: '<script>', password: 'wrong wrong' });
  await ask('POST /api-keys', headers, { name: 'key', scope: 'read' });
  const { items } = (await ask('GET /audit', headers)).body;
  expect(items.map(({ what, outcome }: { what: string; outcome: string }) => [what, outcome])).toEqual([
    ['new API key "key" with the scope read', 'done'],
    ['login as "<script>"', 'refused'],
    ['change of the own password', 'done'],
    ['login as "admin"', 'done'],
  ]);
  expect(JSON.stringify(items)).not.toMatch(/wrong wrong|public|a long password/);
});

test('the token of this machine is an administrator', async () => {
  const { token = '', url } = readManagementFile(`${broker.folder}/data`) ?? {};
  expect(url).toBe(broker.url);
  expect((await ask('GET /audit', { authorization: `Bearer ${token}` })).status).toBe(200);
});

test('the OpenAPI document names every route', async () => {
  const { body } = await ask('GET /openapi.json');
  expect(body.openapi).toBe('3.1.0');
  const named = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(named.toSorted()).toEqual(allRoutes.map(({ method, path }) => `${method} ${path}`).toSorted());
});
