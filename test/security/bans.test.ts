/** Who is banned stays out, whatever it shows, and is out at once; who is not is not harmed. */

import { expect, test } from 'vitest';
import { Bans } from '../../src/broker/admission/bans.ts';
import { Flapping } from '../../src/broker/admission/flapping.ts';
import { InvalidRequest } from '../../src/broker/invalid-request.ts';
import { defaultBrokerOptions as options } from '../../src/broker/options.ts';
import type { Authenticator, Credentials } from '../../src/ports/access.ts';
import { silentLog } from '../../src/ports/log.ts';
import { FakeClock, type TestBroker, type TestClientOptions, testBroker } from '../../src/testing/index.ts';
import { KeptStore } from '../broker/kept-store.ts';
import { lasting } from '../broker/lasting-session.ts';
import { outcome } from '../broker/outcome.ts';

async function answer(t: TestBroker, options: TestClientOptions, username?: string): Promise<number | undefined> {
  return (await t.client(options).connect(username === undefined ? {} : { username }))?.reasonCode;
}

for (const version of [3, 4, 5] as const) {
  const banned = version === 5 ? 0x8a : 5;

  test(`v${version} by client identifier, user name and address; nobody is asked about a login`, async () => {
    const asked: Credentials[] = [];
    const authenticator: Authenticator = {
      name: 'all',
      authenticate: (credentials) => {
        asked.push(credentials);
        return { outcome: 'allow' };
      },
    };
    const t = await testBroker({ access: { authenticators: [authenticator] } });
    await t.broker.bans.add({ kind: 'client_id', value: 'bad' });
    await t.broker.bans.add({ kind: 'username', value: 'mallory' });
    await t.broker.bans.add({ kind: 'address', value: '10.66.0.0/16' });
    expect(await answer(t, { version, clientId: 'bad' })).toBe(banned);
    expect(await answer(t, { version, clientId: 'x' }, 'mallory')).toBe(banned);
    expect(await answer(t, { version, clientId: 'x', peer: { address: '10.66.9.9' } })).toBe(banned);
    expect(await answer(t, { version, clientId: 'x', peer: { address: '::ffff:10.66.9.9' } })).toBe(banned);
    expect(asked).toEqual([]);
    expect(await answer(t, { version, clientId: 'Bad', peer: { address: '10.67.0.1' } }, 'Mallory')).toBe(0);
    expect(await answer(t, { version, clientId: 'y', peer: { address: '' } })).toBe(0);
  });

  test(`v${version} a ban ends the connections that it concerns at once; sessions stay`, async () => {
    const t = await testBroker();
    const peer = { address: '2001:db8::7' };
    const clients = [
      await t.connect({ version, clientId: 'a', connect: lasting(version) }),
      await t.connect({ version, clientId: 'b', connect: { ...lasting(version), username: 'mallory' } }),
      await t.connect({ version, clientId: 'c', connect: lasting(version), peer }),
      await t.connect({ version, clientId: 'd', connect: { ...lasting(version), username: 'alice' } }),
    ];
    await t.broker.bans.add({ kind: 'client_id', value: 'a' });
    await t.broker.bans.add({ kind: 'username', value: 'mallory' });
    await t.broker.bans.add({ kind: 'address', value: '2001:db8::/32' });
    await t.run();
    // DISCONNECT has no code for "banned" [MQTT-3.14.2-1].
    const ended = version === 5 ? 0x98 : 'closed';
    expect(clients.map((client) => outcome(client))).toEqual([ended, ended, ended, 'open']);
    expect(t.broker.gauges).toMatchObject({ connections: 1, sessions: 4 });
  });
}

test('a ban that comes while the login is checked, or for the name that the login gives, holds', async () => {
  let go = (): void => {};
  const authenticator: Authenticator = {
    name: 'slow',
    authenticate: () => new Promise((resolve) => (go = () => resolve({ outcome: 'allow', username: 'real' }))),
  };
  const t = await testBroker({ access: { authenticators: [authenticator] } });
  for (const ban of [
    { kind: 'client_id', value: 'c' },
    { kind: 'username', value: 'real' },
  ] as const) {
    const client = t.client({ clientId: 'c' });
    await client.connect({ username: 'claimed' });
    await t.broker.bans.add(ban);
    go();
    await t.run();
    expect(client.take('connack')?.reasonCode).toBe(0x8a);
    await t.broker.bans.remove(ban.kind, ban.value);
  }
});

