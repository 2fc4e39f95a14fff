import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

const expiring = (seconds: number) => ({ properties: { messageExpiryInterval: seconds } });

test('[MQTT-3.3.2-6] a message that does not wait keeps its Message Expiry Interval', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.subscribe('a', { qos: 2 });
  for (const qos of [0, 1, 2] as const) await client.publish('a', 'x', { qos, packetId: qos + 1, ...expiring(60) });
  const got = client.takePublishes();
  expect(got.map(({ properties }) => properties?.messageExpiryInterval)).toEqual([60, 60, 60]);
});

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.3.2-5] [MQTT-3.3.2-6] what waits for an absent client is counted down and deleted when it expires`, async () => {
    const t = await testBroker();
    const publisher = await t.connect();
    const receiver = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    await receiver.subscribe('a', { qos: 2 });
    await receiver.disconnect();
    await publisher.publish('a', 'short', { qos: 1, packetId: 1, ...expiring(10) });
    await publisher.publish('a', 'short', { qos: 2, packetId: 2, ...expiring(10) });
    await publisher.publish('a', 'long', { qos: 1, packetId: 3, ...expiring(100) });
    await publisher.publish('a', 'for ever', { qos: 1, packetId: 4 });
    await t.advance(10_000);
    const again = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    const got = again.takePublishes();
    expect(got.map(({ text }) => text)).toEqual(['long', 'for ever']);
    expect(got.map(({ properties }) => properties?.messageExpiryInterval)).toEqual([
      version === 5 ? 90 : undefined,
      undefined,
    ]);
    expect(t.broker.counters.dropped.get('expired')).toBe(2);
  });
}

test('[MQTT-3.3.2-5] what waits for room in the Receive Maximum expires as well', async () => {
  const t = await testBroker();
  const publisher = await t.connect();
  const receiver = await t.connect({ connect: { properties: { receiveMaximum: 1 } } });
  await receiver.subscribe('a', { qos: 1 });
  await publisher.publish('a', 'first', { qos: 1, packetId: 1 });
  await publisher.publish('a', 'short', { qos: 1, packetId: 2, ...expiring(5) });
  await publisher.publish('a', 'long', { qos: 1, packetId: 3, ...expiring(50) });
  await t.advance(20_000);
  const [first] = receiver.takePublishes();
  await receiver.ack('puback', first!.packetId);
  expect(receiver.takePublishes()).toMatchObject([{ text: 'long', properties: { messageExpiryInterval: 30 } }]);
});

test('[MQTT-4.3.3-7] a QoS 2 message that was sent once is sent again although it expired', async () => {
  const t = await testBroker();
  const publisher = await t.connect();
  const receiver = await t.connect({ clientId: 'r', connect: lasting(5) });
  await receiver.subscribe('a', { qos: 2 });
  await publisher.publish('a', 'x', { qos: 2, ...expiring(5) });
  expect(receiver.takePublishes()).toHaveLength(1);
  await receiver.drop();
  await t.advance(60_000);
  const again = await t.connect({ clientId: 'r', connect: lasting(5) });
  expect(again.takePublishes()).toMatchObject([{ text: 'x', dup: true, properties: { messageExpiryInterval: 0 } }]);
});

test('[MQTT-4.3.3-13] the QoS 2 handshake with the publisher is finished although the message expired', async () => {
  const t = await testBroker();
  const publisher = await t.connect({ clientId: 'p', connect: lasting(5) });
  await publisher.publish('a', 'x', { qos: 2, packetId: 9, ...expiring(1) });
  await t.advance(60_000);
  await publisher.publish('a', 'x', { qos: 2, packetId: 9, dup: true, ...expiring(1) });
  expect(publisher.inbox.splice(0)).toMatchObject([
    { type: 'pubrec', packetId: 9 },
    { type: 'pubrec', packetId: 9 },
  ]);
  await publisher.ack('pubrel', 9);
  expect(publisher.take('pubcomp')).toMatchObject({ packetId: 9, reasonCode: 0 });
});
