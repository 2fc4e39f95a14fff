/** Client identifiers are no secret: who knows one must not read, continue or end the session of somebody else by it. */

import { expect, test } from 'vitest';
import type { Authenticator } from '../../src/ports/access.ts';
import { type TestBroker, type TestBrokerOptions, type TestClient, testBroker } from '../../src/testing/index.ts';

/** Knows everybody whose password is the user name; others are anonymous. */
const passwords: Authenticator = {
  name: 'passwords',
  authenticate: ({ username, password }) => {
    if (username === undefined || password === undefined) return { outcome: 'ignore' };
    return { outcome: password.toString() === username ? 'allow' : 'deny' };
  },
};

function secured(options: TestBrokerOptions = {}): Promise<TestBroker> {
  return testBroker({ access: { authenticators: [passwords] }, ...options });
}

async function lastingClient(t: TestBroker, username: string | undefined, as: string = 'pump'): Promise<TestClient> {
  const client = t.client({ clientId: as });
  await client.connect({
    username,
    password: username === undefined ? undefined : Buffer.from(username),
    cleanStart: false,
    properties: { sessionExpiryInterval: 3600 },
  });
  return client;
}

async function outcome(t: TestBroker, username: string | undefined, cleanStart: boolean): Promise<number | undefined> {
  const client = t.client({ clientId: 'pump' });
  const password = username === undefined ? undefined : Buffer.from(username);
  return (await client.connect({ username, password, cleanStart }))?.reasonCode;
}

for (const cleanStart of [true, false]) {
  test(`another user is refused, clean start ${cleanStart}, and the owner stays connected`, async () => {
    const t = await secured();
    const owner = await lastingClient(t, 'alice');
    await owner.subscribe('alice/#', { qos: 1 });
    expect(await outcome(t, 'mallory', cleanStart)).toBe(0x87);
    expect(await outcome(t, undefined, cleanStart)).toBe(0x87);
    expect(owner.isClosed).toBe(false);
    await t.broker.publish({ topic: 'alice/secret', payload: 'x', qos: 1 });
    await t.run();
    expect(owner.takePublishes()).toHaveLength(1);
  });
}

test('a name that is claimed without a password opens nothing', async () => {
  const t = await secured();
  await lastingClient(t, 'alice');
  const claiming = t.client({ clientId: 'pump' });
  expect((await claiming.connect({ username: 'alice', cleanStart: false }))?.reasonCode).toBe(0x87);
});

test('what waits for an absent owner is kept for the owner', async () => {
  const t = await secured();
  const owner = await lastingClient(t, 'alice');
  await owner.subscribe('alice/#', { qos: 1 });
  await owner.drop();
  await t.broker.publish({ topic: 'alice/secret', payload: 'x', qos: 1 });
  expect(await outcome(t, 'mallory', false)).toBe(0x87);
  const back = await lastingClient(t, 'alice');
  expect(back.takePublishes()).toHaveLength(1);
});

test('the session of an anonymous client is open to all', async () => {
  const t = await secured();
  await lastingClient(t, undefined);
  expect(await outcome(t, 'alice', false)).toBe(0);
});

test('with any_user whoever comes takes the session over', async () => {
  const t = await secured({ broker: { sessionTakeover: 'any_user' } });
  const owner = await lastingClient(t, 'alice');
  expect(await outcome(t, 'bob', false)).toBe(0);
  expect(owner.isClosed).toBe(true);
});

test('without logins user names mean nothing', async () => {
  const t = await testBroker();
  await lastingClient(t, 'alice');
  expect(await outcome(t, 'bob', false)).toBe(0);
});

test('a session does not follow its client identifier to a listener with another mountpoint', async () => {
  const t = await testBroker();
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 3600 } };
  const a = await t.connect({ clientId: 'pump', rules: { mountpoint: 'a/' }, connect });
  await a.subscribe('#', { qos: 1 });
  await a.drop();
  await t.broker.publish({ topic: 'a/secret', payload: 'x', qos: 1 });
  const b = t.client({ clientId: 'pump', rules: { mountpoint: 'b/' } });
  expect(await b.connect(connect)).toMatchObject({ reasonCode: 0, sessionPresent: false });
  await t.broker.publish({ topic: 'a/secret', payload: 'y', qos: 1 });
  await t.run();
  expect(b.takePublishes()).toEqual([]);
});

test('a storm of takeovers with one identifier, while messages flow, ends with one session and one connection', async () => {
  const t = await testBroker();
  let last: TestClient | undefined;
  for (let i = 0; i < 500; i++) {
    last = await t.connect({ clientId: 'pump', version: ([3, 4, 5] as const)[i % 3]! });
    await last.subscribe('a', { qos: 1 });
    await t.broker.publish({ topic: 'a', payload: String(i), qos: 1 });
  }
  await t.run();
  expect(t.broker.gauges).toMatchObject({ connections: 1, sessions: 1, subscriptions: 1 });
  expect(last!.takePublishes().map(({ text }) => text)).toEqual(['499']);
});