test('a ban ends when its time is over, or is taken away', async () => {
  const t = await testBroker();
  const { bans } = t.broker;
  await bans.add({ kind: 'client_id', value: 'a', untilMs: t.clock.now() + 60_000 });
  await bans.add({ kind: 'client_id', value: 'b' });
  await t.advance(59_000);
  expect(await answer(t, { clientId: 'a' })).toBe(0x8a);
  await t.advance(1_000);
  expect(await answer(t, { clientId: 'a' })).toBe(0);
  expect(await answer(t, { clientId: 'b' })).toBe(0x8a);
  expect(await bans.remove('client_id', 'b')).toBe(true);
  expect(await bans.remove('client_id', 'b')).toBe(false);
  expect(await answer(t, { clientId: 'b' })).toBe(0);
  expect(bans.list()).toEqual([]);
});

test('bans survive a restart with their times, and so does that one was taken away', async () => {
  const store = new KeptStore();
  const clock = new FakeClock(1_800_000_000_000);
  const first = await testBroker({ store, clock });
  const long = 'x'.repeat(1000);
  const made = [
    { kind: 'client_id' as const, value: 'a', by: 'me', reason: 'noise', untilMs: clock.now() + 60_000 },
    { kind: 'username' as const, value: long },
    { kind: 'address' as const, value: '10.0.0.0/8' },
    { kind: 'address' as const, value: '10.9.9.9', untilMs: clock.now() + 1_000 },
  ];
  for (const ban of made) void first.broker.bans.add(ban);
  await first.run();
  void first.broker.bans.remove('address', '10.1.2.3/8');
  await first.run();
  clock.advance(30_000);
  const second = await testBroker({ store, clock });
  expect(second.broker.bans.list()).toMatchObject([
    { kind: 'client_id', value: 'a', by: 'me', reason: 'noise', untilMs: 1_800_000_060_000 },
    { kind: 'username', value: long },
  ]);
  expect(await answer(second, { clientId: 'a' })).toBe(0x8a);
  expect(await answer(second, { clientId: 'c', peer: { address: '10.9.9.9' } })).toBe(0);
  // Those that have ended leave the store as well.
  await second.advance(61_000);
  expect(store.range('b/')).toHaveLength(1);
});

test('a ban of the same kind and value replaces the one before, however a range is written', async () => {
  const t = await testBroker({ broker: { bansMax: 2 } });
  const { bans } = t.broker;
  for (const value of ['10.0.0.0/8', '10.1.2.3/8', '::ffff:10.0.0.0/104']) {
    await bans.add({ kind: 'address', value, reason: value });
  }
  await bans.add({ kind: 'client_id', value: 'a', reason: 'first' });
  await bans.add({ kind: 'client_id', value: 'a', reason: 'second' });
  expect(new Set(bans.list().map(({ reason }) => reason))).toEqual(new Set(['::ffff:10.0.0.0/104', 'second']));
  await expect(bans.add({ kind: 'username', value: 'one too many' })).rejects.toThrow(InvalidRequest);
});

test('what cannot be banned is said, and changes nothing', async () => {
  const t = await testBroker();
  const client = await t.connect();
  for (const ban of [
    { kind: 'address', value: 'localhost' },
    { kind: 'address', value: '10.0.0.0/99' },
    { kind: 'client_id', value: '' },
    { kind: '__proto__' as 'username', value: 'x' },
    { kind: 'client_id', value: 'x', untilMs: 1 },
    { kind: 'client_id', value: 'x', untilMs: Number.NaN },
  ] as const) {
    await expect(t.broker.bans.add(ban)).rejects.toThrow(InvalidRequest);
  }
  expect(t.broker.bans.list()).toEqual([]);
  expect(client.isClosed).toBe(false);
  await t.broker.bans.add({ kind: 'client_id', value: 'x', untilMs: 1e300 });
  expect(t.broker.bans.list()[0]?.untilMs).toBeUndefined();
});

