/** What callers of the API publish and delete is asked about as with any client, whatever their role. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folder } from '../listeners/listening.ts';
import { type AskHeaders, ManagedBroker, PASSWORD } from './managed-broker.ts';

const rules = `{deny, {user, "admin"}, publish, ["closed/#"]}.
{deny, {client, "api:operate"}, publish, ["closed/#"]}.
{deny, {ipaddr, "127.0.0.1"}, publish, ["far/#"]}.
{deny, {user, "$bridge"}, publish, ["bridged/#"]}.
{deny, {client, "reader"}, subscribe, ["secret/#"]}.
{allow, all}.
`;

async function managed(more = ''): Promise<ManagedBroker> {
  const file = join(folder(), 'acl.conf');
  writeFileSync(file, rules);
  const broker = await ManagedBroker.start(`
durability: { mode: memory }
management: { port: 0 }
listeners: { mqtt: { host: 127.0.0.1, port: 0, allow_anonymous: true } }
access: { rules: { acl_conf: { file: ${file} } } }
${more}
`);
  onTestFinished(() => broker.close());
  return broker;
}

type Ask = (line: string, body?: unknown) => Promise<{ status: number; body: unknown }>;

async function v4(broker: ManagedBroker, path: string, body: unknown): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(`${broker.url}/api/v4${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return await answer.json();
}

/** What comes of everything that publishes or deletes. */
async function attempts(broker: ManagedBroker, headers: AskHeaders): Promise<Record<string, unknown>> {
  const ask: Ask = (line, body) => broker.ask(line, headers, body);
  const message = { topic: 'closed/1', payload: 'x', retain: true };
  const batch = await ask('POST /publish/batch', { messages: [message, { topic: 'open/1', payload: 'x' }] });
  return {
    publish: (await ask('POST /publish', message)).status,
    batch: (batch.body as { items: { error?: string }[] }).items.map(({ error }) => error === undefined),
    byAddress: (await ask('POST /publish', { topic: 'far/1', payload: 'x' })).status,
    removal: (await ask('DELETE /retained/message?topic=closed/1')).status,
    removals: (await ask('DELETE /retained?prefix=closed')).status,
    elsewhere: (await ask('POST /publish', { topic: 'open/1', payload: 'x' })).status,
  };
}

const denied = { publish: 400, batch: [false, true], byAddress: 400, removal: 400, removals: 200, elsewhere: 200 };

describe('by default', () => {
  test('administrators and operators are asked about, by name, client identifier and address', async () => {
    const broker = await managed();
    const admin = await broker.administrator();
    expect(await attempts(broker, admin)).toEqual(denied);
    expect(await attempts(broker, await broker.key('operate'))).toEqual(denied);
    const answer = await broker.ask('POST /publish', admin, { topic: 'closed/1', payload: 'x' });
    expect(JSON.stringify(answer.body)).toContain('api:admin');
  });

  test('retained messages are deleted all or none', async () => {
    const broker = await managed();
    const ask: Ask = async (line, body) => broker.ask(line, await headers, body);
    const headers = broker.administrator();
    const { connectedJs } = await import('../clients/mqttjs.ts');
    const client = await connectedJs(broker.mqttUrl, {});
    for (const topic of ['a/open', 'closed/1', 'closed/2']) {
      await client.client.publishAsync(topic, 'x', { qos: 1, retain: true });
    }
    expect((await ask('DELETE /retained?prefix=closed')).status).toBe(400);
    expect((await ask('GET /retained')).body).toMatchObject({ total: 3 });
    expect((await ask('DELETE /retained?prefix=a')).body).toEqual({ deleted: 1 });
  });

  test("EMQX's API is asked about in the same way", async () => {
    const broker = await managed();
    await broker.administrator();
    expect(await v4(broker, '/mqtt/publish', { topic: 'closed/1', payload: 'x', clientid: 'somebody' })).toMatchObject({
      code: 115,
      message: expect.stringContaining('no permission'),
    });
    expect(await v4(broker, '/mqtt/publish', { topic: 'open/1', payload: 'x', clientid: 'somebody' })).toEqual({
      code: 0,
    });
    expect(await v4(broker, '/mqtt/publish_batch', [{ topic: 'closed/1', payload: 'x' }])).toMatchObject({
      data: [{ code: 115 }],
    });
  });
});

