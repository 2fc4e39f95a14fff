import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.3.4-2] overlapping subscriptions give one copy at the highest QoS`, async () => {
    const t = await testBroker();
    const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
    await receiver.subscribe('a/#', { qos: 0 });
    await receiver.subscribe('a/+', { qos: 2 });
    await receiver.subscribe('a/b', { qos: 1 });
    for (const qos of [0, 1, 2] as const) await publisher.publish('a/b', 'x', { qos, packetId: qos + 1 });
    expect(receiver.takePublishes().map(({ qos }) => qos)).toEqual([0, 1, 2]);
  });

  test(`v${version} [MQTT-3.3.4-2] with one copy for each, one of them has the highest QoS`, async () => {
    const t = await testBroker({ broker: { overlappingSubscriptions: 'copy_each' } });
    const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
    await receiver.subscribe('a/#', { qos: 0 });
    await receiver.subscribe('a/+', { qos: 2 });
    await receiver.subscribe('a/b', { qos: 1 });
    await publisher.publish('a/b', 'x', { qos: 2 });
    expect(
      receiver
        .takePublishes()
        .map(({ qos }) => qos)
        .sort(),
    ).toEqual([0, 1, 2]);
  });
}

test('[MQTT-3.3.4-3] [MQTT-3.3.4-4] the one copy has the identifiers of all subscriptions that have one', async () => {
  const t = await testBroker();
  const [publisher, receiver] = [await t.connect(), await t.connect()];
  await receiver.subscribe('a/#', { qos: 1, identifier: 5 });
  await receiver.subscribe('a/+', { qos: 2, identifier: 268_435_455 });
  await receiver.subscribe('+/b', { qos: 0 });
  await receiver.subscribe('c', { identifier: 9 });
  for (const qos of [0, 1, 2] as const) await publisher.publish('a/b', 'x', { qos, packetId: qos + 1 });
  const got = receiver.takePublishes();
  expect(got).toHaveLength(3);
  for (const { properties } of got) {
    expect(properties?.subscriptionIdentifiers?.toSorted((a, b) => a - b)).toEqual([5, 268_435_455]);
  }
});

test('[MQTT-3.3.4-4] an identifier that two subscriptions share comes twice', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.subscribe('a/#', { identifier: 5 });
  await client.subscribe('a/+', { identifier: 5 });
  await client.publish('a/b', 'x');
  expect(client.takePublishes()).toMatchObject([{ properties: { subscriptionIdentifiers: [5, 5] } }]);
});

test('[MQTT-3.3.4-5] with one copy for each, every copy has the identifier of its own subscription', async () => {
  const t = await testBroker({ broker: { overlappingSubscriptions: 'copy_each' } });
  const [publisher, receiver] = [await t.connect(), await t.connect()];
  await receiver.subscribe('a/#', { qos: 1, identifier: 5 });
  await receiver.subscribe('a/+', { qos: 1, identifier: 6 });
  await receiver.subscribe('a/b', { qos: 1 });
  await publisher.publish('a/b', 'x', { qos: 1 });
  const got = receiver.takePublishes().map(({ properties }) => properties?.subscriptionIdentifiers);
  expect(got).toHaveLength(3);
  expect(got).toEqual(expect.arrayContaining([[5], [6], undefined]));
});

test('subscriptions of different clients do not merge', async () => {
  const t = await testBroker();
  const [one, other] = [await t.connect(), await t.connect()];
  await one.subscribe('a/#', { identifier: 1 });
  await other.subscribe('a/#', { identifier: 2, qos: 1 });
  await one.publish('a/b', 'x', { qos: 1 });
  expect(one.takePublishes()).toMatchObject([{ qos: 0, properties: { subscriptionIdentifiers: [1] } }]);
  expect(other.takePublishes()).toMatchObject([{ qos: 1, properties: { subscriptionIdentifiers: [2] } }]);
});

for (const [first, second] of [
  ['a/#', 'a/b'],
  ['a/b', 'a/#'],
  ['a/+', 'a/#'],
] as const) {
  test(`[MQTT-3.8.3-3] [MQTT-3.3.1-13] ${first} with other options than ${second}: the copy is that of who wants most`, async () => {
    const t = await testBroker();
    const client = await t.connect();
    await client.subscribe(first, { qos: 1, noLocal: true, retainAsPublished: true });
    await client.subscribe(second, { qos: 0 });
    await client.publish('a/b', 'own', { qos: 1, retain: true });
    await t.broker.publish({ topic: 'a/b', payload: 'other', qos: 1, retain: true });
    await t.run();
    expect(client.takePublishes().map(({ text, qos, retain }) => [text, qos, retain])).toEqual([
      ['own', 0, false],
      ['other', 1, true],
    ]);
  });
}
