import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} above the number of retained messages a new topic is not stored, and a client that can be told is`, async () => {
    const t = await testBroker({ broker: { retainedMessagesMax: 2 } });
    const client = await t.connect({ version });
    for (const topic of ['a', 'b']) await client.publish(topic, 'x', { qos: 1, retain: true });
    client.inbox.length = 0;
    await client.publish('c', 'x', { qos: 1, retain: true, packetId: 7 });
    await client.publish('d', 'x', { qos: 2, retain: true, packetId: 8 });
    await client.publish('e', 'x', { retain: true });
    const code = version === 5 ? 0x97 : 0;
    expect(client.take('puback')).toMatchObject({ packetId: 7, reasonCode: code });
    expect(client.take('pubrec')).toMatchObject({ packetId: 8, reasonCode: code });
    expect(t.broker.gauges.retainedMessages).toBe(2);
    expect(t.broker.counters.limitsHit.get('retained_messages')).toBe(3);
    expect(client.isClosed).toBe(false);
  });
}

test('at the limit a topic can still be replaced and cleared, which makes room', async () => {
  const t = await testBroker({ broker: { retainedMessagesMax: 1 } });
  const client = await t.connect();
  for (const payload of ['1', '2', '']) await client.publish('a', payload, { retain: true });
  await client.publish('b', '3', { retain: true });
  await client.subscribe('#');
  expect(client.takePublishes()).toMatchObject([{ topic: 'b', text: '3' }]);
  expect(t.broker.counters.limitsHit.size).toBe(0);
});

test('bytes of retained messages are limited and counted', async () => {
  const t = await testBroker({ broker: { retainedBytesMax: 500 } });
  const client = await t.connect();
  await client.publish('a', 'x'.repeat(200), { qos: 1, retain: true });
  expect(client.take('puback')?.reasonCode).toBe(0x10);
  await client.publish('b', 'x'.repeat(200), { qos: 1, retain: true });
  expect(client.take('puback')?.reasonCode).toBe(0x97);
  expect(t.broker.counters.limitsHit.get('retained_bytes')).toBe(1);
  await client.publish('a', 'x', { retain: true });
  await client.publish('b', 'x'.repeat(200), { qos: 1, retain: true });
  expect(client.take('puback')?.reasonCode).toBe(0x10);
  expect(t.broker.gauges.retainedMessages).toBe(2);
});

test('a message that cannot be stored still reaches who is there, where its publisher cannot be told', async () => {
  const t = await testBroker({ broker: { retainedMessagesMax: 0 } });
  const [old, receiver] = [await t.connect({ version: 4 }), await t.connect()];
  await receiver.subscribe('#', { qos: 1 });
  await old.publish('a', 'x', { qos: 1, retain: true });
  expect(receiver.takePublishes()).toHaveLength(1);
});
