import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.3.1-12] an established subscription gets RETAIN 0, whatever arrived`, async () => {
    const t = await testBroker();
    const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
    await receiver.subscribe('a', { qos: 1, retainAsPublished: false });
    await publisher.publish('a', 'kept', { retain: true });
    await publisher.publish('a', 'kept too', { retain: true, qos: 1 });
    await publisher.publish('a', 'passing');
    expect(receiver.takePublishes().map(({ retain }) => retain)).toEqual([false, false, false]);
  });
}

test('[MQTT-3.3.1-13] Retain As Published keeps the RETAIN bit as it came', async () => {
  const t = await testBroker();
  const [publisher, receiver] = [await t.connect({ version: 4 }), await t.connect()];
  await receiver.subscribe('a', { qos: 1, retainAsPublished: true });
  await publisher.publish('a', 'kept', { retain: true });
  await publisher.publish('a', 'kept too', { retain: true, qos: 1 });
  await publisher.publish('a', 'passing');
  expect(receiver.takePublishes().map(({ retain }) => retain)).toEqual([true, true, false]);
});

test('[MQTT-3.3.1-13] also for messages that waited in the queue', async () => {
  const t = await testBroker();
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 60 } };
  const receiver = await t.connect({ clientId: 'r', connect });
  await receiver.subscribe('a', { qos: 1, retainAsPublished: true });
  await receiver.disconnect();
  await t.broker.publish({ topic: 'a', payload: 'kept', qos: 1, retain: true });
  await t.broker.publish({ topic: 'a', payload: 'passing', qos: 1 });
  const again = await t.connect({ clientId: 'r', connect });
  expect(again.takePublishes().map(({ text, retain }) => [text, retain])).toEqual([
    ['kept', true],
    ['passing', false],
  ]);
});

test('a retained message for a new subscription has RETAIN 1 with either option', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.publish('a', 'kept', { retain: true });
  for (const retainAsPublished of [true, false]) {
    await client.subscribe('a', { retainAsPublished });
    expect(client.takePublishes()).toMatchObject([{ retain: true }]);
  }
});
