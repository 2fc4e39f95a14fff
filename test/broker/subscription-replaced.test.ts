import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.8.4-3] an identical filter replaces the subscription: one copy, at the new QoS`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    for (const qos of [0, 2, 1] as const) {
      await client.subscribe('a/+', { qos });
      await client.publish('a/b', 'x', { qos: 2, packetId: qos + 1 });
      expect(client.takePublishes().map((message) => message.qos)).toEqual([qos]);
    }
    expect(t.broker.gauges.subscriptions).toBe(1);
  });

  test(`v${version} [MQTT-3.8.4-4] it brings the retained messages again and interrupts nothing`, async () => {
    const t = await testBroker();
    const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
    await publisher.publish('a', 'kept', { retain: true });
    await receiver.subscribe('a', { qos: 1 });
    receiver.takePublishes();
    const texts: string[] = [];
    for (let i = 0; i < 20; i++) {
      await publisher.publish('a', `${i}`, { qos: 1 });
      await receiver.subscribe('a', { qos: 1 });
      for (const { text, packetId, qos } of receiver.takePublishes()) {
        texts.push(text);
        if (qos > 0) await receiver.ack('puback', packetId);
      }
    }
    expect(texts.filter((text) => text === 'kept')).toHaveLength(20);
    expect(texts.filter((text) => text !== 'kept')).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
  });

  test(`v${version} [MQTT-3.8.4-4] what waits in the queue survives a replacement`, async () => {
    const t = await testBroker({ broker: { inflightMax: 1 } });
    const receiver = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    await receiver.subscribe('a', { qos: 1 });
    for (let i = 0; i < 3; i++) await t.broker.publish({ topic: 'a', payload: `${i}`, qos: 1 });
    await t.run();
    await receiver.subscribe('a', { qos: 2 });
    const texts: string[] = [];
    for (let batch = receiver.takePublishes(); batch.length > 0; batch = receiver.takePublishes()) {
      texts.push(batch[0]!.text);
      await receiver.ack('puback', batch[0]!.packetId);
    }
    expect(texts).toEqual(['0', '1', '2']);
  });
}

test('[MQTT-3.8.4-3] all options are replaced', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.subscribe('a', { noLocal: true, retainAsPublished: true });
  await client.publish('a', 'x', { retain: true });
  expect(client.takePublishes()).toEqual([]);
  await client.subscribe('a', { retainHandling: 2 });
  await client.publish('a', 'x', { retain: true });
  expect(client.takePublishes()).toMatchObject([{ retain: false }]);
});

test('a shared subscription does not replace the plain one of the same filter', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.subscribe('a');
  await client.subscribe('$share/g/a');
  await client.publish('a', 'x');
  expect(client.takePublishes()).toHaveLength(2);
});
