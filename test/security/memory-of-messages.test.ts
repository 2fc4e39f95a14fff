/** Everything of a message that a client chose the size of counts where messages are kept, not its payload alone. */

import { expect, test } from 'vitest';
import type { UserProperty } from '../../src/packet/types.ts';
import { testBroker } from '../../src/testing/index.ts';

const KB = 1024;

/** About 100 KB that are no payload. */
const userProperties: UserProperty[] = Array.from({ length: 50 }, (_, i) => [`name-${i}`, 'v'.repeat(2 * KB)]);

test('user properties count against the bytes of a queue', async () => {
  const t = await testBroker({ broker: { queuedBytesMax: 1024 * KB } });
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 3600 } };
  const away = await t.connect({ connect });
  await away.subscribe('a', { qos: 1 });
  await away.drop();
  const publisher = await t.connect();
  for (let i = 1; i <= 20; i++)
    await publisher.publish('a', '', { qos: 1, packetId: i, properties: { userProperties } });
  expect(t.broker.counters.dropped.get('queue_full')).toBe(11);
});

test('user properties count against the bytes of retained messages, and are given back with them', async () => {
  const t = await testBroker({ broker: { retainedBytesMax: 1024 * KB } });
  const publisher = await t.connect();
  const retain = (i: number, payload: string): Promise<void> =>
    publisher.publish(`a/${i}`, payload, { qos: 1, packetId: i + 1, retain: true, properties: { userProperties } });
  for (let i = 0; i < 20; i++) await retain(i, 'x');
  expect(t.broker.gauges.retainedMessages).toBe(9);
  expect(t.broker.gauges.retainedBytes).toBeGreaterThan(900 * KB);
  expect(t.broker.gauges.retainedBytes).toBeLessThanOrEqual(1024 * KB);
  expect(t.broker.counters.limitsHit.get('retained_bytes')).toBe(11);
  for (let i = 0; i < 20; i++) await retain(i, '');
  expect(t.broker.gauges).toMatchObject({ retainedMessages: 0, retainedBytes: 0 });
});

test('subscription identifiers count: a queued message may carry thousands', async () => {
  const t = await testBroker({ broker: { queuedBytesMax: 100 * KB } });
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 3600 } };
  const away = await t.connect({ connect });
  for (let i = 0; i < 1000; i++) {
    const filter = i.toString(2).padStart(10, '0').replaceAll('0', '+/').replaceAll('1', 'x/');
    await away.subscribe(`${filter}#`, { qos: 1, identifier: i + 1 });
  }
  await away.drop();
  for (let i = 0; i < 100; i++) await t.broker.publish({ topic: `${'x/'.repeat(10)}${i}`, payload: '', qos: 1 });
  // Each carries 1,000 identifiers.
  expect(t.broker.counters.dropped.get('queue_full')).toBeGreaterThan(80);
});

test('a message that would not fit an empty queue does not empty it', async () => {
  const t = await testBroker({ broker: { queuedBytesMax: 10 * KB, queueFull: 'drop_oldest' } });
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 3600 } };
  const away = await t.connect({ clientId: 'away', connect });
  await away.subscribe('a', { qos: 1 });
  await away.drop();
  await t.broker.publish({ topic: 'a', payload: 'small', qos: 1 });
  await t.broker.publish({ topic: 'a', payload: Buffer.alloc(20 * KB), qos: 1 });
  const back = await t.connect({ clientId: 'away', connect });
  expect(back.takePublishes().map(({ text }) => text)).toEqual(['small']);
});

test('the filters of one client may have so many bytes together, and give them back', async () => {
  const t = await testBroker({ broker: { subscriptionBytesPerClientMax: 100 * KB } });
  const client = await t.connect();
  const filter = (i: number): string => `${'f'.repeat(30 * KB)}/${i}`;
  const codes: (number | undefined)[] = [];
  for (let i = 0; i < 4; i++) codes.push((await client.subscribe(filter(i)))?.reasonCodes[0]);
  expect(codes).toEqual([0, 0, 0, 0x97]);
  expect(t.broker.counters.limitsHit.get('subscription_bytes_per_client')).toBe(1);
  // One that exists may be replaced.
  expect((await client.subscribe(filter(0), { qos: 1 }))?.reasonCodes).toEqual([1]);
  await client.unsubscribe(filter(0));
  expect((await client.subscribe(filter(3)))?.reasonCodes).toEqual([0]);
});

test('too many user properties in a CONNECT or its will are counted as the limit they are', async () => {
  const t = await testBroker();
  const many: UserProperty[] = Array.from({ length: 65 }, () => ['a', 'b']);
  const will = { topic: 'w', payload: Buffer.alloc(0), qos: 0 as const, retain: false };
  expect((await t.client().connect({ properties: { userProperties: many } }))?.reasonCode).toBe(0x97);
  const withWill = { will: { ...will, properties: { userProperties: many } } };
  expect((await t.client().connect(withWill))?.reasonCode).toBe(0x97);
  expect(t.broker.counters.limitsHit.get('user_properties')).toBe(2);
});
