import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

const payload = 'x'.repeat(1000);

for (const version of [3, 4, 5] as const) {
  test(`v${version} QoS 0 to a client that does not read is dropped and counted; QoS 1 waits; nobody else notices`, async () => {
    const t = await testBroker({ broker: { writeBufferBytesMax: 5000, inflightMax: 1000 } });
    const [slow, other] = [await t.connect({ version }), await t.connect({ version })];
    for (const client of [slow, other]) await client.subscribe('a', { qos: 1 });
    slow.pair.server.blocked = true;
    for (const qos of [0, 1] as const) {
      for (let i = 0; i < 50; i++) {
        await t.broker.publish({ topic: 'a', payload: `${qos}-${i}-${payload}`, qos });
        await t.run();
      }
    }
    expect(other.takePublishes()).toHaveLength(100);
    expect(slow.takePublishes()).toEqual([]);
    expect(slow.pair.server.bytesWaiting).toBeLessThan(5000 + 1100);
    expect(t.broker.counters.dropped.get('slow_client')).toBe(45);
    slow.pair.server.unblock();
    await t.run();
    const got = slow.takePublishes();
    expect(got.filter(({ qos }) => qos === 0)).toHaveLength(5);
    const kept = got.filter(({ qos }) => qos === 1).map(({ text }) => text.split('-')[1]);
    expect(kept).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
    expect(slow.isClosed).toBe(false);
  });
}

test('a client that is slow and then goes gets what waited on its next connection, in order', async () => {
  const t = await testBroker({ broker: { writeBufferBytesMax: 3000 } });
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 60 } };
  const slow = await t.connect({ clientId: 'r', connect });
  await slow.subscribe('a', { qos: 1 });
  slow.pair.server.blocked = true;
  for (let i = 0; i < 20; i++) await t.broker.publish({ topic: 'a', payload: `${i}-${payload}`, qos: 1 });
  slow.pair.server.cut();
  await t.run();
  const again = await t.connect({ clientId: 'r', connect });
  const order: string[] = [];
  for (let batch = again.takePublishes(); batch.length > 0; batch = again.takePublishes()) {
    for (const { text, packetId } of batch) {
      order.push(text.split('-')[0]!);
      await again.ack('puback', packetId);
    }
  }
  expect(order).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
});

test('the retained messages of a large subscription wait for a client that does not read', async () => {
  const t = await testBroker({ broker: { writeBufferBytesMax: 5000 } });
  for (let i = 0; i < 100; i++) await t.broker.publish({ topic: `a/${i}`, payload, retain: true });
  const slow = await t.connect();
  slow.pair.server.blocked = true;
  await slow.subscribe('a/#');
  expect(slow.pair.server.bytesWaiting).toBeLessThan(6500);
  slow.pair.server.unblock();
  await t.run();
  expect(slow.takePublishes()).toHaveLength(100);
  expect(t.broker.counters.dropped.size).toBe(1);
  expect(t.broker.counters.dropped.get('no_subscriber')).toBe(100);
});
