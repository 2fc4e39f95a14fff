import { expect, test } from 'vitest';
import { type TestClient, testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';
import { outcome } from './outcome.ts';

const identifiers = (client: TestClient) =>
  client.takePublishes().map(({ properties }) => properties?.subscriptionIdentifiers);

test('[MQTT-3.3.4-3] a retained message has the identifier of the new subscription', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.publish('a', 'kept', { retain: true });
  await client.subscribe('#', { identifier: 1 });
  expect(identifiers(client)).toEqual([[1]]);
  await client.subscribe('a', { identifier: 300 });
  expect(identifiers(client)).toEqual([[300]]);
});

test('[MQTT-3.3.4-3] a message that waited has the identifiers of when it came', async () => {
  const t = await testBroker();
  const receiver = await t.connect({ clientId: 'r', connect: lasting(5) });
  await receiver.subscribe('a', { qos: 1, identifier: 4 });
  await receiver.subscribe('#', { qos: 1, identifier: 5 });
  await receiver.drop();
  await t.broker.publish({ topic: 'a', payload: 'x', qos: 1 });
  const again = await t.connect({ clientId: 'r', connect: lasting(5) });
  expect(identifiers(again).map((ids) => ids?.sort())).toEqual([[4, 5]]);
});

test('[MQTT-3.8.4-3] an identical filter brings its new identifier, or none', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.subscribe('a', { identifier: 1 });
  await client.publish('a', 'x');
  await client.subscribe('a', { identifier: 2 });
  await client.publish('a', 'x');
  await client.subscribe('a');
  await client.publish('a', 'x');
  expect(identifiers(client)).toEqual([[1], [2], undefined]);
});

test('one identifier serves all filters of a SUBSCRIBE', async () => {
  const t = await testBroker();
  const client = await t.connect();
  const options = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  await client.send({
    type: 'subscribe',
    packetId: 1,
    subscriptions: [
      { filter: 'a', ...options },
      { filter: 'b', ...options },
    ],
    properties: { subscriptionIdentifiers: [8] },
  });
  await client.publish('a', 'x');
  await client.publish('b', 'x');
  expect(identifiers(client)).toEqual([[8], [8]]);
});

for (const [title, bytes] of [
  ['identifier 0', '82 09 0001 02 0b00 0001 61 00'],
  ['two identifiers', '82 0b 0001 04 0b01 0b02 0001 61 00'],
] as const) {
  test(`${title} in SUBSCRIBE is a protocol error`, async () => {
    const t = await testBroker();
    const client = await t.connect();
    await client.sendBytes(bytes);
    expect(outcome(client)).toBe(0x82);
  });
}

test('where they are switched off, CONNACK says so and a SUBSCRIBE with one is refused with 0xA1', async () => {
  const t = await testBroker({ broker: { subscriptionIdentifiersAvailable: false } });
  const client = t.client();
  expect((await client.connect())?.properties?.subscriptionIdentifiersAvailable).toBe(false);
  await client.subscribe('a', { identifier: 1 });
  expect(outcome(client)).toBe(0xa1);
});