test('names that mean something to JavaScript or to a pattern are names', async () => {
  const t = await testBroker();
  const names = ['__proto__', 'constructor', 'toString', '#', '+', '.*', '%c'];
  for (const value of names) {
    await t.broker.bans.add({ kind: 'client_id', value });
    await t.broker.bans.add({ kind: 'username', value });
  }
  expect(t.broker.bans.list()).toHaveLength(2 * names.length);
  for (const value of names) {
    expect(await answer(t, { clientId: value })).toBe(0x8a);
    expect(await answer(t, { clientId: `${value}x` }, value)).toBe(0x8a);
    expect(await answer(t, { clientId: `${value}y` }, `${value}y`)).toBe(0);
  }
});

test('a store that refuses the ban says so; until the process ends it holds all the same', async () => {
  const store = new KeptStore();
  const t = await testBroker({ store });
  store.failing = true;
  const failed = t.broker.bans.add({ kind: 'client_id', value: 'a' }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await t.run();
  expect(await failed).toBeInstanceOf(InvalidRequest);
  store.failing = false;
  expect(await answer(t, { clientId: 'a' })).toBe(0x8a);
});

test('whoever logs in too often within the time is banned for a while, and thrown out', async () => {
  const broker = {
    flappingDetection: true,
    flappingConnectsMax: 5,
    flappingWindowSeconds: 60,
    flappingBanSeconds: 300,
  };
  const t = await testBroker({ broker });
  const other = await t.connect({ clientId: 'other' });
  const codes: unknown[] = [];
  for (let i = 0; i < 6; i++) codes.push(await answer(t, { clientId: 'restless' }));
  expect(codes).toEqual([0, 0, 0, 0, 0x8a, 0x8a]);
  expect(t.broker.gauges.connections).toBe(1);
  expect(t.broker.bans.list()).toMatchObject([{ kind: 'client_id', value: 'restless', by: 'flapping detector' }]);
  expect(other.isClosed).toBe(false);
  await t.advance(300_000);
  expect(await answer(t, { clientId: 'restless' })).toBe(0);
});

test('who comes at an even pace is not flapping, and neither is anybody where nobody looks', async () => {
  const broker = { flappingConnectsMax: 5, flappingWindowSeconds: 60 };
  const watched = await testBroker({ broker: { ...broker, flappingDetection: true } });
  for (let i = 0; i < 20; i++) {
    expect(await answer(watched, { clientId: 'c' })).toBe(0);
    await watched.advance(16_000);
  }
  const unwatched = await testBroker({ broker });
  for (let i = 0; i < 20; i++) expect(await answer(unwatched, { clientId: 'c' })).toBe(0);
});

test('refused logins have nobody banned', async () => {
  const authenticator: Authenticator = {
    name: 'password',
    authenticate: ({ username }) => ({ outcome: username === 'alice' ? 'allow' : 'deny' }),
  };
  const t = await testBroker({
    broker: { flappingDetection: true, flappingConnectsMax: 3 },
    access: { authenticators: [authenticator] },
  });
  for (let i = 0; i < 10; i++) expect(await answer(t, { clientId: 'pump' }, 'mallory')).toBe(0x86);
  expect(await answer(t, { clientId: 'pump' }, 'alice')).toBe(0);
});

test('a flood of client identifiers costs bounded memory', async () => {
  const clock = new FakeClock();
  const bans = new Bans({ options, clock, journal: undefined });
  const flapping = new Flapping({ bans, clock, options, log: silentLog });
  const long = 'c'.repeat(1_000);
  for (let i = 0; i < 18_000; i++) flapping.connects(`${long}${i}`);
  expect(flapping.counted).toBeLessThan(17_000);
  for (let i = 0; i < 101_000; i++) flapping.connects(String(i));
  expect(flapping.counted).toBeLessThanOrEqual(100_000);
});

test('flapping clients cannot fill the list of bans without end', async () => {
  const broker = { flappingDetection: true, flappingConnectsMax: 2, bansMax: 3 };
  const t = await testBroker({ broker });
  for (let i = 0; i < 10; i++) {
    await answer(t, { clientId: `c${i}` });
    await answer(t, { clientId: `c${i}` });
  }
  expect(t.broker.bans.list()).toHaveLength(3);
  expect(await answer(t, { clientId: 'c9' })).toBe(0);
});
