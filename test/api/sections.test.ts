/** Listeners, access sources and bridges that are made, changed and removed through the API while the broker runs. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type AskHeaders, ManagedBroker } from './managed-broker.ts';

const yaml = `
durability: { mode: memory }
management: { port: 0 }
listeners: { mqtt: { host: 127.0.0.1, port: 0 } }
`;

let broker: ManagedBroker;
let admin: AskHeaders;

async function start(text: string): Promise<ManagedBroker> {
  const started = await ManagedBroker.start(text);
  onTestFinished(() => started.close());
  return started;
}

beforeEach(async () => {
  broker = await ManagedBroker.start(yaml);
  admin = await broker.key('admin');
});
afterEach(() => broker.close());

const ask = (line: string, body?: unknown) => broker.ask(line, admin, body);
const make = (section: string, options: object) => ask(`POST /sections/${section}`, { options });
const kept = (): string => {
  try {
    return readFileSync(join(broker.folder, 'data', 'settings.yaml'), 'utf8');
  } catch {
    return '';
  }
};
const newestAudit = async () => (await ask('GET /audit?limit=1')).body.items[0];

async function client(url: string, options: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const connected = await mqtt.connectAsync(url, { reconnectPeriod: 0, ...options });
  connected.on('error', () => {});
  onTestFinished(() => void connected.end(true));
  return connected;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const listenerUrl = async (name: string): Promise<string | undefined> =>
  (await ask('GET /listeners')).body.items.find((one: { name: string }) => one.name === name)?.url;

describe('a bridge', () => {
  const bridge = async () => (await ask('GET /bridges')).body.items[0];

  test('that is made carries messages at once, changes its topics, and is gone with its queue when it is removed', async () => {
    const other = await start(yaml);
    const address = other.mqttUrl.replace(/^\w+:\/\//, '');
    expect((await ask('GET /bridges')).body.items).toEqual([]);
    const made = await make('bridges/up', {
      addresses: [address],
      topics: ['a/# out 1'],
      password: 'geheim',
      username: 'u',
    });
    expect([made.status, made.body.results[0]]).toEqual([
      200,
      { path: 'bridges.up.addresses', outcome: 'applied', value: address },
    ]);
    expect(JSON.stringify([made.body, await newestAudit()])).not.toContain('geheim');
    expect(await newestAudit()).toMatchObject({
      what: expect.stringContaining('new section "bridges.up"'),
      outcome: 'done',
    });
    await expect.poll(async () => (await bridge())?.state, { timeout: 10_000 }).toBe('connected');
    const far = await client(other.mqttUrl);
    const arrived: string[] = [];
    far.on('message', (topic) => arrived.push(topic));
    await far.subscribeAsync('#', { qos: 1 });
    const near = await client(broker.mqttUrl);
    await near.publishAsync('a/1', 'x', { qos: 1 });
    await near.publishAsync('b/1', 'x', { qos: 1 });
    await expect.poll(() => arrived, { timeout: 10_000 }).toContain('a/1');
    expect((await broker.readAgain()).settings.bridges.get('up')?.list('topics')).toEqual(['a/# out 1']);
    const changed = await ask('PATCH /sections/bridges/up', { options: { topics: ['b/# out 1'] } });
    expect(changed.body.results).toEqual([{ path: 'bridges.up.topics', outcome: 'applied', value: 'b/# out 1' }]);
    await expect.poll(async () => (await bridge())?.state, { timeout: 10_000 }).toBe('connected');
    await near.publishAsync('a/2', 'x', { qos: 1 });
    await near.publishAsync('b/2', 'x', { qos: 1 });
    await expect.poll(() => arrived, { timeout: 10_000 }).toContain('b/2');
    expect(arrived).not.toContain('a/2');
    const shown = (await ask('GET /settings')).body.items.find(
      (one: { path: string }) => one.path === 'bridges.up.topics',
    );
    expect([shown.value, shown.pending, shown.editable]).toEqual(['b/# out 1', undefined, true]);
    expect((await ask('DELETE /sections/bridges/up')).status).toBe(204);
    expect((await ask('GET /bridges')).body.items).toEqual([]);
    expect(kept()).not.toMatch(/^bridges/m);
    expect((await ask('DELETE /sections/bridges/up')).status).toBe(404);
  });

  test('that makes no sense is refused with the option to blame, and nothing is kept', async () => {
    const wrong = await make('bridges/up', { addresses: ['127.0.0.1:1'], topics: ['a/# sideways'] });
    expect([wrong.status, wrong.body.error.code, wrong.body.error.problems[0].path]).toEqual([
      422,
      'not_possible',
      'bridges.up.topics',
    ]);
    const silent = await make('bridges/Up', { addresses: ['127.0.0.1:1'], topics: ['a/# out'] });
    expect([silent.status, silent.body.error.message]).toEqual([422, expect.stringContaining('is no name')]);
    const file = await make('bridges/up', { addresses: ['127.0.0.1:1'], ca_file: '/etc/passwd' });
    expect([file.status, file.body.error.problems[0].code]).toEqual([422, 'not_editable']);
    const none = await make('bridges/up', {});
    expect([none.status, none.body.error.message]).toEqual([422, expect.stringContaining('at least one option')]);
    expect([(await ask('GET /bridges')).body.items, kept()]).toEqual([[], '']);
  });

  test('whose broker does not answer is a doubt, and no mistake', async () => {
    const tried = await ask('POST /sections/bridges/up/try', {
      options: { addresses: [`127.0.0.1:${await freePort()}`], topics: ['a/# out'] },
    });
    expect(tried.body).toMatchObject({
      ok: true,
      refused: [],
      doubts: [expect.stringContaining('Nobody answers at 127.0.0.1:')],
    });
    expect([(await ask('GET /bridges')).body.items, kept()]).toEqual([[], '']);
  });
});

describe('a listener', () => {
  test('that is made takes clients at once; changed, it moves; removed, it takes no more and the others stay', async () => {
    expect((await make('listeners/extra', { transport: 'tcp', host: '127.0.0.1', port: 0 })).status).toBe(200);
    const url = await listenerUrl('extra');
    const stays = await client(url ?? '');
    const port = await freePort();
    expect((await ask('PATCH /sections/listeners/extra', { options: { port } })).body.results).toEqual([
      { path: 'listeners.extra.port', outcome: 'applied', value: String(port) },
    ]);
    await client(`mqtt://127.0.0.1:${port}`);
    await expect(client(url ?? '')).rejects.toThrow();
    expect(stays.connected).toBe(true);
    expect((await broker.readAgain()).listeners.map(({ name }) => name)).toEqual(['mqtt', 'extra']);
    expect((await ask('DELETE /sections/listeners/extra')).status).toBe(204);
    await expect(client(`mqtt://127.0.0.1:${port}`)).rejects.toThrow();
    await client(broker.mqttUrl);
    expect((await broker.readAgain()).listeners.map(({ name }) => name)).toEqual(['mqtt']);
  });

  test('whose port is taken is refused with everything as it was', async () => {
    const taken = Number(new URL(broker.mqttUrl).port);
    const options = { transport: 'tcp', host: '127.0.0.1', port: taken };
    const tried = await ask('POST /sections/listeners/extra/try', { options });
    expect(tried.body).toMatchObject({
      ok: false,
      refused: [{ code: 'not_open', message: expect.stringContaining('in use') }],
    });
    const made = await make('listeners/extra', options);
    expect([made.status, made.body.error.problems[0].code]).toEqual([422, 'not_open']);
    await make('listeners/extra', { ...options, port: 0 });
    const url = await listenerUrl('extra');
    const moved = await ask('PATCH /sections/listeners/extra', { options: { port: taken } });
    expect(moved.status).toBe(422);
    await client((await listenerUrl('extra')) ?? '');
    expect([await listenerUrl('extra').then((now) => now !== undefined), url !== undefined]).toEqual([true, true]);
    expect((await broker.readAgain()).settings.listeners.get('extra')?.number('port')).toBe(0);
  });

  test('cannot be the last one to go, and speaks TLS with a certificate of the broker', async () => {
    const last = await ask('DELETE /sections/listeners/mqtt');
    expect([last.status, last.body.error.message]).toEqual([422, expect.stringContaining('only listener')]);
    expect((await make('listeners/secure', { transport: 'tls', host: '127.0.0.1', port: 0 })).status).toBe(200);
    const url = (await listenerUrl('secure')) ?? '';
    await client(url, { rejectUnauthorized: false });
    expect((await ask('DELETE /sections/listeners/mqtt')).status).toBe(204);
    expect((await broker.readAgain()).listeners.map(({ name }) => name)).toEqual(['secure']);
    expect(kept()).toMatch(/^removed_sections: \["listeners.mqtt"\]$/m);
    await make('listeners/mqtt', { transport: 'tcp', host: '127.0.0.1', port: 0, mountpoint: 'anew/' });
    const anew = (await broker.readAgain()).settings.listeners.get('mqtt');
    expect(anew?.text('mountpoint'), 'what the file says of the one that was removed stays removed').toBe('anew/');
  });
});

describe('an access source', () => {
  test('that is made checks logins at once, and is not the last to go without being asked for', async () => {
    await client(broker.mqttUrl);
    expect((await make('access/devices', { type: 'builtin', 'builtin.scram': false })).status).toBe(200);
    await expect(client(broker.mqttUrl)).rejects.toThrow();
    const user = { kind: 'username', name: 'u', password: 'right password', superuser: false };
    expect((await ask('POST /access/sources/devices/users', user)).status).toBeLessThan(300);
    const login = { username: 'u', password: 'right password' };
    const connected = await client(broker.mqttUrl, login);
    expect((await ask('GET /sections/access')).body.items).toEqual([
      expect.objectContaining({ name: 'devices', kind: 'builtin', made: true, last: 'last_login_source' }),
    ]);
    const changed = await ask('PATCH /sections/access/devices', { options: { 'builtin.hide_unknown_users': true } });
    expect(changed.body.results[0].outcome).toBe('applied');
    await client(broker.mqttUrl, login);
    expect(connected.connected).toBe(true);
    const asked = await ask('DELETE /sections/access/devices');
    expect([asked.status, asked.body.error.message]).toEqual([422, expect.stringContaining('last source of logins')]);
    expect((await ask('DELETE /sections/access/devices?last=true')).status).toBe(204);
    expect((await ask('GET /access/sources')).body.items).toEqual([]);
    await expect(client(broker.mqttUrl), 'where logins were checked, nobody gets in unknown').rejects.toThrow();
    await make('access/devices', { type: 'builtin' });
    await client(broker.mqttUrl, login);
  });

  test('is asked in the place that its order gives it, and only at its listeners', async () => {
    await make('listeners/other', { transport: 'tcp', host: '127.0.0.1', port: 0 });
    await make('access/second', { type: 'builtin', order: 20 });
    await make('access/first', { type: 'jwt', 'jwt.secret': 'much too secret', order: 10, listeners: ['other'] });
    const sources = (await ask('GET /access/sources')).body.items.map(({ name }: { name: string }) => name);
    expect(sources).toEqual(['first', 'second']);
    expect(kept()).toContain('much too secret');
    expect(JSON.stringify([(await ask('GET /settings')).body, (await ask('GET /audit')).body])).not.toContain(
      'too secret',
    );
    const user = { kind: 'username', name: 'u', password: 'right password', superuser: false };
    await ask('POST /access/sources/second/users', user);
    await client(broker.mqttUrl, { username: 'u', password: 'right password' });
    const { items } = (await ask('GET /access/sources')).body;
    expect(items[0].logins, 'not asked about a client of another listener').toMatchObject({ deny: 0, ignore: 0 });
  });

  test('whose database does not answer is a doubt; one of a kind that needs a file is refused', async () => {
    const options = {
      type: 'postgresql',
      'postgresql.server': `127.0.0.1:${await freePort()}`,
      'postgresql.database': 'd',
    };
    const query = { 'postgresql.username': 'u', 'postgresql.auth_query': "select password from t where u = '%u'" };
    const tried = await ask('POST /sections/access/db/try', { options: { ...options, ...query } });
    expect([tried.body.ok, tried.body.refused, tried.body.doubts.length]).toEqual([true, [], 1]);
    const file = await make('access/file', { type: 'acl_file', 'acl_file.file': '/etc/passwd' });
    expect([file.status, file.body.error.problems[0].code]).toEqual([422, 'not_editable']);
    const { kinds } = (await ask('GET /sections/access')).body;
    expect(kinds.find(({ kind }: { kind: string }) => kind === 'acl_file')).toMatchObject({
      needsFile: 'acl_file.file',
    });
    expect((await ask('GET /access/sources')).body.items).toEqual([]);
  });

  test('of the configuration file is removed for good, though the file still has it', async () => {
    const other = await start(`${yaml}access: { users: { builtin: { scram: false } } }`);
    const key = await other.key('admin');
    expect((await other.ask('DELETE /sections/access/users?last=true', key)).status).toBe(204);
    expect((await other.ask('GET /access/sources', key)).body.items).toEqual([]);
    expect((await other.readAgain()).sources).toEqual([]);
    const options = { type: 'builtin', 'builtin.scram': true };
    expect((await other.ask('POST /sections/access/users', key, { options })).status).toBe(200);
    expect((await other.readAgain()).sources.map((one) => one.options.boolean('scram'))).toEqual([true]);
  });
});

test('the options of a section that is to be made are told with what is allowed', async () => {
  const { items } = (await ask('GET /sections/access/options?kind=redis')).body;
  const paths = items.map(({ path }: { path: string }) => path);
  expect(paths).toContain('access.NAME.redis.server');
  expect(paths.some((path: string) => path.includes('postgresql'))).toBe(false);
  const listener = (await ask('GET /sections/listeners/options?kind=tcp')).body.items;
  expect(listener.map(({ path }: { path: string }) => path)).not.toContain('listeners.NAME.certificate_file');
});
