/** The HTTP API of EMQX 4: export and import, topic metrics, what is counted, and the audit log of its changes. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { v4Rows } from '../../src/api/v4/rows.ts';
import { EmqxApi } from './emqx-api.ts';

let api: EmqxApi;
const ask: EmqxApi['ask'] = (...question) => api.ask(...question);
const connect: EmqxApi['connect'] = (...client) => api.connect(...client);

beforeAll(async () => {
  api = await EmqxApi.start();
});
afterEach(() => api.endClients());
afterAll(() => api.broker.close());

describe('data', () => {
  test('what is exported is there again after an import', async () => {
    await ask('POST /auth_username', { username: 'ann', password: 'secret of ann' });
    await ask('POST /acl', { username: 'ann', topic: 'a/#', action: 'pub', access: 'allow' });
    await ask('POST /banned', { who: 'evil', as: 'clientid', reason: 'test' });
    const made = await ask('POST /data/export');
    expect(made.body).toMatchObject({ code: 0, data: { node: 'emqx@127.0.0.1', size: expect.any(Number) } });
    const { filename } = made.body.data;
    expect((await ask('GET /data/export')).body.data.map((one: { filename: string }) => one.filename)).toContain(
      filename,
    );
    const { file } = (await ask(`GET /data/file/${filename}`)).body.data;
    expect(file).not.toContain('secret of ann');
    expect(JSON.parse(file)).toMatchObject({
      version: '4.3',
      blacklist: [{ who: { clientid: 'evil' }, until: 'infinity' }],
      auth_mnesia: [{ login: 'ann', type: 'username' }],
      acl_mnesia: [{ type: 'username', type_value: 'ann', topic: 'a/#', action: 'pub', access: 'allow' }],
    });

    await ask('DELETE /auth_username/ann');
    await ask('DELETE /acl/username/ann/topic/a%2F%23');
    await ask('DELETE /banned/clientid/evil');
    expect((await ask('POST /data/import', { filename })).body).toEqual({ code: 0 });
    expect((await ask('GET /acl/username/ann')).body.data).toHaveLength(1);
    expect((await ask('GET /banned')).body.data).toMatchObject([{ who: 'evil' }]);
    await connect('of-ann', { username: 'ann', password: 'secret of ann' });
    await expect(connect('not-ann', { username: 'ann', password: 'wrong' })).rejects.toThrow();
    for (const line of ['auth_username/ann', 'acl/username/ann/topic/a%2F%23', 'banned/clientid/evil']) {
      await ask(`DELETE /${line}`);
    }
    expect((await ask(`DELETE /data/file/${filename}`)).body).toEqual({ code: 0 });
    expect((await ask('POST /data/import', { filename })).body.code).toBe(102);
  });

  test('a file of EMQX is taken with its passwords, and a wrong one changes nothing', async () => {
    // Salt "1234" and SHA-256 of "1234public", as EMQX 4.3 stores it.
    const { createHash } = await import('node:crypto');
    const password = Buffer.from(`1234${createHash('sha256').update('1234public').digest('hex')}`).toString('base64');
    const user = { login: 'old', type: 'username', password, created_at: 1_600_000_000_000 };
    const upload = (content: unknown) =>
      ask('POST /data/file', { filename: 'emqx.json', file: JSON.stringify(content) });
    await upload({ auth_mnesia: [user], acl_mnesia: [{ type: 'all', topic: 'x', action: 'fly', access: 'allow' }] });
    expect((await ask('POST /data/import', { filename: 'emqx.json' })).body.code).toBe(108);
    expect((await ask('GET /auth_username/old')).body.code).toBe(105);
    await upload({ version: '4.3', auth_mnesia: [user] });
    expect((await ask('POST /data/import', { filename: 'emqx.json' })).body).toEqual({ code: 0 });
    await connect('of-old', { username: 'old', password: 'public' });
    await ask('DELETE /auth_username/old');
  });

  describe('of a file with a mistake nothing is taken', () => {
    const good = {
      login: 'taken-by-mistake',
      type: 'username',
      password: Buffer.from(`1234${'a'.repeat(64)}`).toString('base64'),
    };
    const stored = (rule: object) => ({
      ...good,
      password: undefined,
      hoopoe_password: { rule, hash: 'YQ', salt: '' },
    });
    const scrypt = { kind: 'scrypt', cost: 16384, blockSize: 8, parallelization: 1, keyBytes: 32 };
    const rule = { type: 'all', topic: 'a', action: 'pub', access: 'allow' };
    test.each<[string, object]>([
      ['a topic that is none', { acl_mnesia: [{ ...rule, topic: 'a/#/b' }] }],
      ['half a character in a topic', { acl_mnesia: [{ ...rule, topic: 'a\ud83d' }] }],
      ['a kind of user that is none', { auth_mnesia: [good, { ...good, type: 'nonsense' }] }],
      ['a name that is too long', { auth_mnesia: [good, { ...good, login: 'x'.repeat(70_000) }] }],
      ['a list that is none', { acl_mnesia: {} }],
      ['an address that is none', { blacklist: [{ who: { peerhost: 'nowhere' } }] }],
      ['a hash that is none', { auth_mnesia: [good, stored({ kind: 'hash', hash: 'md99', salt: 'before' })] }],
      ['a hash without its rule', { auth_mnesia: [good, stored({ kind: 'pbkdf2' })] }],
      ['a hash that takes all memory', { auth_mnesia: [good, stored({ ...scrypt, cost: 2 ** 23, blockSize: 32 })] }],
      ['a cost that cannot be', { auth_mnesia: [good, stored({ ...scrypt, cost: 3 })] }],
      ['a rule of no name', { auth_mnesia: [good, stored({ kind: '__proto__' })] }],
    ])('%s', async (_what, content) => {
      await ask('POST /data/file', {
        filename: 'hostile.json',
        file: JSON.stringify({ auth_mnesia: [good], ...content }),
      });
      expect((await ask('POST /data/import', { filename: 'hostile.json' })).body.code).toBe(108);
      expect((await ask(`GET /auth_username/${good.login}`)).body.code).toBe(105);
      expect((await ask('GET /acl/$all')).body.data).toEqual([]);
    });

    test('bans that are over are no mistake', async () => {
      const blacklist = [{ who: { clientid: 'old' }, until: 1_000_000_000 }];
      await ask('POST /data/file', { filename: 'old.json', file: JSON.stringify({ blacklist }) });
      expect((await ask('POST /data/import', { filename: 'old.json' })).body).toEqual({ code: 0 });
      expect((await ask('GET /banned')).body.data).toEqual([]);
    });
  });

  test.each(['../x.json', '/etc/passwd', '.json', 'a.txt', 'a%2Fb.json', ''])(
    'the name %j leads nowhere',
    async (filename) => {
      expect((await ask('POST /data/import', { filename })).body.code).not.toBe(0);
      expect((await ask('POST /data/file', { filename, file: 'x' })).body.code).not.toBe(0);
    },
  );
});

test('topics are counted that were registered', async () => {
  expect((await ask('GET /topic-metrics')).body).toMatchObject({ code: 102 });
  expect((await ask('PUT /modules/emqx_mod_topic_metrics/load')).body).toEqual({ code: 0 });
  expect((await ask('POST /topic-metrics', { topic: 'counted/a' })).body).toEqual({ code: 0 });
  expect((await ask('POST /topic-metrics', { topic: 'counted/#' })).body.code).toBe(115);
  await ask('POST /mqtt/publish', { topic: 'counted/a', payload: 'x', qos: 1 });
  expect((await ask('GET /topic-metrics/counted%2Fa')).body.data.metrics).toMatchObject({
    'messages.in.count': 1,
    'messages.qos1.in.count': 1,
  });
  expect((await ask('DELETE /topic-metrics/counted%2Fa')).body).toEqual({ code: 0 });
  expect((await ask('GET /topic-metrics')).body).toEqual({ code: 0, data: [] });
  expect((await ask('PUT /modules/emqx_mod_topic_metrics/unload')).body).toEqual({ code: 0 });
});

test('logins without a user are counted', async () => {
  const anonymous = async (): Promise<number> =>
    (await ask('GET /nodes/emqx@127.0.0.1/metrics')).body.data['client.auth.success.anonymous'];
  const before = await anonymous();
  await connect('counts');
  expect(await anonymous()).toBe(before + 1);
});

test('every call that changes something stands in the audit log, whatever came of it', async () => {
  const admin = await api.broker.key('admin');
  for (const { method, path } of v4Rows) {
    if (method === 'GET') continue;
    const url = path.replaceAll(/:\w+/g, (name) => (name === ':node' ? 'emqx@127.0.0.1' : 'x.json'));
    await ask(`${method} ${url}`, method === 'DELETE' ? undefined : {});
    const [newest] = (await api.broker.ask('GET /audit?limit=1', admin)).body.items;
    expect(newest.what).toContain(`EMQX API: ${method} ${path}`);
  }
});
