import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';
import { outcome } from './outcome.ts';

test('[MQTT-3.8.3-3] No Local keeps the own messages of a client from it, and no others', async () => {
  const t = await testBroker();
  const [client, other] = [await t.connect(), await t.connect()];
  await client.subscribe('a', { qos: 2, noLocal: true });
  for (const qos of [0, 1, 2] as const) await client.publish('a', 'own', { qos, packetId: qos + 1 });
  await other.publish('a', 'other');
  expect(client.takePublishes().map(({ text }) => text)).toEqual(['other']);
  expect(client.take('puback')?.reasonCode).toBe(0x10);
});

test('[MQTT-3.8.3-3] the Client Identifier counts, not the connection', async () => {
  const t = await testBroker();
  const first = await t.connect({ clientId: 'c', connect: lasting(5) });
  await first.subscribe('a', { qos: 1, noLocal: true });
  await first.publish('a', 'own', { qos: 1 });
  await first.drop();
  const second = await t.connect({ clientId: 'c', connect: lasting(5) });
  await second.publish('a', 'own', { qos: 1 });
  expect(second.takePublishes()).toEqual([]);
});

test('[MQTT-3.8.3-3] another subscription of the client still gets the message, at its QoS and with its identifier', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.subscribe('a', { qos: 2, noLocal: true, identifier: 1 });
  await client.subscribe('#', { qos: 1, identifier: 2 });
  await client.publish('a', 'x', { qos: 2 });
  const got = client.takePublishes();
  expect(got).toHaveLength(1);
  expect(got[0]).toMatchObject({ qos: 1, properties: { subscriptionIdentifiers: [2] } });
});

test('[MQTT-3.8.3-3] a retained message of the client itself is not sent to it either', async () => {
  const t = await testBroker();
  const [client, other] = [await t.connect(), await t.connect()];
  await client.publish('own', 'x', { retain: true });
  await other.publish('other', 'x', { retain: true });
  await client.subscribe('#', { noLocal: true });
  expect(client.takePublishes().map(({ topic }) => topic)).toEqual(['other']);
  await client.subscribe('#', { noLocal: false });
  expect(
    client
      .takePublishes()
      .map(({ topic }) => topic)
      .sort(),
  ).toEqual(['other', 'own']);
});

for (const filter of ['$share/g/a', '$queue/a']) {
  test(`[MQTT-3.8.3-4] No Local on ${filter} is a protocol error`, async () => {
    const t = await testBroker();
    const client = await t.connect();
    await client.subscribe(filter, { noLocal: true });
    expect(outcome(client)).toBe(0x82);
    expect(t.broker.gauges.subscriptions).toBe(0);
  });
}
