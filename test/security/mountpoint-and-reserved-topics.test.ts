/** Ways round a listener's mountpoint and into topics that are not a client's: `$SYS`, `$share`, `$queue`, the will. */

import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

test('a topic that is too long only together with its mountpoint is refused and reaches nobody', async () => {
  const t = await testBroker();
  const everywhere = await t.connect();
  await everywhere.subscribe('#');
  const tenant = await t.connect({ rules: { mountpoint: 'tenant/' } });
  await tenant.publish('x'.repeat(65_530), 'x', { qos: 1 });
  expect(tenant.take('disconnect')?.reasonCode).toBe(0x90);
  expect(everywhere.isClosed).toBe(false);
  expect(everywhere.takePublishes()).toEqual([]);
});

test('so is a will', async () => {
  const t = await testBroker({ limits: { connectBytesMax: 100_000 } });
  const everywhere = await t.connect();
  await everywhere.subscribe('#');
  const tenant = t.client({ rules: { mountpoint: 'tenant/' } });
  const will = { topic: 'w'.repeat(65_530), payload: Buffer.alloc(0), qos: 0 as const, retain: false };
  expect((await tenant.connect({ will: { ...will, properties: undefined } }))?.reasonCode).toBe(0x90);
  await tenant.drop();
  expect(everywhere.isClosed).toBe(false);
});

test('clients behind a mountpoint cannot see or reach anything above it, by whatever filter', async () => {
  const t = await testBroker();
  const tenant = await t.connect({ rules: { mountpoint: 'tenant/' } });
  for (const filter of ['#', '+/#', '../#', '/../#', '$share/g/#', '$queue/#', '$SYS/#', 'tenant/../#', 'other/#']) {
    await tenant.subscribe(filter);
  }
  await t.broker.publish({ topic: 'other/secret', payload: 'x', retain: true });
  await t.broker.publish({ topic: 'secret', payload: 'x' });
  await t.broker.publish({ topic: '$SYS/broker/version', payload: 'x' });
  await t.run();
  expect(tenant.takePublishes()).toEqual([]);
});

for (const topic of ['$SYS', '$SYS/broker/uptime', '$share/g/a', '$queue/a', '$share', '$queue']) {
  test(`no client publishes to ${topic}, be it by its will`, async () => {
    const t = await testBroker();
    const seen: string[] = [];
    t.broker.on('published', ({ message }) => seen.push(message.topic));
    const client = await t.connect();
    await client.publish(topic, 'x', { qos: 1, retain: true });
    expect(client.take('puback')?.reasonCode).toBe(0x87);
    const will = { topic, payload: Buffer.from('x'), qos: 0 as const, retain: true, properties: undefined };
    expect((await t.client().connect({ will }))?.reasonCode).toBe(0x87);
    expect(seen).toEqual([]);
    expect(t.broker.gauges.retainedMessages).toBe(0);
  });
}

test('a bridge tells its own state and no other', async () => {
  const t = await testBroker();
  const bridge = await t.connect({ clientId: 'bridge-1' });
  await bridge.publish('$SYS/broker/connection/bridge-1/state', '1', { qos: 1, packetId: 1 });
  await bridge.publish('$SYS/broker/connection/bridge-2/state', '1', { qos: 1, packetId: 2 });
  expect([bridge.take('puback'), bridge.take('puback')].map((ack) => ack?.reasonCode)).toEqual([0x10, 0x87]);
});

test('the rule for a topic holds for every way of asking for it', async () => {
  const asked: string[] = [];
  const t = await testBroker({
    access: {
      authorizers: [
        {
          name: 'secret',
          authorize: (_client, { topic }) => {
            asked.push(topic);
            return topic.startsWith('secret') ? 'deny' : 'allow';
          },
        },
      ],
    },
  });
  await t.broker.publish({ topic: 'secret/a', payload: 'x', retain: true });
  const client = await t.connect();
  for (const filter of ['secret/a', 'secret/#', '$share/g/secret/a', '$queue/secret/a', '$share/#oops/secret/a']) {
    const suback = await client.subscribe(filter);
    if (suback === undefined) continue;
    expect(suback.reasonCodes).toEqual([0x87]);
  }
  expect(client.takePublishes()).toEqual([]);
  expect(asked.every((topic) => topic.startsWith('secret'))).toBe(true);
});