/** What comes of a subscription that is made in the place of a client, by both APIs. */
async function subscriptionsFor(broker: ManagedBroker, filter: string): Promise<unknown> {
  const { connectedJs } = await import('../clients/mqttjs.ts');
  await connectedJs(broker.mqttUrl, { clientId: 'reader' });
  const key = await broker.administrator();
  const made = await broker.ask('POST /clients/reader/subscriptions', key, { filter });
  const v4Made = (await v4(broker, '/mqtt/subscribe', { clientid: 'reader', topic: filter, qos: 1 })) as object;
  const batch = (await v4(broker, '/mqtt/subscribe_batch', [{ clientid: 'reader', topic: filter, qos: 1 }])) as {
    data: { code: number }[];
  };
  const held = (await broker.ask('GET /clients/reader/subscriptions', key)).body as { items: { fullFilter: string }[] };
  return {
    status: made.status,
    ...v4Made,
    batch: batch.data[0]?.code,
    held: held.items.map(({ fullFilter }) => fullFilter),
  };
}

test.each(['secret/1', '$share/g/secret/1'])(
  'in the place of a client nobody subscribes to %s, which it may not',
  async (filter) => {
    const broker = await managed();
    expect(await subscriptionsFor(broker, filter)).toEqual({
      status: 400,
      code: 115,
      message: expect.stringContaining("'reader' has no permission to subscribe"),
      batch: 115,
      held: [],
    });
  },
);

test('in the place of a client they subscribe to what it may', async () => {
  const broker = await managed();
  expect(await subscriptionsFor(broker, 'open/#')).toEqual({ status: 200, code: 0, batch: 0, held: ['open/#'] });
});

test('with permissions.unchecked: [api] they subscribe to everything in the place of a client', async () => {
  const broker = await managed('permissions: { unchecked: [api] }');
  const answer = { status: 200, code: 0, batch: 0, held: ['secret/1'] };
  expect(await subscriptionsFor(broker, 'secret/1')).toEqual(answer);
});

describe('an explanation', () => {
  const bridge = `
bridges: { up: { addresses: ['127.0.0.1:1'], topics: ['# in'], start: manual } }
`;
  const explained = async (broker: ManagedBroker, question: object): Promise<unknown> => {
    const { status, body } = await broker.ask('POST /access/explain', await broker.key('read'), {
      action: 'publish',
      ...question,
    });
    return status === 200 ? `${body.decidedBy} ${body.allowed}` : status;
  };

  test('is about a caller as it is about what that caller publishes, and about a bridge', async () => {
    const broker = await managed(bridge);
    expect(await explained(broker, { caller: 'admin', topic: 'closed/1' })).toBe('rules false');
    expect(await explained(broker, { caller: 'admin', topic: 'open/1' })).toBe('rules true');
    expect(await explained(broker, { caller: 'operate', topic: 'closed/1' })).toBe('rules false');
    expect(await explained(broker, { caller: 'x', topic: 'far/1' })).toBe('rules false');
    expect(await explained(broker, { caller: 'x', address: '10.0.0.1', topic: 'far/1' })).toBe('rules true');
    expect(await explained(broker, { bridge: 'up', topic: 'bridged/1' })).toBe('rules false');
    // A bridge has no address, so no rule about addresses fits.
    expect(await explained(broker, { bridge: 'up', topic: 'far/1' })).toBe('rules true');
    for (const question of [{}, { bridge: 'down' }, { bridge: 'up', clientId: 'c' }]) {
      expect(await explained(broker, { ...question, topic: 'a' })).toBe(400);
    }
  });

  test('says that nobody is asked where permissions.unchecked says so', async () => {
    const broker = await managed(`${bridge}\npermissions: { unchecked: [api, bridges] }`);
    expect(await explained(broker, { caller: 'admin', topic: 'closed/1' })).toBe('broker true');
    expect(await explained(broker, { bridge: 'up', topic: 'bridged/1' })).toBe('broker true');
    expect(await explained(broker, { clientId: 'api:operate', topic: 'closed/1' })).toBe('rules false');
  });
});

test('with permissions.unchecked: [api] nobody is asked about callers', async () => {
  const broker = await managed('permissions: { unchecked: [api] }');
  const ok = { publish: 200, batch: [true, true], byAddress: 200, removal: 204, removals: 200, elsewhere: 200 };
  expect(await attempts(broker, await broker.administrator())).toEqual(ok);
  expect(await attempts(broker, await broker.key('operate'))).toEqual(ok);
  expect(await v4(broker, '/mqtt/publish', { topic: 'closed/1', payload: 'x' })).toEqual({ code: 0 });
});
