import { expect, test } from 'vitest';
import type { Qos } from '../../src/packet/types.ts';
import { type TestClient, testBroker } from '../../src/testing/index.ts';

async function subscribeAll(client: TestClient, filters: readonly (readonly [string, Qos])[], packetId: number) {
  const subscriptions = filters.map(([filter, qos]) => ({
    filter,
    qos,
    noLocal: false,
    retainAsPublished: false,
    retainHandling: 0 as const,
  }));
  await client.send({ type: 'subscribe', packetId, subscriptions, properties: undefined });
  return client.take('suback');
}

const authorizers = [
  {
    name: 'no',
    authorize: (_client: unknown, { topic }: { topic: string }) =>
      (topic === 'no' ? 'deny' : 'allow') as 'allow' | 'deny',
  },
];

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.8.4-1] [MQTT-3.8.4-2] every SUBSCRIBE gets a SUBACK with its identifier`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    for (const packetId of [1, 65_535, 1]) {
      expect(await client.subscribe('a', { packetId })).toMatchObject({ packetId, reasonCodes: [0] });
    }
    expect(client.inbox).toEqual([]);
  });

  test(`v${version} [MQTT-3.8.4-5] [MQTT-3.8.4-6] [MQTT-3.8.4-7] [MQTT-3.9.3-1] [MQTT-3.9.3-2] one SUBACK has a code for each filter, in their order`, async () => {
    const t = await testBroker({ access: { authorizers } });
    const client = await t.connect({ version });
    const suback = await subscribeAll(
      client,
      [
        ['a', 2],
        ['no', 1],
        ['b', 0],
        ['c/#', 1],
        ['$share/g/d', 2],
      ],
      7,
    );
    expect(suback).toMatchObject({ packetId: 7, reasonCodes: [2, version === 5 ? 0x87 : 0x80, 0, 1, 2] });
    expect(client.inbox).toEqual([]);
    expect(t.broker.gauges.subscriptions).toBe(4);
  });

  test(`v${version} [MQTT-3.8.4-5] filters act one after another: the last of identical ones holds`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.publish('a', 'kept', { retain: true });
    const suback = await subscribeAll(
      client,
      [
        ['a', 2],
        ['a', 1],
      ],
      7,
    );
    expect(suback?.reasonCodes).toEqual([2, 1]);
    expect(client.takePublishes()).toHaveLength(2);
    await client.publish('a', 'x', { qos: 2 });
    expect(client.takePublishes()).toMatchObject([{ qos: 1 }]);
  });

  test(`v${version} [MQTT-3.8.4-7] the granted QoS is the highest of the broker where that is lower`, async () => {
    const t = await testBroker({ broker: { maximumQos: 1 } });
    const client = await t.connect({ version });
    expect((await client.subscribe('a', { qos: 2 }))?.reasonCodes).toEqual([1]);
    await t.broker.publish({ topic: 'a', payload: 'x', qos: 2 });
    await t.run();
    expect(client.takePublishes()).toMatchObject([{ qos: 1 }]);
  });
}

for (const version of [3, 4] as const) {
  test(`v${version} [MQTT-3.9.3-2@3.1.1] whatever the reason, a refusal is 0x80`, async () => {
    const t = await testBroker({
      access: { authorizers },
      broker: {
        wildcardSubscriptionAvailable: false,
        sharedSubscriptionAvailable: false,
        topicLevelsMax: 3,
        subscriptionsPerClientMax: 1,
      },
    });
    const client = await t.connect({ version });
    const filters = ['ok', 'no', 'a/+', '$share/g/a', 'a/b/c/d', 'more'].map((filter) => [filter, 0] as const);
    expect((await subscribeAll(client, filters, 1))?.reasonCodes).toEqual([0, 0x80, 0x80, 0x80, 0x80, 0x80]);
  });
}

test('[MQTT-3.9.3-2] MQTT 5 clients are told each reason', async () => {
  const t = await testBroker({
    access: { authorizers },
    broker: {
      wildcardSubscriptionAvailable: false,
      sharedSubscriptionAvailable: false,
      topicLevelsMax: 3,
      subscriptionsPerClientMax: 1,
    },
  });
  const client = t.client();
  expect((await client.connect())?.properties).toMatchObject({
    wildcardSubscriptionAvailable: false,
    sharedSubscriptionAvailable: false,
  });
  const filters = ['ok', 'no', 'a/+', '#', '$share/g/a', 'a/b/c/d', 'more'].map((filter) => [filter, 0] as const);
  expect((await subscribeAll(client, filters, 1))?.reasonCodes).toEqual([0, 0x87, 0xa2, 0xa2, 0x9e, 0x8f, 0x97]);
});

test('[MQTT-3.8.3-2@3.1.1] a broker told to do without wildcards refuses every filter that has one', async () => {
  const t = await testBroker({ broker: { wildcardSubscriptionAvailable: false } });
  const client = await t.connect({ version: 4 });
  for (const filter of ['#', '+', 'a/+/b', 'a/#', '$share/g/+']) {
    expect((await client.subscribe(filter))?.reasonCodes).toEqual([0x80]);
  }
  expect((await client.subscribe('a/b'))?.reasonCodes).toEqual([0]);
});
