/** What Mosquitto can be told and few others can: each of these is an option that is off by itself. */

import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { KeptStore } from './kept-store.ts';
import { lasting } from './lasting-session.ts';

test('only clients of MQTT 5 get a copy for each subscription where that is wanted', async () => {
  const t = await testBroker({ broker: { overlappingSubscriptions: 'copy_each_mqtt5' } });
  const copies: Record<number, number> = {};
  for (const version of [3, 4, 5] as const) {
    const client = await t.connect({ version });
    await client.subscribe('a/#');
    await client.subscribe('a/+');
    await client.publish('a/b', 'x');
    copies[version] = client.takePublishes().length;
    await client.drop();
  }
  expect(copies).toEqual({ 3: 1, 4: 1, 5: 2 });
});

test('a session that goes on in another version gets as many copies as that version', async () => {
  const t = await testBroker({ broker: { overlappingSubscriptions: 'copy_each_mqtt5' } });
  const old = await t.connect({ clientId: 'c', version: 4, connect: { cleanStart: false } });
  await old.subscribe('a/#');
  await old.subscribe('a/+');
  await t.broker.publish({ topic: 'a/b', payload: '' });
  await t.run();
  expect(old.takePublishes()).toHaveLength(1);
  await old.drop();
  const young = await t.connect({ clientId: 'c', version: 5, connect: { cleanStart: false } });
  await t.broker.publish({ topic: 'a/b', payload: '' });
  await t.run();
  expect(young.takePublishes()).toHaveLength(2);
});

test('QoS 0 waits for a client that is away where that is wanted, in its place among the others', async () => {
  const t = await testBroker({ broker: { queueQos0: true, queuedMessagesMax: 3 } });
  const first = await t.connect({ clientId: 'r', connect: lasting(5) });
  await first.subscribe('a', { qos: 1 });
  await first.drop();
  for (const [index, qos] of ([0, 1, 0, 0] as const).entries()) {
    await t.broker.publish({ topic: 'a', payload: String(index), qos });
  }
  const second = await t.connect({ clientId: 'r', connect: lasting(5) });
  expect(second.takePublishes().map(({ text, qos }) => [text, qos])).toEqual([
    ['0', 0],
    ['1', 1],
    ['2', 0],
  ]);
  expect(t.broker.counters.dropped.get('queue_full')).toBe(1);
});

test('QoS 0 that waits survives a restart, and is sent once', async () => {
  const store = new KeptStore();
  const before = await testBroker({ broker: { queueQos0: true }, store });
  const first = await before.connect({ clientId: 'r', connect: lasting(5) });
  await first.subscribe('a', { qos: 0 });
  await first.drop();
  const published = before.broker.publish({ topic: 'a', payload: 'x' });
  await before.run();
  await published;
  await before.close();
  const after = await testBroker({ broker: { queueQos0: true }, store });
  const second = await after.connect({ clientId: 'r', connect: lasting(5) });
  expect(second.takePublishes().map(({ text, qos }) => [text, qos])).toEqual([['x', 0]]);
  await second.drop();
  const third = await after.connect({ clientId: 'r', connect: lasting(5) });
  expect(third.takePublishes()).toEqual([]);
});

test('messages go out at the QoS of the subscription where that is wanted, retained ones too', async () => {
  const t = await testBroker({ broker: { upgradeQos: true } });
  const client = await t.connect();
  await t.broker.publish({ topic: 'kept', payload: 'r', retain: true });
  await client.subscribe('kept', { qos: 1 });
  await client.subscribe('a', { qos: 2 });
  await t.broker.publish({ topic: 'a', payload: 'x' });
  await t.run();
  expect(client.takePublishes().map(({ text, qos }) => [text, qos])).toEqual([
    ['r', 1],
    ['x', 2],
  ]);
});

for (const version of [4, 5] as const) {
  test(`v${version} a payload above the limit is acknowledged and goes nowhere`, async () => {
    const t = await testBroker({ broker: { payloadBytesMax: 3 } });
    const client = await t.connect({ version });
    await client.subscribe('a');
    for (const qos of [0, 1, 2] as const) await client.publish('a', 'four', { qos, packetId: qos + 1 });
    await client.publish('a', 'two', { qos: 1, packetId: 9 });
    expect(client.takePublishes().map(({ text }) => text)).toEqual(['two']);
    expect(t.broker.counters.dropped.get('payload_too_large')).toBe(3);
    await client.publish('a', '2', { qos: 0 });
    expect(client.takePublishes()).toHaveLength(1);
  });
}

test('a client below MQTT 5 whose keep alive is too long is refused where limits are strict', async () => {
  const t = await testBroker({ broker: { keepAliveSecondsMax: 60, keepAliveStrict: true } });
  const refused = async (version: 4 | 5, keepAlive: number): Promise<number | undefined> =>
    (await t.client({ version }).connect({ keepAlive }))?.reasonCode;
  expect(await refused(4, 61)).toBe(2);
  expect(await refused(4, 0)).toBe(2);
  expect(await refused(4, 60)).toBe(0);
  expect(await refused(5, 61)).toBe(0);
});

test('client identifiers must begin as all here do', async () => {
  const t = await testBroker({ broker: { clientIdPrefix: 'site-' } });
  expect((await t.client({ clientId: 'site-1' }).connect())?.reasonCode).toBe(0);
  expect((await t.client({ clientId: 'other' }).connect())?.reasonCode).toBe(0x87);
  expect((await t.client({ clientId: 'other', version: 4 }).connect())?.reasonCode).toBe(5);
});

test('a listener may refuse empty client identifiers, or choose how those begin that it assigns', async () => {
  const t = await testBroker();
  const refused = await t.client({ clientId: '', rules: { emptyClientIds: false } }).connect();
  expect(refused?.reasonCode).toBe(0x85);
  const named = await t.client({ clientId: '', rules: { assignedClientIdPrefix: 'x-' } }).connect();
  expect(named?.properties?.assignedClientIdentifier).toMatch(/^x-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
});

test('a listener may call clients by their user names', async () => {
  const t = await testBroker({ rules: { clientIdFrom: 'username', anonymous: 'allow' } });
  await t.connect({ clientId: 'said', connect: { username: 'ann' } });
  expect(t.broker.inspect.client('ann')).toBeDefined();
  expect(t.broker.inspect.client('said')).toBeUndefined();
  expect((await t.client({ clientId: 'said' }).connect())?.reasonCode).toBe(0x87);
});
