import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

test('[MQTT-3.3.2-6] the Message Expiry Interval of a retained message is counted down', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.publish('a', 'kept', { retain: true, properties: { messageExpiryInterval: 100 } });
  await t.advance(30_000);
  await client.subscribe('a');
  expect(client.takePublishes()).toMatchObject([{ text: 'kept', properties: { messageExpiryInterval: 70 } }]);
});

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.3.2-5] an expired retained message is not sent and is forgotten`, async () => {
    const t = await testBroker();
    const [publisher, later] = [await t.connect(), await t.connect({ version })];
    await publisher.publish('a', 'kept', { retain: true, properties: { messageExpiryInterval: 5 } });
    await t.advance(5_000);
    await later.subscribe('a');
    expect(later.takePublishes()).toEqual([]);
    await t.advance(10_000);
    expect(t.broker.gauges).toMatchObject({ retainedMessages: 0, retainedBytes: 0 });
  });
}

test('a retained message without expiry that replaces one with expiry stays', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.publish('a', 'brief', { retain: true, properties: { messageExpiryInterval: 5 } });
  await client.publish('a', 'for ever', { retain: true });
  await t.advance(60_000);
  await client.subscribe('a');
  expect(client.takePublishes()).toMatchObject([{ text: 'for ever' }]);
});
