/** Authenticators, authorizers and hooks that hang: nobody else waits, nothing is let in, and nothing is kept for ever. */

import { expect, test } from 'vitest';
import type { Authorizer } from '../../src/ports/access.ts';
import { testBroker } from '../../src/testing/index.ts';

const never = (): Promise<never> => new Promise<never>(() => {});

const hangsOn = (word: string): Authorizer => ({
  name: 'hanging',
  authorize: (_client, { topic }) => (topic.includes(word) ? never() : 'allow'),
});

test.each([
  [3, 3],
  [4, 3],
  [5, 0x88],
] as const)(
  'v%i: a login that hangs ends at connect_seconds_max with code %i, and leaves nothing',
  async (version, code) => {
    const t = await testBroker({ access: { authenticators: [{ name: 'hanging', authenticate: never }] } });
    const client = t.client({ version });
    expect(await client.connect()).toBeUndefined();
    expect(t.broker.gauges.connections).toBe(1);
    await t.advance(15_200);
    expect(client.take('connack')).toMatchObject({ reasonCode: code });
    expect(client.isClosed).toBe(true);
    expect(t.broker.gauges).toMatchObject({ connections: 0, sessions: 0 });
    expect(t.broker.counters.limitsHit.get('connect_seconds')).toBe(1);
  },
);

for (const version of [4, 5] as const) {
  test(`a permission that hangs refuses the publish at answer_seconds_max, v${version}`, async () => {
    const t = await testBroker({ access: { authorizers: [hangsOn('slow')] } });
    const others: string[] = [];
    t.broker.subscribe('#', ({ topic }) => others.push(topic));
    const asking = await t.connect({ version });
    const bystander = await t.connect();
    await asking.publish('slow', 'x', { qos: 1, packetId: 1 });
    await asking.publish('quick', 'x', { qos: 1, packetId: 2 });
    await bystander.publish('bystander', 'x');
    expect(others).toEqual(['bystander']);
    await t.advance(30_000);
    expect(asking.take('puback')).toMatchObject({ packetId: 1, reasonCode: version === 5 ? 0x87 : 0 });
    expect(asking.take('puback')).toMatchObject({ packetId: 2, reasonCode: 0 });
    expect(others).toEqual(['bystander', 'quick']);
    expect(t.broker.counters.limitsHit.get('answer_seconds')).toBe(1);
  });
}

test('a permission that hangs refuses the subscription', async () => {
  const t = await testBroker({ access: { authorizers: [hangsOn('slow')] } });
  const client = await t.connect();
  await client.subscribe('slow/+');
  await t.advance(30_000);
  expect(client.take('suback')?.reasonCodes).toEqual([0x87]);
  expect(t.broker.gauges.subscriptions).toBe(0);
});

test('a publish hook that hangs refuses the message', async () => {
  const t = await testBroker({ publishFilter: never });
  const client = await t.connect();
  await client.publish('a', 'x', { qos: 1 });
  await t.advance(30_000);
  expect(client.take('puback')?.reasonCode).toBe(0x83);
});

test('an answer that comes too late changes nothing any more', async () => {
  let allow: (verdict: 'allow') => void = () => {};
  const late: Authorizer = {
    name: 'late',
    authorize: () =>
      new Promise((resolve) => {
        allow = resolve;
      }),
  };
  const t = await testBroker({ access: { authorizers: [late] } });
  let received = 0;
  t.broker.subscribe('#', () => received++);
  const client = await t.connect();
  await client.publish('a', 'x', { qos: 1 });
  await t.advance(30_000);
  expect(client.take('puback')?.reasonCode).toBe(0x87);
  allow('allow');
  await t.run();
  expect(received).toBe(0);
  expect(client.inbox).toEqual([]);
});

test('a client that waits for an answer is not silent, and its keep alive does not end it', async () => {
  const t = await testBroker({ access: { authorizers: [hangsOn('slow')] } });
  const client = t.client();
  await client.connect({ keepAlive: 5 });
  await client.publish('slow', 'x', { qos: 1 });
  await t.advance(29_000);
  expect(client.isClosed).toBe(false);
});

test('a client that goes away while an answer is awaited leaves nothing', async () => {
  const t = await testBroker({ access: { authorizers: [hangsOn('slow')] } });
  const client = await t.connect();
  await client.publish('slow', 'x', { qos: 1 });
  await client.drop();
  await t.advance(31_000);
  expect(t.broker.gauges).toMatchObject({ connections: 0, sessions: 0 });
});
