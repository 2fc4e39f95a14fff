import { expect, test } from 'vitest';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';

const connect = { cleanStart: false, properties: { sessionExpiryInterval: 60, receiveMaximum: 2 } };

async function publish(t: TestBroker, qos: 1 | 2, ...payloads: string[]): Promise<void> {
  for (const payload of payloads) await t.broker.publish({ topic: 'a', payload, qos });
  await t.run();
}

for (const way of ['drop', 'disconnect'] as const) {
  test(`unacknowledged and queued QoS 1 messages of a member that leaves (${way}) go to another, in order`, async () => {
    const t = await testBroker();
    const one = await t.connect({ clientId: 'one', connect });
    await one.subscribe('$share/g/a', { qos: 1 });
    await publish(t, 1, '1', '2', '3', '4');
    const [first] = one.takePublishes();
    await one.ack('puback', first!.packetId);
    const other = await t.connect();
    await other.subscribe('$share/g/a', { qos: 1 });
    await one[way]();
    expect(other.takePublishes().map(({ text, dup }) => [text, dup])).toEqual([
      ['2', false],
      ['3', false],
      ['4', false],
    ]);
    const again = await t.connect({ clientId: 'one', connect });
    expect(again.inbox).toEqual([]);
  });
}

test('they wait for the member when nobody else is there', async () => {
  const t = await testBroker();
  const one = await t.connect({ clientId: 'one', connect });
  await one.subscribe('$share/g/a', { qos: 1 });
  await publish(t, 1, '1');
  await one.drop();
  await publish(t, 1, '2');
  const again = await t.connect({ clientId: 'one', connect });
  expect(again.takePublishes().map(({ text, dup }) => [text, dup])).toEqual([
    ['1', true],
    ['2', false],
  ]);
});

test('when the last session of the group ends they are dropped and counted', async () => {
  const t = await testBroker();
  const one = await t.connect();
  await one.subscribe('$share/g/a', { qos: 1 });
  await publish(t, 1, '1', '2');
  await one.drop();
  expect(t.broker.counters.dropped.get('session_ended')).toBe(2);
  expect(t.broker.gauges).toMatchObject({ subscriptions: 0, sessions: 0 });
});

test('[MQTT-3.3.2-5] what expired meanwhile is not given to another member', async () => {
  const t = await testBroker();
  const one = await t.connect({ clientId: 'one', connect });
  await one.subscribe('$share/g/a', { qos: 1 });
  const properties = { messageExpiryInterval: 5 };
  for (const payload of ['1', '2', '3', '4']) await t.broker.publish({ topic: 'a', payload, qos: 1, properties });
  const other = await t.connect();
  await other.subscribe('$share/g/a', { qos: 1 });
  await t.advance(10_000);
  await one.drop();
  expect(other.takePublishes()).toEqual([]);
  expect(t.broker.counters.dropped.get('expired')).toBe(4);
});

test('[MQTT-4.8.2-4] a QoS 2 delivery that has begun is completed to the same client', async () => {
  const t = await testBroker();
  const one = await t.connect({ clientId: 'one', connect });
  await one.subscribe('$share/g/a', { qos: 2 });
  await publish(t, 2, 'before PUBREC', 'after PUBREC');
  const [before, after] = one.takePublishes();
  await one.ack('pubrec', after!.packetId);
  const other = await t.connect();
  await other.subscribe('$share/g/a', { qos: 2 });
  await one.drop();
  expect(other.inbox).toEqual([]);
  const again = await t.connect({ clientId: 'one', connect });
  expect(again.take('pubrel')?.packetId).toBe(after!.packetId);
  expect(again.takePublishes()).toMatchObject([{ text: 'before PUBREC', dup: true, packetId: before!.packetId }]);
});

test('[MQTT-4.8.2-5] when that session ends, no other member gets the QoS 2 message', async () => {
  const t = await testBroker();
  const one = await t.connect({ clientId: 'one', connect });
  const other = await t.connect();
  await one.subscribe('$share/g/a', { qos: 2 });
  await publish(t, 2, 'x');
  await other.subscribe('$share/g/a', { qos: 2 });
  await one.drop();
  await t.advance(120_000);
  expect(t.broker.gauges.sessions).toBe(1);
  expect(other.inbox).toEqual([]);
});

for (const [qos, type] of [
  [1, 'puback'],
  [2, 'pubrec'],
] as const) {
  test(`[MQTT-4.8.2-6] a message that a member refuses with ${type} is given to nobody else`, async () => {
    const t = await testBroker();
    const one = await t.connect({ clientId: 'one', connect });
    await one.subscribe('$share/g/a', { qos });
    await publish(t, qos, 'x');
    const other = await t.connect();
    await other.subscribe('$share/g/a', { qos });
    await one.ack(type, one.takePublishes()[0]!.packetId, 0x97);
    await one.drop();
    expect(other.inbox).toEqual([]);
    expect((await t.connect({ clientId: 'one', connect })).inbox).toEqual([]);
  });
}

test('a member that is away gets nothing while another is connected', async () => {
  const t = await testBroker();
  const away = await t.connect({ clientId: 'one', connect });
  await away.subscribe('$share/g/a', { qos: 1 });
  await away.drop();
  const present = await t.connect();
  await present.subscribe('$share/g/a', { qos: 0 });
  await publish(t, 1, '1', '2', '3');
  expect(present.takePublishes()).toHaveLength(3);
});
