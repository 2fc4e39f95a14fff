/** Options are changed through the API while the broker runs: what holds at once, what waits, and what is refused. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AskHeaders, ManagedBroker } from './managed-broker.ts';

let broker: ManagedBroker;
let admin: AskHeaders;

beforeAll(async () => {
  broker = await ManagedBroker.start();
  admin = await broker.key('admin');
});
afterAll(() => broker.close());

const ask = (line: string, body?: unknown, headers: AskHeaders = admin) => broker.ask(line, headers, body);
const changesFile = (): string => join(broker.folder, 'data', 'settings.yaml');

async function settingOf(path: string): Promise<Record<string, unknown> | undefined> {
  const { items } = (await ask('GET /settings')).body;
  return items.find((one: { path: string }) => one.path === path);
}

async function newestAudit(): Promise<{ what: string; outcome: string }> {
  return (await ask('GET /audit?limit=1')).body.items[0];
}

describe('settings', () => {
  test('a limit that is changed holds for the next client, and is written down for the next start', async () => {
    const changed = await ask('PATCH /settings', {
      'limits.client_id_bytes_max': 23,
      'limits.packet_bytes_max': '2MB',
    });
    expect([changed.status, changed.body.results]).toEqual([
      200,
      [
        { path: 'limits.client_id_bytes_max', outcome: 'applied', value: '23' },
        { path: 'limits.packet_bytes_max', outcome: 'needs_restart', value: '2MB' },
      ],
    ]);
    const clientId = 'c'.repeat(24);
    await expect(mqtt.connectAsync(broker.mqttUrl, { clientId, reconnectPeriod: 0 })).rejects.toThrow();
    expect(await settingOf('limits.client_id_bytes_max')).toMatchObject({
      value: '23',
      number: 23,
      min: 23,
      changed: true,
      editable: true,
    });
    expect(await settingOf('limits.packet_bytes_max')).toMatchObject({ value: '1MB', pending: '2MB', changed: true });
    expect(readFileSync(changesFile(), 'utf8')).toMatch(/^limits\.client_id_bytes_max: 23$/m);
    expect(statSync(changesFile()).mode & 0o777).toBe(0o600);
    expect(await newestAudit()).toMatchObject({
      what: 'change of settings: limits.client_id_bytes_max = 23, limits.packet_bytes_max = 2MB',
      outcome: 'done',
    });

    const reset = await ask('DELETE /settings/limits.client_id_bytes_max');
    expect(reset.body.results).toEqual([{ path: 'limits.client_id_bytes_max', outcome: 'applied', value: '1024' }]);
    const client = await mqtt.connectAsync(broker.mqttUrl, { clientId, reconnectPeriod: 0 });
    await client.endAsync();
    expect((await ask('DELETE /settings/limits.client_id_bytes_max')).status).toBe(404);
  });

  test('nothing of a change holds when a part of it is wrong, and each part says why', async () => {
    const before = existsSync(changesFile()) ? readFileSync(changesFile(), 'utf8') : '';
    const refused = await ask('PATCH /settings', {
      'limits.sessions_max': 5,
      'limits.connections_max': 'many',
      'limits.nothing': 1,
      'data.dir': '/tmp',
      'management.emqx_api.application_secret': '',
    });
    expect([refused.status, refused.body.error.code]).toEqual([422, 'not_possible']);
    expect(refused.body.error.problems.map(({ path, code }: Record<string, string>) => [path, code])).toEqual([
      ['limits.connections_max', 'wrong_value'],
      ['limits.nothing', 'unknown_option'],
      ['data.dir', 'not_editable'],
      ['management.emqx_api.application_secret', 'wrong_value'],
    ]);
    expect(await settingOf('limits.sessions_max')).toMatchObject({ isDefault: true });
    expect(existsSync(changesFile()) ? readFileSync(changesFile(), 'utf8') : '').toBe(before);
    expect(await newestAudit()).toMatchObject({ outcome: 'refused' });
  });

  test('a secret can be set and never be read', async () => {
    const secret = 'nobody-reads-this';
    const set = await ask('PATCH /settings', { 'management.emqx_api.application_secret': secret });
    expect(set.status).toBe(200);
    for (const path of ['/settings', '/audit', '/logs']) {
      expect(JSON.stringify((await ask(`GET ${path}`)).body)).not.toContain(secret);
    }
    expect(JSON.stringify(set.body)).not.toContain(secret);
  });

  test('a change is looked at before it is made', async () => {
    const preview = await ask('POST /settings/validate', { changes: { 'limits.sessions_max': 9 } });
    expect(preview.body).toEqual({
      ok: true,
      problems: [],
      results: [{ path: 'limits.sessions_max', outcome: 'applied', value: '9' }],
      refused: [],
    });
    const wrong = await ask('POST /settings/validate', { changes: { 'limits.sessions_max': 0 } });
    expect(wrong.body).toMatchObject({ ok: false, refused: [{ code: 'wrong_value' }] });
    expect((await ask('POST /settings/validate', {})).status).toBe(400);
    expect(await settingOf('limits.sessions_max')).toMatchObject({ isDefault: true });
  });

  test.each([
    'constructor',
    'toString',
    '',
    'listeners.__proto__.port',
    'listeners.constructor.port',
    'listeners.mqtt.__proto__',
    'listeners.new.port',
    'limits',
    'x'.repeat(100_000),
  ])('%.40s is no option', async (name) => {
    const { status, body } = await ask('PATCH /settings', { [name]: 1 });
    expect([status, body.error.problems[0].code]).toEqual([422, 'unknown_option']);
  });

  test('nothing is written that could not be read again', async () => {
    const { status, body } = await ask('PATCH /settings', {
      'webhook.url': `http://127.0.0.1/${'x'.repeat(2_000_000)}`,
    });
    expect([status, body.error.problems[0].code]).toEqual([422, 'conflict']);
    const all = await Promise.all(
      [...'abcdefgh'].map((_, i) => ask('PATCH /settings', { 'limits.sessions_max': 100 + i })),
    );
    expect(all.map(({ status: each }) => each)).toEqual(new Array(8).fill(200));
    const { number } = (await settingOf('limits.sessions_max')) as { number: number };
    expect(readFileSync(changesFile(), 'utf8')).toContain(`limits.sessions_max: ${number}\n`);
    await ask('DELETE /settings/limits.sessions_max');
  });

  test('are changed by administrators alone', async () => {
    const operator = await broker.key('operate');
    expect((await ask('PATCH /settings', { 'limits.sessions_max': 9 }, operator)).status).toBe(403);
    expect((await ask('DELETE /settings/limits.sessions_max', undefined, operator)).status).toBe(403);
  });
});

test('the busiest clients are listed by what they sent and were sent', async () => {
  const [busy, calm] = await Promise.all(
    ['busy', 'calm'].map((clientId) => mqtt.connectAsync(broker.mqttUrl, { clientId, reconnectPeriod: 0 })),
  );
  for (let i = 0; i < 5; i++) await busy!.publishAsync('top', 'x'.repeat(100), { qos: 1 });
  await calm!.publishAsync('top', 'x'.repeat(5000), { qos: 1 });
  const top = (await ask('GET /tables/top-clients?limit=2')).body.items;
  expect(top.map(({ clientId, messagesIn }: Record<string, unknown>) => [clientId, messagesIn])).toEqual([
    ['busy', 5],
    ['calm', 1],
  ]);
  const hostile = await mqtt.connectAsync(broker.mqttUrl, { clientId: '__proto__', reconnectPeriod: 0 });
  const named = (await ask('GET /tables/top-clients?limit=1000')).body.items.map(
    (one: { clientId: string }) => one.clientId,
  );
  expect(named).toContain('__proto__');
  expect((await ask('GET /clients/__proto__')).body.clientId).toBe('__proto__');
  expect((await ask('GET /clients/constructor')).status).toBe(404);
  await hostile.endAsync();
  expect((await ask('GET /tables/top-clients?sort=bytesIn&limit=1')).body.items[0].clientId).toBe('calm');
  expect((await ask('GET /tables/top-clients?sort=password')).status).toBe(400);
  await Promise.all([busy, calm].map((client) => client!.endAsync()));
});
