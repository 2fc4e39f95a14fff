import { expect, test } from 'vitest';
import { type TestBroker, type TestClient, testBroker } from '../../src/testing/index.ts';

const connectWith = (receiveMaximum: number) => ({
  cleanStart: false,
  properties: { sessionExpiryInterval: 60, receiveMaximum },
});

async function receiverWith(t: TestBroker, receiveMaximum: number): Promise<TestClient> {
  return t.connect({ clientId: 'r', connect: connectWith(receiveMaximum) });
}

async function publishTen(t: TestBroker, qos: 0 | 1 | 2 = 1): Promise<void> {
  for (let i = 0; i < 10; i++) await t.broker.publish({ topic: 'a', payload: `${i}`, qos });
  await t.run();
}

test('[MQTT-3.3.4-9] [MQTT-4.9.0-1] [MQTT-4.9.0-2] no more QoS 1 messages are outstanding than the client takes', async () => {
  const t = await testBroker();
  const receiver = await receiverWith(t, 3);
  await receiver.subscribe('a', { qos: 1 });
  await publishTen(t);
  const outstanding = receiver.takePublishes();
  expect(outstanding.map(({ text }) => text)).toEqual(['0', '1', '2']);
  for (let next = 3; next < 10; next++) {
    await receiver.ack('puback', outstanding.shift()!.packetId);
    const more = receiver.takePublishes();
    expect(more.map(({ text }) => text)).toEqual([`${next}`]);
    outstanding.push(...more);
  }
});

test('[MQTT-3.3.4-9] at QoS 2 the quota comes back with PUBCOMP or a refusing PUBREC, not with PUBREC', async () => {
  const t = await testBroker();
  const receiver = await receiverWith(t, 2);
  await receiver.subscribe('a', { qos: 2 });
  await publishTen(t, 2);
  const [first, second, ...more] = receiver.takePublishes();
  expect(more).toEqual([]);
  await receiver.ack('pubrec', first!.packetId);
  expect(receiver.takePublishes()).toEqual([]);
  await receiver.ack('pubcomp', first!.packetId);
  expect(receiver.takePublishes()).toMatchObject([{ text: '2' }]);
  await receiver.ack('pubrec', second!.packetId, 0x97);
  expect(receiver.takePublishes()).toMatchObject([{ text: '3' }]);
});

test('[MQTT-3.3.4-10] [MQTT-4.9.0-3] with no quota left QoS 0, acknowledgements, SUBACK and PINGRESP still go out', async () => {
  const t = await testBroker();
  const receiver = await receiverWith(t, 1);
  await receiver.subscribe('a', { qos: 1 });
  await publishTen(t);
  expect(receiver.takePublishes()).toHaveLength(1);
  await publishTen(t, 0);
  expect(receiver.takePublishes().map(({ qos }) => qos)).toEqual(Array(10).fill(0));
  expect(await receiver.subscribe('b')).toBeDefined();
  await receiver.publish('c', 'x', { qos: 2, packetId: 4 });
  await receiver.ack('pubrel', 4);
  await receiver.send({ type: 'pingreq' });
  expect(receiver.inbox.map(({ type }) => type)).toEqual(['pubrec', 'pubcomp', 'pingresp']);
});

for (const [before, after] of [
  [10, 2],
  [2, 5],
] as const) {
  test(`[MQTT-3.3.4-9] the Receive Maximum of the new connection holds: ${before} before, ${after} now`, async () => {
    const t = await testBroker();
    const first = await receiverWith(t, before);
    await first.subscribe('a', { qos: 1 });
    await publishTen(t);
    expect(first.takePublishes()).toHaveLength(before);
    await first.drop();
    const second = await receiverWith(t, after);
    const got = second.takePublishes();
    expect(got.map(({ text }) => text)).toEqual(Array.from({ length: after }, (_, i) => `${i}`));
    expect(got.map(({ dup }) => dup)).toEqual(Array.from({ length: after }, (_, i) => i < before));
    for (const { packetId } of got) await second.ack('puback', packetId);
    expect(second.takePublishes()).toHaveLength(after);
  });
}

test('[MQTT-3.3.4-9] messages whose PUBREC came before the reconnect use quota of the new connection', async () => {
  const t = await testBroker();
  const first = await receiverWith(t, 5);
  await first.subscribe('a', { qos: 2 });
  await publishTen(t, 2);
  for (const { packetId } of first.takePublishes().slice(0, 2)) await first.ack('pubrec', packetId);
  await first.drop();
  const second = await receiverWith(t, 3);
  expect(second.inbox.filter(({ type }) => type === 'pubrel')).toHaveLength(2);
  expect(second.takePublishes()).toMatchObject([{ text: '2', dup: true }]);
});

test('[MQTT-3.3.4-9] a late acknowledgement of a message that was not sent again yet gives no quota back', async () => {
  const t = await testBroker();
  const first = await receiverWith(t, 3);
  await first.subscribe('a', { qos: 1 });
  await publishTen(t);
  const [, second, third] = first.takePublishes();
  await first.drop();
  const again = await receiverWith(t, 1);
  expect(again.takePublishes()).toMatchObject([{ text: '0' }]);
  for (const late of [second, third]) await again.ack('puback', late!.packetId);
  expect(again.takePublishes()).toEqual([]);
});

test('the limit of the broker holds below that of the client', async () => {
  const t = await testBroker({ broker: { inflightMax: 2 } });
  const receiver = await receiverWith(t, 50);
  await receiver.subscribe('a', { qos: 1 });
  await publishTen(t);
  expect(receiver.takePublishes()).toHaveLength(2);
});
