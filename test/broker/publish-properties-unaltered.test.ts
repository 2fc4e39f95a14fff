import { expect, test } from 'vitest';
import type { Properties } from '../../src/packet/types.ts';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

const properties: Properties = {
  payloadFormatIndicator: 1,
  contentType: 'text/plain; charset=utf-8',
  responseTopic: 'answers/é/1',
  correlationData: Buffer.from([0, 1, 255, 0, 7]),
  userProperties: [
    ['b', '2'],
    ['a', '1'],
    ['b', '1'],
    ['', ''],
    ['é', '\ufeff\u{1f426}'],
  ],
};

const receivers = { live: false, queued: false, retained: true } as const;

for (const [way, retain] of Object.entries(receivers)) {
  for (const qos of [0, 1, 2] as const) {
    if (way === 'queued' && qos === 0) continue;
    test(`${way} QoS ${qos} [MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT-3.3.2-20] properties arrive unaltered and in order`, async () => {
      const t = await testBroker();
      const publisher = await t.connect();
      let receiver = await t.connect({ clientId: 'r', connect: lasting(5) });
      if (way !== 'retained') await receiver.subscribe('a', { qos: 2 });
      if (way === 'queued') await receiver.drop();
      await publisher.publish('a', 'héllo', { qos, retain, properties });
      if (way === 'queued') receiver = await t.connect({ clientId: 'r', connect: lasting(5) });
      if (way === 'retained') await receiver.subscribe('a', { qos: 2 });
      const [got, ...more] = receiver.takePublishes();
      expect(more).toEqual([]);
      expect(got).toMatchObject({ text: 'héllo', qos });
      expect(got?.properties).toEqual(properties);
    });
  }
}

test('[MQTT-3.3.2-17] receivers with aliases, identifiers and an expiry get the same properties', async () => {
  const t = await testBroker();
  const publisher = await t.connect();
  const receiver = await t.connect({ connect: { properties: { topicAliasMaximum: 5 } } });
  await receiver.subscribe('topic', { qos: 1, identifier: 7 });
  await publisher.publish('topic', 'x', { qos: 1, properties: { ...properties, messageExpiryInterval: 9 } });
  const [got] = receiver.takePublishes();
  expect(got?.properties).toEqual({
    ...properties,
    messageExpiryInterval: 9,
    topicAlias: 1,
    subscriptionIdentifiers: [7],
  });
});

for (const version of [3, 4] as const) {
  test(`v${version} receivers get the message without properties`, async () => {
    const t = await testBroker();
    const [publisher, receiver] = [await t.connect(), await t.connect({ version })];
    await receiver.subscribe('a', { qos: 2 });
    for (const qos of [0, 1, 2] as const) await publisher.publish('a', 'x', { qos, packetId: qos + 1, properties });
    expect(receiver.takePublishes().map(({ text, properties: none }) => [text, none])).toEqual(
      Array.from({ length: 3 }, () => ['x', undefined]),
    );
  });
}
