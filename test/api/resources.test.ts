/** What the API shows and changes, against real clients of a real broker. */

import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Asked, type AskHeaders, ManagedBroker } from './managed-broker.ts';

let broker: ManagedBroker;
let admin: AskHeaders;
const clients: MqttClient[] = [];

beforeAll(async () => {
  broker = await ManagedBroker.start();
  admin = await broker.key('admin');
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
});

afterAll(() => broker.close());

const ask = (line: string, body?: unknown): Promise<Asked> => broker.ask(line, admin, body);

async function connect(clientId: string, more: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const options = { clientId, reconnectPeriod: 0, protocolVersion: 5 as const, ...more };
  const client = await mqtt.connectAsync(broker.mqttUrl, options);
  clients.push(client);
  return client;
}

/** Identifiers that are markup, paths, and anything but plain. */
const odd = ['<img src=x onerror=alert(1)>', '../..', 'a/b?c#d', '__proto__', 'Ünï 😀', '%2e', '"quoted"'];

describe('clients', () => {
  test('are listed, shown, searched and paged', async () => {
    for (let number = 0; number < 5; number++) await connect(`page-${number}`);
    const first = await ask('GET /clients?search=PAGE-&limit=2');
    expect(first.body.items.map(({ clientId }: { clientId: string }) => clientId)).toEqual(['page-0', 'page-1']);
    expect(first.body.total).toBe(5);
    const second = await ask(`GET /clients?search=page-&limit=3&cursor=${encodeURIComponent(first.body.next)}`);
    expect(second.body.items.map(({ clientId }: { clientId: string }) => clientId)).toEqual([
      'page-2',
      'page-3',
      'page-4',
    ]);
    expect(second.body.next).toBeNull();
    expect((await ask('GET /clients?limit=1001')).status).toBe(400);
    expect((await ask('GET /clients?cursor=nonsense')).status).toBe(400);
    const { body } = await ask('GET /clients/page-0');
    expect(body).toMatchObject({ clientId: 'page-0', connected: true, version: '5.0', address: '127.0.0.1' });
  });

  test.each(odd)('an identifier such as %j is data and nothing else', async (clientId) => {
    await connect(clientId, { protocolVersion: 4 });
    const path = encodeURIComponent(clientId);
    expect((await ask(`GET /clients/${path}`)).body.clientId).toBe(clientId);
    expect((await ask(`GET /clients/${path}`)).headers.get('content-type')).toMatch(/^application\/json/);
    expect((await ask(`POST /clients/${path}/subscriptions`, { filter: 'x/#', qos: 1 })).body.filter).toBe('x/#');
    expect((await ask(`DELETE /clients/${path}`)).status).toBe(204);
    await expect.poll(async () => (await ask(`GET /clients?search=${path}&connected=true`)).body.total).toBe(0);
  });

  test('are kicked, with the reason of MQTT 5, and with their session', async () => {
    const client = await connect('kicked', { clean: false, properties: { sessionExpiryInterval: 600 } });
    const reason = new Promise((resolve) => client.on('disconnect', ({ reasonCode }) => resolve(reasonCode)));
    expect((await ask('DELETE /clients/kicked')).status).toBe(204);
    expect(await reason).toBe(0x98);
    expect((await ask('GET /clients/kicked')).body.connected).toBe(false);
    expect((await ask('DELETE /clients/kicked')).status).toBe(404);
    expect((await ask('DELETE /clients/kicked?session=true')).status).toBe(204);
    expect((await ask('GET /clients/kicked')).status).toBe(404);
  });

  test('get and lose subscriptions through the API', async () => {
    const client = await connect('subscriber');
    const came = new Promise<string>((resolve) =>
      client.on('message', (topic, payload) => resolve(`${topic} ${payload}`)),
    );
    await ask('POST /clients/subscriber/subscriptions', { filter: 'api/+', qos: 1 });
    expect((await ask('POST /publish', { topic: 'api/1', payload: 'aGk=', encoding: 'base64', qos: 1 })).body).toEqual({
      receivers: 1,
    });
    expect(await came).toBe('api/1 hi');
    expect((await ask('GET /clients/subscriber/subscriptions')).body.items).toMatchObject([
      { filter: 'api/+', qos: 1 },
    ]);
    expect((await ask('GET /subscriptions?matchingTopic=api/7')).body.total).toBe(1);
    expect((await ask('GET /topics?search=api')).body.items).toEqual([{ filter: 'api/+', subscriptions: 1 }]);
    expect((await ask('GET /topics/children?parent=api')).body.items).toMatchObject([{ level: '+', isLeaf: true }]);
    expect((await ask('DELETE /clients/subscriber/subscriptions?filter=api/%2B')).status).toBe(204);
    expect((await ask('DELETE /clients/subscriber/subscriptions?filter=api/%2B')).status).toBe(404);
    expect((await ask('POST /clients/subscriber/subscriptions', { filter: 'a/#/b' })).status).toBe(400);
  });

  test('show what waits for them', async () => {
    const client = await connect('sleeper', { clean: false, properties: { sessionExpiryInterval: 600 } });
    await client.subscribeAsync('sleep/#', { qos: 1 });
    await client.endAsync(true);
    await expect.poll(async () => (await ask('GET /clients/sleeper')).body.connected).toBe(false);
    for (const topic of ['sleep/1', 'sleep/2', 'sleep/3'])
      await ask('POST /publish', { topic, payload: 'zzz', qos: 1 });
    const { body } = await ask('GET /clients/sleeper/queue?limit=2');
    expect(body.items).toMatchObject([
      { topic: 'sleep/1', state: 'queued', bytes: 3, qos: 1 },
      { topic: 'sleep/2', state: 'queued' },
    ]);
    expect((await ask('GET /clients/nobody/queue')).status).toBe(404);
    for (const path of ['clients/nobody', 'clients/nobody/queue', 'clients/nobody/subscriptions']) {
      const { status, body: told } = await ask(`GET /${path}?tellAbsence=true`);
      expect([path, status, told]).toEqual([path, 200, { absent: true }]);
    }
    await ask('DELETE /clients/sleeper?session=true');
  });
});

