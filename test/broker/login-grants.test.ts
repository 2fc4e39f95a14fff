import { expect, test } from 'vitest';
import type { LoginVerdict } from '../../src/ports/access.ts';
import { FakeClock, type TestBroker, testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';
import { willOf } from './wills.ts';

type Allowed = Extract<LoginVerdict, { outcome: 'allow' }>;

/** A broker whose logins all grant the same. */
function granting(grant: (nowMs: number) => Omit<Allowed, 'outcome'>): Promise<TestBroker> {
  const clock = new FakeClock();
  const authenticate = (): Allowed => ({ outcome: 'allow', ...grant(clock.now()) });
  return testBroker({ clock, access: { authenticators: [{ name: 'granting', authenticate }] } });
}

for (const version of [3, 4, 5] as const) {
  test(`v${version} the connection ends with its login, with 0xA0 in MQTT 5, and the will is published`, async () => {
    const t = await granting((now) => ({ expiresAtMs: now + 60_000 }));
    const client = await t.connect({ version, connect: { keepAlive: 0, will: willOf('gone') } });
    const reasons: string[] = [];
    t.broker.on('disconnected', ({ reason, reasonCode }) => {
      reasons.push(`${reason} ${reasonCode}`);
    });
    await t.advance(59_000);
    expect(outcome(client)).toBe('open');
    await t.advance(1_200);
    expect(outcome(client)).toBe(version === 5 ? 0xa0 : 'closed');
    expect(reasons).toEqual(['not_authorized 160']);
    expect(t.broker.counters.willsPublished).toBe(1);
  });
}

test('a login that ended before it began lets nobody in, and neither does one that ends at no time', async () => {
  for (const expiresAtMs of [1, 0, -1e300, Number.NaN]) {
    const t = await granting(() => ({ expiresAtMs }));
    expect((await t.client().connect())?.reasonCode).toBe(0x87);
    expect(t.broker.gauges.sessions).toBe(0);
  }
});

test('a login without an end, and one that ends beyond all time, hold', async () => {
  for (const grant of [{}, { expiresAtMs: Number.POSITIVE_INFINITY }, { expiresAtMs: Number.MAX_SAFE_INTEGER }]) {
    const t = await granting(() => grant);
    const client = await t.connect({ connect: { keepAlive: 0 } });
    await t.advance(3_600_000);
    expect(outcome(client)).toBe('open');
  }
});

test('a re-authentication puts the end off, and one without an end takes it away', async () => {
  const clock = new FakeClock();
  let expiresAtMs: number | undefined = clock.now() + 10_000;
  const step = () => ({ outcome: 'allow' as const, ...(expiresAtMs !== undefined && { expiresAtMs }) });
  const t = await testBroker({ clock, access: { enhancedAuthenticators: [{ method: 'M', begin: () => ({ step }) }] } });
  const properties = { authenticationMethod: 'M' };
  const client = t.client();
  await client.connect({ properties, keepAlive: 0 });
  const again = async (): Promise<void> => {
    await client.send({ type: 'auth', reasonCode: 0x19, properties });
    expect(client.take('auth')?.reasonCode).toBe(0);
  };
  await t.advance(9_000);
  expiresAtMs = clock.now() + 10_000;
  await again();
  await t.advance(9_000);
  expect(outcome(client)).toBe('open');
  expiresAtMs = undefined;
  await again();
  await t.advance(1_000_000);
  expect(outcome(client)).toBe('open');
  expiresAtMs = 1;
  await client.send({ type: 'auth', reasonCode: 0x19, properties });
  expect(outcome(client)).toBe(0x87);
});

test('an end of the login disturbs nobody after the client has gone', async () => {
  const t = await granting((now) => ({ expiresAtMs: now + 1_000 }));
  const client = await t.connect();
  await client.disconnect();
  await t.advance(5_000);
  expect(t.broker.gauges.connections).toBe(0);
});

test('permissions of the login are asked first, for publish and subscribe', async () => {
  const t = await granting(() => ({
    permissions: [
      { effect: 'allow', action: 'publish', topic: 'own/%c' },
      { effect: 'allow', action: 'subscribe', topic: 'own/%c/#' },
      { effect: 'deny', action: 'all', topic: '#' },
    ],
  }));
  const client = await t.connect({ clientId: 'c' });
  expect((await client.subscribe('own/c/+'))?.reasonCodes).toEqual([0]);
  expect((await client.subscribe('own/d/+'))?.reasonCodes).toEqual([0x87]);
  expect((await client.subscribe('$share/g/own/d'))?.reasonCodes).toEqual([0x87]);
  const codes: unknown[] = [];
  for (const topic of ['own/c', 'own/d', 'own/c/x']) {
    await client.publish(topic, 'x', { qos: 1 });
    codes.push(client.take('puback')?.reasonCode);
  }
  expect(codes).toEqual([0x10, 0x87, 0x87]);
});

test('limits of the login hold for its client alone', async () => {
  const authenticate = ({ username }: { username: string | undefined }): LoginVerdict =>
    username === 'slow'
      ? { outcome: 'allow', limits: { messagesPerSecondMax: 2, subscriptionsMax: 1 } }
      : { outcome: 'allow' };
  const t = await testBroker({ access: { authenticators: [{ name: 'x', authenticate }] } });
  const [slow, fast] = [await t.connect({ connect: { username: 'slow' } }), await t.connect()];
  expect((await slow.subscribe('a'))?.reasonCodes).toEqual([0]);
  expect((await slow.subscribe('b'))?.reasonCodes).toEqual([0x97]);
  expect((await slow.subscribe('a', { qos: 1 }))?.reasonCodes).toEqual([1]);
  expect((await fast.subscribe('b'))?.reasonCodes).toEqual([0]);
  for (const client of [slow, fast]) {
    for (let i = 1; i <= 5; i++) await client.publish('x', 'x', { qos: 1, packetId: i });
  }
  expect(fast.inbox.filter(({ type }) => type === 'puback')).toHaveLength(5);
  expect(slow.inbox.filter(({ type }) => type === 'puback').length).toBeLessThanOrEqual(3);
  await t.advance(3_000);
  expect(slow.inbox.filter(({ type }) => type === 'puback')).toHaveLength(5);
});

test('limits that are none limit nothing', async () => {
  for (const messagesPerSecondMax of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const t = await granting(() => ({ limits: { messagesPerSecondMax, bytesPerSecondMax: messagesPerSecondMax } }));
    const client = await t.connect();
    for (let i = 1; i <= 5; i++) await client.publish('x', 'x', { qos: 1, packetId: i });
    expect(client.inbox.filter(({ type }) => type === 'puback')).toHaveLength(5);
  }
});
