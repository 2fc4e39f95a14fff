/** The order of the sources is changed while clients are there: at once, for logins and permissions, and for the next start. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { connectedJs } from '../clients/mqttjs.ts';
import { folder } from '../listeners/listening.ts';
import { type AskHeaders, ManagedBroker } from './managed-broker.ts';

/** Alice with the password from-the-file. */
const PASSWORDS =
  'alice:$6$MDEyMzQ1Njc4OWFi$OpL6GD1UWZ/03xQs3DDcaSo27GjT8nChWAEE0bEhqtTRS22RGt3jHsLvLHxDa8WeKwnVc5EKtdTx3iy6+g5z6A==\n';

/** `open` allows everything, `closed` denies below secret/; alice has a password here and another one there. */
async function managed(): Promise<{ broker: ManagedBroker; admin: AskHeaders }> {
  const at = folder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(at, name), text);
    return join(at, name);
  };
  const broker = await ManagedBroker.start(`
durability: { mode: memory }
management: { port: 0 }
listeners: { mqtt: { host: 127.0.0.1, port: 0, allow_anonymous: true } }
access:
  users: { type: builtin }
  file: { password_file: { file: ${file('passwords', PASSWORDS)} } }
  open: { acl_conf: { file: ${file('open.conf', '{allow, all}.\n')} } }
  closed: { acl_conf: { file: ${file('closed.conf', '{deny, all, pubsub, ["secret/#"]}.\n')} } }
`);
  onTestFinished(() => broker.close());
  const admin = await broker.key('admin');
  const made = await broker.ask('POST /access/sources/users/users', admin, {
    kind: 'username',
    name: 'alice',
    password: 'from-the-table',
  });
  expect(made.status).toBe(200);
  return { broker, admin };
}

const shown = async (broker: ManagedBroker, admin: AskHeaders): Promise<string[]> =>
  (await broker.ask('GET /access/sources', admin)).body.items.map((one: { name: string }) => one.name);

async function letsIn(broker: ManagedBroker, password: string): Promise<boolean> {
  try {
    const client = await mqtt.connectAsync(broker.mqttUrl, { username: 'alice', password, reconnectPeriod: 0 });
    await client.endAsync();
    return true;
  } catch {
    return false;
  }
}

test('permissions of a client that is there change at once, subscriptions included, and it stays connected', async () => {
  const { broker, admin } = await managed();
  const { client } = await connectedJs(broker.mqttUrl, { clientId: 'there', protocolVersion: 5 });
  let closed = 0;
  client.on('close', () => closed++);
  await client.subscribeAsync('secret/#', { qos: 1 });
  const publish = async (): Promise<number | undefined> => {
    try {
      await client.publishAsync('secret/1', 'x', { qos: 1 });
      return 0;
    } catch (error) {
      return (error as { code?: number }).code;
    }
  };
  expect(await publish()).toBe(0);

  const moved = await broker.ask('PUT /access/order', admin, { names: ['users', 'file', 'closed', 'open'] });
  expect([moved.status, moved.body]).toEqual([200, { names: ['users', 'file', 'closed', 'open'] }]);
  expect(await publish()).toBe(0x87);
  await expect.poll(async () => (await broker.ask('GET /clients/there/subscriptions', admin)).body.items).toEqual([]);

  const back = await broker.ask('DELETE /access/order', admin);
  expect([back.status, back.body]).toEqual([200, { names: ['users', 'file', 'open', 'closed'] }]);
  expect(await publish()).toBe(0);
  expect([closed, client.connected]).toEqual([0, true]);
  expect((await broker.ask('DELETE /access/order', admin)).status).toBe(404);
});

test('logins are asked about in the new order, which is shown, kept and in the audit log', async () => {
  const { broker, admin } = await managed();
  expect([await letsIn(broker, 'from-the-table'), await letsIn(broker, 'from-the-file')]).toEqual([true, false]);
  const names = ['file', 'users', 'open', 'closed'];
  expect((await broker.ask('PUT /access/order', admin, { names })).status).toBe(200);
  expect([await letsIn(broker, 'from-the-table'), await letsIn(broker, 'from-the-file')]).toEqual([false, true]);
  expect(await shown(broker, admin)).toEqual(names);
  const kept = readFileSync(join(broker.folder, 'data', 'settings.yaml'), 'utf8');
  expect(kept).toContain('access.file.order: 10\naccess.open.order: 30\naccess.users.order: 20\n');
  expect((await broker.ask('GET /audit?limit=1', admin)).body.items[0]).toMatchObject({
    what: 'order of the access sources: "file", "users", "open", "closed"',
    outcome: 'done',
  });
});

test('one option moves one source, and says so', async () => {
  const { broker, admin } = await managed();
  const { body } = await broker.ask('PATCH /settings', admin, { 'access.closed.order': 1 });
  expect(body.results).toEqual([{ path: 'access.closed.order', outcome: 'applied', value: '1' }]);
  expect(await shown(broker, admin)).toEqual(['closed', 'users', 'file', 'open']);
});

test.each([
  [[], '"users" is missing'],
  [['users', 'file', 'open'], '"closed" is missing'],
  [['users', 'file', 'open', 'closed', 'nobody'], '"nobody" is none of them'],
  [['users', 'users', 'file', 'open', 'closed'], 'twice'],
  [['__proto__', 'file', 'open', 'closed'], '"__proto__" is none of them'],
])('%j is refused, and nothing moves', async (names, reason) => {
  const { broker, admin } = await managed();
  const refused = await broker.ask('PUT /access/order', admin, { names });
  expect([refused.status, refused.body.error.code]).toEqual([400, 'bad_request']);
  expect(refused.body.error.message).toContain(reason);
  expect(await shown(broker, admin)).toEqual(['users', 'file', 'open', 'closed']);
});

test('operators and viewers cannot change it', async () => {
  const { broker } = await managed();
  const names = ['users', 'file', 'closed', 'open'];
  for (const scope of ['read', 'operate'] as const) {
    const key = await broker.key(scope);
    expect((await broker.ask('PUT /access/order', key, { names })).status).toBe(403);
    expect((await broker.ask('DELETE /access/order', key)).status).toBe(403);
  }
});
