/** The HTTP API of EMQX 4, call by call: paths, logins, answers and codes as scripts made for it expect them. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { basic, EmqxApi } from './emqx-api.ts';
import { PASSWORD } from './managed-broker.ts';

let api: EmqxApi;
let broker: EmqxApi['broker'];
/** Of the port that is EMQX's. */
let emqxUrl: string;

const ask: EmqxApi['ask'] = (...question) => api.ask(...question);
const connect: EmqxApi['connect'] = (...client) => api.connect(...client);

beforeAll(async () => {
  api = await EmqxApi.start();
  ({ broker, url: emqxUrl } = api);
});
afterEach(() => api.endClients());
afterAll(() => broker.close());

describe('who may ask', () => {
  test('nobody without a login', async () => {
    const response = await fetch(`${emqxUrl}/api/v4/clients`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Basic Realm="minirest-server"');
    expect(await response.text()).toBe('UNAUTHORIZED');
    expect((await ask('GET /clients', undefined, emqxUrl, 'admin:wrong')).status).toBe(401);
    expect((await ask('GET /clients', undefined, emqxUrl, 'nonsense')).status).toBe(401);
  });

  test('the known secret of the application comes from this machine alone, and through no proxy', async () => {
    const headers = { authorization: basic('admin:public') };
    expect((await fetch(`${emqxUrl}/api/v4/nodes`, { headers })).status).toBe(200);
    const forwarded = { ...headers, 'x-forwarded-for': '127.0.0.1' };
    expect((await fetch(`${emqxUrl}/api/v4/nodes`, { headers: forwarded })).status).toBe(401);
  });

  test('programs of this machine read the metrics without a login, as Prometheus was told to for EMQX', async () => {
    const path = '/api/v4/emqx_prometheus?type=prometheus';
    for (const url of [emqxUrl, broker.url]) {
      const open = await fetch(url + path);
      expect([open.status, open.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
      expect(await open.text()).toContain('emqx_connections_count');
      expect((await fetch(url + path, { headers: { 'x-forwarded-for': '10.0.0.1' } })).status).toBe(401);
      expect((await fetch(url + path, { headers: { authorization: basic('admin:wrong') } })).status).toBe(401);
    }
  });

  test('an API key with its scope', async () => {
    const { authorization = '' } = await broker.key('read');
    const login = authorization.replace('Bearer hpk_', '').replace('_', ':');
    expect((await ask('GET /clients', undefined, emqxUrl, login)).body.code).toBe(0);
    expect((await ask('DELETE /clients/x', undefined, emqxUrl, login)).status).toBe(403);
    expect((await ask('GET /acl/clientid', undefined, emqxUrl, login)).status).toBe(403);
  });

  test('logins to the dashboard on its port alone, once their password is their own', async () => {
    await broker.administrator();
    expect((await ask('GET /clients', undefined, broker.url, `admin:${PASSWORD}`)).body.code).toBe(0);
    expect((await ask('GET /clients', undefined, broker.url, `admin:${PASSWORD}`)).body.code).toBe(0);
    expect((await ask('GET /clients', undefined, emqxUrl, `admin:${PASSWORD}`)).status).toBe(401);
  });

  test('a page of somebody else may not use what a browser remembers', async () => {
    const headers = { authorization: basic('admin:public'), 'sec-fetch-site': 'cross-site' };
    const response = await fetch(`${emqxUrl}/api/v4/mqtt/publish`, { method: 'POST', headers, body: '{"topic":"a"}' });
    expect(response.status).toBe(403);
  });
});

describe('whoever guesses', () => {
  test('is told to wait, and no other is kept out', async () => {
    const guessed = await EmqxApi.start();
    const wrong = () => guessed.ask('GET /clients', undefined, guessed.url, 'admin:guessed');
    try {
      for (let i = 0; i < 5; i++) expect((await wrong()).status).toBe(401);
      const locked = await wrong();
      expect([locked.status, locked.body.code]).toEqual([429, 102]);
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
      const byKey = await guessed.broker.ask('GET /node', { authorization: 'Bearer hpk_nonsense' });
      expect([byKey.status, Number(byKey.headers.get('retry-after')) > 0]).toEqual([429, true]);
      // The token of this machine makes a key meanwhile, and the key is taken.
      expect((await guessed.broker.ask('GET /node', await guessed.broker.key('read'))).status).toBe(200);
    } finally {
      await guessed.broker.close();
    }
  });
});

describe('the broker', () => {
  test('GET /status says that it runs, to everybody', async () => {
    const response = await fetch(`${emqxUrl}/status`);
    expect(await response.text()).toBe('Node emqx@127.0.0.1 is started\nemqx is running');
  });

  test('paths that are none', async () => {
    expect(await ask('GET /nothing')).toMatchObject({ status: 400, body: 'Not found.' });
    expect((await ask('GET /')).body.data).toContainEqual(
      expect.objectContaining({ name: 'list_clients', path: '/clients' }),
    );
  });

  test('brokers and nodes, with and without a slash at the end', async () => {
    const { body } = await ask('GET /brokers/');
    expect(body).toEqual({
      code: 0,
      data: [expect.objectContaining({ node: 'emqx@127.0.0.1', node_status: 'Running' })],
    });
    expect(Object.keys(body.data[0]).toSorted()).toEqual([
      'datetime',
      'node',
      'node_status',
      'otp_release',
      'sysdescr',
      'uptime',
      'version',
    ]);
    expect((await ask('GET /brokers/emqx@127.0.0.1')).body.data.node).toBe('emqx@127.0.0.1');
    const node = (await ask('GET /nodes/emqx@127.0.0.1')).body.data;
    expect(Object.keys(node).toSorted()).toEqual([
      'connections',
      'load1',
      'load15',
      'load5',
      'max_fds',
      'memory_total',
      'memory_used',
      'node',
      'node_status',
      'otp_release',
      'process_available',
      'process_used',
      'uptime',
      'version',
    ]);
    expect((await ask('GET /nodes/other@host')).body.code).toBe(101);
    expect((await ask('GET /nodes/other@host/clients')).body.code).toBe(101);
  });

  test('numbers', async () => {
    const [{ stats, node }] = (await ask('GET /stats')).body.data;
    expect([node, stats['connections.count']]).toEqual(['emqx@127.0.0.1', 0]);
    expect((await ask('GET /nodes/emqx@127.0.0.1/metrics')).body.data['packets.connect.received']).toEqual(
      expect.any(Number),
    );
    expect((await ask('GET /emqx_prometheus?type=prometheus')).body).toContain('emqx_connections_count');
    expect((await ask('GET /emqx_prometheus?type=json')).body.data.stats).toEqual(stats);
  });

  test('alarms', async () => {
    expect((await ask('GET /alarms/activated')).body.data).toEqual([{ node: 'emqx@127.0.0.1', alarms: [] }]);
    expect((await ask('GET /nodes/emqx@127.0.0.1/alarms')).body.data).toEqual([]);
    expect((await ask('POST /alarms/deactivated', { node: 'emqx@127.0.0.1', name: 'none' })).body).toEqual({
      code: 102,
      message: 'not_found',
    });
    expect((await ask('DELETE /alarms/deactivated')).body).toEqual({ code: 0 });
  });

  test('listeners, which can be restarted', async () => {
    const [listener] = (await ask('GET /nodes/emqx@127.0.0.1/listeners')).body.data;
    expect(listener).toMatchObject({
      protocol: 'mqtt:tcp',
      identifier: 'mqtt:tcp:mqtt',
      current_conns: 0,
      shutdown_count: [],
    });
    expect((await ask('PUT /listeners/mqtt:tcp:mqtt/restart')).body).toEqual({ code: 0 });
    expect((await ask('PUT /listeners/mqtt:tcp:none/restart')).body.code).toBe(102);
  });

  test('plugins and modules', async () => {
    expect((await ask('GET /plugins')).body.data).toEqual([{ node: 'emqx@127.0.0.1', plugins: expect.any(Array) }]);
    expect((await ask('GET /modules')).body.data).toEqual([{ node: 'emqx@127.0.0.1', modules: expect.any(Array) }]);
    expect((await ask('PUT /nodes/emqx@127.0.0.1/plugins/emqx_auth_username/load')).body).toEqual({
      code: 102,
      message: 'not_found',
    });
  });
});

describe('clients', () => {
  test('list, lookup and kick', async () => {
    await connect('c1', { username: 'u1', protocolVersion: 5 });
    await connect('c2', { protocolVersion: 4 });
    const { body } = await ask('GET /clients/?_page=1&_limit=1');
    expect(body.meta).toEqual({ page: 1, limit: 1, count: 2 });
    expect(body.data).toHaveLength(1);
    expect((await ask('GET /clients?_page=2&_limit=1')).body.data[0].clientid).toBe('c2');
    const [record] = (await ask('GET /clients/c1')).body.data;
    const names =
      'awaiting_rel clean_start clientid connected connected_at created_at expiry_interval heap_size inflight ip_address is_bridge keepalive mailbox_len max_awaiting_rel max_inflight max_mqueue max_subscriptions mountpoint mqueue_dropped mqueue_len node port proto_name proto_ver recv_cnt recv_msg recv_oct recv_pkt reductions send_cnt send_msg send_oct send_pkt subscriptions_cnt username zone';
    expect(Object.keys(record).toSorted()).toEqual(names.split(' '));
    expect(record).toMatchObject({
      clientid: 'c1',
      username: 'u1',
      proto_ver: 5,
      proto_name: 'MQTT',
      connected: true,
      ip_address: '127.0.0.1',
    });
    expect(record.connected_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect((await ask('GET /clients/username/u1')).body.data).toHaveLength(1);
    expect((await ask('GET /clients/nobody')).body).toEqual({ code: 0, data: [] });
    const filtered = (await ask('GET /clients?_like_clientid=c&proto_ver=4')).body;
    expect(filtered.data.map(({ clientid }: { clientid: string }) => clientid)).toEqual(['c2']);
    expect(filtered.meta).toEqual({ page: 1, limit: 10_000, count: -1, hasnext: false });
    expect((await ask('GET /clients?_gte_created_at=99999999999')).body.data).toEqual([]);
    expect((await ask('GET /clients?_page=0')).body.code).toBe(108);
    expect((await ask('GET /clients/c1/acl_cache')).body).toEqual({ code: 0, data: [] });
    expect((await ask('DELETE /clients/c1')).body).toEqual({ code: 0 });
    expect((await ask('DELETE /clients/c1')).body).toEqual({ code: 112, message: 'not_found' });
  });

  test('subscriptions and routes', async () => {
    const client = await connect('s1');
    await client.subscribeAsync({ 'a/+': { qos: 1 }, '$share/g/b': { qos: 0 } });
    expect((await ask('GET /subscriptions/s1')).body.data).toContainEqual({
      node: 'emqx@127.0.0.1',
      clientid: 's1',
      topic: 'a/+',
      qos: 1,
    });
    expect((await ask('GET /subscriptions?_match_topic=a/x')).body.data).toHaveLength(1);
    expect((await ask('GET /subscriptions?share=g')).body.data[0].topic).toBe('$share/g/b');
    expect((await ask('GET /routes/a%2F%2B')).body.data).toEqual([{ topic: 'a/+', node: 'emqx@127.0.0.1' }]);
    expect((await ask('GET /routes')).body.meta.count).toBeGreaterThanOrEqual(2);
  });
});

describe('messages', () => {
  test('publish, subscribe and unsubscribe', async () => {
    const client = await connect('p1');
    const got: string[] = [];
    client.on('message', (topic, payload) => got.push(`${topic} ${payload}`));
    expect((await ask('POST /mqtt/subscribe', { clientid: 'p1', topics: 'x/1,x/2', qos: 1 })).body).toEqual({
      code: 0,
    });
    expect((await ask('POST /mqtt/publish', { topic: 'x/1', clientid: 'api', payload: 'one', qos: 1 })).body).toEqual({
      code: 0,
    });
    expect(
      (await ask('POST /mqtt/publish', { topics: 'x/1,x/2', payload: { a: 1 }, return: true })).body.data.msgids,
    ).toHaveLength(2);
    expect(
      (await ask('POST /mqtt/publish', { topic: 'x/2', payload: 'dHdv', encoding: 'base64', return: true })).body.data
        .msgid,
    ).toMatch(/^[0-9A-F]{32}$/);
    await expect.poll(() => got).toEqual(['x/1 one', 'x/1 {"a":1}', 'x/2 {"a":1}', 'x/2 two']);
    expect((await ask('POST /mqtt/unsubscribe', { clientid: 'p1', topic: 'x/1' })).body).toEqual({ code: 0 });
    expect((await ask('GET /subscriptions/p1')).body.data).toHaveLength(1);
  });

  test.each([
    ['publish', { topic: 'a/#', payload: '' }, 115],
    ['publish', { payload: 'x' }, 115],
    ['publish', { topic: 'a', qos: 3 }, 116],
    ['publish', { topic: 'a', payload: '%', encoding: 'base64' }, 108],
    ['publish', '{', 109],
    ['publish', [], 109],
    ['subscribe', { topic: 'a' }, 107],
    ['subscribe', { clientid: 'nobody', topic: 'a' }, 112],
    ['unsubscribe', { clientid: 'nobody', topic: 'a' }, 112],
  ])('%s of %j has the code %i', async (call, body, code) => {
    expect(await ask(`POST /mqtt/${call}`, body)).toMatchObject({ status: 200, body: { code } });
  });

  test('several at once, each with its own outcome', async () => {
    await connect('b1');
    const published = (await ask('POST /mqtt/publish_batch', [{ topic: 'a', payload: 'x' }, { topic: '#' }])).body;
    expect(published).toMatchObject({
      code: 0,
      data: [
        { topic: 'a', code: 0 },
        { topic: '#', code: 115 },
      ],
    });
    const subscribed = (
      await ask('POST /mqtt/subscribe_batch', [
        { clientid: 'b1', topic: 'a' },
        { clientid: 'no', topic: 'a' },
      ])
    ).body;
    expect(subscribed.data).toMatchObject([
      { clientid: 'b1', topic: 'a', code: 0 },
      { clientid: 'no', code: 112 },
    ]);
    expect((await ask('POST /mqtt/unsubscribe_batch', [{ clientid: 'b1', topic: 'a' }])).body.data[0].code).toBe(0);
  });
});

describe('who may come in', () => {
  test('banned', async () => {
    const until = Math.floor(Date.now() / 1000) + 600;
    const made = (await ask('POST /banned', { who: 'bad', as: 'clientid', reason: 'r', until })).body;
    expect(made.data).toEqual({ who: 'bad', as: 'clientid', by: 'admin', reason: 'r', at: expect.any(Number), until });
    await expect(connect('bad')).rejects.toThrow();
    expect((await ask('GET /banned')).body).toMatchObject({ meta: { page: 1, count: 1 }, data: [{ who: 'bad' }] });
    expect((await ask('DELETE /banned/clientid/bad')).body).toEqual({ code: 0 });
    expect((await ask('POST /banned', { who: 'bad', as: 'colour' })).body.code).toBe(108);
    expect((await ask('POST /banned', { as: 'clientid' })).body.code).toBe(107);
  });

  test.each(['username', 'clientid'])('auth_%s', async (name) => {
    expect((await ask(`POST /auth_${name}`, { [name]: 'emqx_u', password: 'emqx_p' })).body).toEqual({ code: 0 });
    expect((await ask(`POST /auth_${name}`, { [name]: 'emqx_u', password: 'emqx_p' })).body.code).toBe(113);
    const login = name === 'username' ? { username: 'emqx_u' } : { username: 'any' };
    await connect(name === 'clientid' ? 'emqx_u' : 'any', { ...login, password: 'emqx_p' });
    const many = (
      await ask(`POST /auth_${name}`, [
        { [name]: 'u2', password: 'p' },
        { [name]: 'emqx_u', password: 'p' },
      ])
    ).body;
    expect(many.data).toEqual({ u2: 'ok', emqx_u: '{error,existed}' });
    expect((await ask(`GET /auth_${name}`)).body).toMatchObject({
      meta: { page: 1, limit: 50, count: 2 },
      data: [{ [name]: 'emqx_u' }, { [name]: 'u2' }],
    });
    expect((await ask(`PUT /auth_${name}/u2`, { password: 'other' })).body).toEqual({ code: 0 });
    expect((await ask(`PUT /auth_${name}/nobody`, { password: 'other' })).body.code).toBe(105);
    for (const one of ['u2', 'emqx_u']) expect((await ask(`DELETE /auth_${name}/${one}`)).body).toEqual({ code: 0 });
    expect((await ask(`GET /auth_${name}/u2`)).body.code).toBe(105);
  });

  test('acl', async () => {
    const rule = { username: 'emqx', topic: 'Topic/A', action: 'pub', access: 'allow' };
    expect((await ask('POST /acl', rule)).body).toEqual({ code: 0, data: { ...rule, result: 'ok' } });
    const many = await ask('POST /acl', [
      { topic: '#', action: 'pubsub', access: 'deny' },
      { clientid: 'c', topic: 't', action: 'fly', access: 'deny' },
    ]);
    expect(many.body.data).toMatchObject([
      { all: '$all', result: 'ok' },
      { clientid: 'c', result: expect.stringContaining('action') },
    ]);
    expect((await ask('GET /acl/username')).body).toMatchObject({ meta: { count: 1 }, data: [rule] });
    expect((await ask('GET /acl/username/emqx')).body.data).toEqual([rule]);
    expect((await ask('GET /acl/$all')).body.data).toHaveLength(1);
    expect((await ask('DELETE /acl/$all/topic/%23')).body).toEqual({ code: 0 });
    expect((await ask('DELETE /acl/username/emqx/topic/Topic%2FA')).body).toEqual({ code: 0 });
    expect((await ask('GET /acl/username/emqx')).body.data).toEqual([]);
    expect((await ask('DELETE /acl-cache')).body).toEqual({ code: 0 });
  });

  test('the plugin of the built-in database can be unloaded, and its paths go with it', async () => {
    const plugin = 'PUT /nodes/emqx@127.0.0.1/plugins/emqx_auth_mnesia';
    const active = async (): Promise<boolean> => {
      const { data } = (await ask('GET /nodes/emqx@127.0.0.1/plugins')).body;
      return data.find(({ name }: { name: string }) => name === 'emqx_auth_mnesia').active;
    };
    expect(await active()).toBe(true);
    expect((await ask(`${plugin}/load`)).body.code).toBe(110);
    expect((await ask(`${plugin}/unload`)).body).toEqual({ code: 0 });
    expect(await active()).toBe(false);
    expect((await ask(`${plugin}/unload`)).body.code).toBe(111);
    expect((await ask('GET /auth_username')).status).toBe(400);
    expect((await ask(`${plugin}/load`)).body).toEqual({ code: 0 });
    expect((await ask('POST /auth_username', { username: 'again', password: 'p' })).body).toEqual({ code: 0 });
    expect((await ask('DELETE /auth_username/again')).body).toEqual({ code: 0 });
  });

  test('every change stands in the audit log without its password', async () => {
    await ask('POST /auth_username', { username: 'audited', password: 'very secret' });
    await ask('DELETE /auth_username/audited');
    const { items } = (await broker.ask('GET /audit?limit=3', await broker.key('admin'))).body;
    expect(items[1].what).toBe('EMQX API: DELETE /auth_username/:name, name "audited"');
    expect(items[2].what).toBe('EMQX API: POST /auth_username, username "audited"');
    expect(JSON.stringify(items)).not.toContain('very secret');
  });
});