describe('messages', () => {
  test('are retained, browsed, read and deleted', async () => {
    for (const topic of ['tree/a/1', 'tree/a/2', 'tree/b'])
      await ask('POST /publish', { topic, payload: `at ${topic}`, retain: true });
    expect((await ask('GET /retained/children?parent=tree')).body.items).toMatchObject([
      { level: 'a', count: 2, isLeaf: false },
      { level: 'b', count: 1, isLeaf: true },
    ]);
    expect((await ask('GET /retained/message?topic=tree/b')).body).toMatchObject({ payload: { text: 'at tree/b' } });
    expect((await ask('DELETE /retained/message?topic=tree/b')).status).toBe(204);
    expect((await ask('GET /retained/message?topic=tree/b')).status).toBe(404);
    expect((await ask('GET /retained/message?topic=tree/b&tellAbsence=true')).body).toEqual({ absent: true });
    expect((await ask('DELETE /retained?prefix=tree')).body).toEqual({ deleted: 2 });
    expect((await ask('GET /retained?search=tree')).body.total).toBe(0);
  });

  test('each of several has its own outcome', async () => {
    const messages = [
      { topic: 'ok', payload: { deep: [1] }, encoding: 'json' },
      { topic: 'bad/#' },
      { topic: 'ok', payload: 'zz', encoding: 'hex' },
    ];
    const { items } = (await ask('POST /publish/batch', { messages })).body;
    expect(items[0]).toEqual({ receivers: 0 });
    expect(items[1].error).toMatch(/bad\/#/);
    expect(items[2].error).toMatch(/not hex/);
  });

  test('a tap shows the packets of a client, and its end is the end of it', async () => {
    const client = await connect('tapped');
    const ended = new AbortController();
    const response = await fetch(`${broker.url}/api/v1/tap?clientId=tapped`, { headers: admin, signal: ended.signal });
    const reader = response.body!.getReader();
    await client.publishAsync('tap/1', '<b>hello</b>', { qos: 1 });
    let text = '';
    while (!text.includes('tap/1')) text += new TextDecoder().decode((await reader.read()).value);
    const data = JSON.parse(/^data: (.*)$/m.exec(text)![1]!);
    expect(data).toMatchObject({ clientId: 'tapped', direction: 'in', type: 'publish', topic: 'tap/1', qos: 1 });
    expect(data.payload).toEqual({ text: '<b>hello</b>' });
    ended.abort();
    expect((await ask('GET /tap')).status).toBe(400);
  });
});

describe('who may come in', () => {
  test('a ban ends the connection and keeps it out until it is over', async () => {
    const client = await connect('banned');
    const gone = new Promise((resolve) => client.on('close', () => resolve(true)));
    expect((await ask('POST /bans', { kind: 'client_id', value: 'banned', reason: 'noise' })).body).toMatchObject({
      value: 'banned',
    });
    expect(await gone).toBe(true);
    await expect(connect('banned')).rejects.toThrow();
    expect((await ask('GET /bans')).body.items).toMatchObject([
      { kind: 'client_id', value: 'banned', reason: 'noise', by: 'admin' },
    ]);
    expect((await ask('DELETE /bans?kind=client_id&value=banned')).status).toBe(204);
    expect((await ask('DELETE /bans?kind=client_id&value=banned')).status).toBe(404);
    await connect('banned');
    expect((await ask('POST /bans', { kind: 'address', value: '10.0.0.0/33' })).status).toBe(400);
  });

  test('what a request has wrong is named, with what is allowed', async () => {
    const message = async (line: string, body?: unknown): Promise<unknown> => {
      const answer = await ask(line, body);
      expect(answer.status).toBe(400);
      return answer.body.error.message;
    };
    const kinds = 'allowed: client_id, username, address';
    expect(await message('POST /bans', { kind: 'user', value: 'x' })).toBe(`body/kind got "user"; ${kinds}`);
    expect(await message('POST /bans', { kind: 'x'.repeat(500), value: 'x' })).toContain(`…"; ${kinds}`);
    expect(await message('POST /bans', { kind: { a: 1 }, value: 'x' })).toContain(kinds);
    expect(await message('DELETE /bans?kind=user&value=x')).toBe(`querystring/kind got "user"; ${kinds}`);
    expect(await message('POST /bans', { kind: 'username', value: 'x', seconds: 5 })).toBe(
      'body got "seconds", which it does not know',
    );
    expect(await message('POST /bans', { kind: 'username' })).toBe("body must have required property 'value'");
  });

  test('users and permissions hold at once, and are explained', async () => {
    const users = '/access/sources/users';
    const password = 'secret of a sensor';
    expect((await ask(`POST ${users}/users`, { kind: 'username', name: 'sensor', password })).status).toBe(200);
    expect((await ask(`POST ${users}/users`, { kind: 'username', name: 'sensor', password })).status).toBe(409);
    const client = await connect('sensor-1', { username: 'sensor', password });
    await expect(connect('sensor-2', { username: 'sensor', password: 'wrong' })).rejects.toThrow();
    await ask(`POST ${users}/permissions`, {
      kind: 'username',
      name: 'sensor',
      effect: 'deny',
      action: 'publish',
      topic: 'secret/#',
    });
    await expect(client.publishAsync('secret/1', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    const question = {
      clientId: 'sensor-1',
      username: 'sensor',
      address: '127.0.0.1',
      action: 'publish',
      topic: 'secret/1',
    };
    // Callers publish as a client of their name, whatever their role.
    const operator = await broker.key('operate');
    await ask(`POST ${users}/permissions`, { kind: 'all', effect: 'deny', action: 'publish', topic: 'closed/#' });
    const closed = { topic: 'closed/1', payload: 'x' };
    expect((await broker.ask('POST /publish', operator, closed)).status).toBe(400);
    expect((await broker.ask('POST /publish', operator, { ...closed, topic: 'open/1' })).status).toBe(200);
    expect((await ask('POST /publish', closed)).status).toBe(400);
    await ask(`DELETE ${users}/permissions?kind=all&action=publish&topic=closed/%23`);
    expect((await ask('POST /access/explain', question)).body).toMatchObject({ allowed: false, decidedBy: 'users' });
    expect((await ask(`GET ${users}/permissions?kind=username&name=sensor`)).body.items).toHaveLength(1);
    expect(
      (await ask(`DELETE ${users}/permissions?kind=username&name=sensor&action=publish&topic=secret/%23`)).status,
    ).toBe(204);
    expect((await ask(`DELETE ${users}/users/username/sensor`)).status).toBe(204);
    expect((await ask(`GET ${users}/users`)).body.items).toEqual([]);
    expect((await ask('GET /access/sources/nobody/users')).status).toBe(404);
    expect((await ask('GET /access/sources')).body.items).toMatchObject([
      { name: 'users', kind: 'builtin', order: 1, state: 'ok' },
    ]);
    expect(JSON.stringify((await ask('GET /audit?limit=1000')).body)).not.toContain(password);
  });
});

describe('the broker', () => {
  test('a listener is stopped and started again', async () => {
    const { name } = (await ask('GET /listeners')).body.items[0];
    expect((await ask(`POST /listeners/${name}/stop`)).status).toBe(204);
    expect((await ask('GET /listeners')).body.items[0].state).toBe('stopped');
    await expect(connect('nowhere', { connectTimeout: 1000 })).rejects.toThrow();
    expect((await ask(`POST /listeners/${name}/start`)).status).toBe(204);
    expect((await ask('GET /listeners')).body.items[0].state).toBe('open');
    expect((await ask('POST /listeners/nobody/start')).status).toBe(404);
  });

  test('tells how it is', async () => {
    expect((await ask('GET /node')).body).toMatchObject({
      durability: { mode: 'memory' },
      nodeVersion: process.version,
    });
    expect((await ask('GET /overview')).body).toMatchObject({ connections: expect.any(Number), alarms: 0 });
    expect((await ask('GET /history?span=10m')).body.stepSeconds).toBe(1);
    expect((await ask('GET /alarms')).body.items).toEqual([]);
    expect((await ask('DELETE /alarms/nothing')).status).toBe(404);
    expect((await ask('GET /bridges')).body.items).toEqual([]);
    expect((await ask('POST /bridges/nobody/restart')).status).toBe(404);
    expect((await ask('GET /plugins')).status).toBe(200);
    expect((await ask('POST /plugins/no-such-plugin/load')).status).toBe(404);
    expect((await ask('POST /backup')).body.error.code).toBe('not_possible');
  });

  test('shows its settings without secrets, finds mistakes in others, and reads them again', async () => {
    const { items } = (await ask('GET /settings')).body;
    const port = items.find(({ path }: { path: string }) => path === 'management.port');
    expect(port).toMatchObject({ value: '0', default: '18083', isDefault: false });
    const wrong = await ask('POST /settings/validate', { text: 'listeners: { mqtt: { prot: 1 } }' });
    expect(wrong.body).toMatchObject({ ok: false, problems: [expect.stringMatching(/prot/)] });
    const before = broker.reloads;
    expect((await ask('POST /reload')).status).toBe(200);
    expect(broker.reloads).toBe(before + 1);
  });

  test('streams what happens', async () => {
    const ended = new AbortController();
    const url = `${broker.url}/api/v1/events?streams=overview,audit,log,alarms`;
    const response = await fetch(url, { headers: admin, signal: ended.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body!.getReader();
    await ask('POST /publish', { topic: 'events/"\n\ndata: {}', payload: 'x' });
    let text = '';
    while (!text.includes('event: audit')) text += new TextDecoder().decode((await reader.read()).value);
    expect(text).toContain('event: overview');
    for (const data of text.matchAll(/^data: (.*)$/gm)) expect(() => JSON.parse(data[1]!)).not.toThrow();
    ended.abort();
  });

  test('what is stored in memory alone says so', async () => {
    const made = await ask('POST /api-keys', { name: 'short-lived', scope: 'read', expiresAt: '2999-01-01' });
    expect(made.body.note).toMatch(/gone when the broker stops/);
    expect((await ask('POST /api-keys', { name: 'over', scope: 'read', expiresAt: '2001-01-01' })).status).toBe(400);
    expect((await ask(`DELETE /api-keys/${made.body.id}`)).status).toBe(204);
  });
});
