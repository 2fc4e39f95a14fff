import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

const connect = (maximumPacketSize: number) => ({
  cleanStart: false,
  properties: { sessionExpiryInterval: 60, maximumPacketSize, receiveMaximum: 2 },
});

for (const qos of [0, 1, 2] as const) {
  test(`QoS ${qos} [MQTT-3.1.2-24] [MQTT-3.1.2-25] what is too large for one client is left out for it, and the flow goes on`, async () => {
    const t = await testBroker();
    const [small, large] = [await t.connect({ connect: connect(40) }), await t.connect()];
    for (const client of [small, large]) await client.subscribe('a', { qos });
    for (const payload of ['1', 'x'.repeat(100), '2']) await t.broker.publish({ topic: 'a', payload, qos });
    await t.run();
    expect(small.takePublishes().map(({ text }) => text)).toEqual(['1', '2']);
    expect(large.takePublishes()).toHaveLength(3);
    expect(t.broker.counters.dropped.get('too_large_for_client')).toBe(1);
    expect(small.isClosed).toBe(false);
  });

  test(`QoS ${qos} [MQTT-3.1.2-24] the limit counts the whole packet: at it is sent, one byte more is not`, async () => {
    const t = await testBroker();
    const head = 2 + 2 + 1 + (qos > 0 ? 2 : 0) + 1;
    const client = await t.connect({ connect: connect(head + 20) });
    await client.subscribe('a', { qos });
    for (const bytes of [21, 20]) await t.broker.publish({ topic: 'a', payload: 'x'.repeat(bytes), qos });
    await t.run();
    expect(client.takePublishes().map(({ payload }) => payload.length)).toEqual([20]);
  });
}

test('[MQTT-3.1.2-25] it uses up no quota and is not tried again on the next connection', async () => {
  const t = await testBroker();
  const first = await t.connect({ clientId: 'r', connect: connect(40) });
  await first.subscribe('a', { qos: 1 });
  for (let i = 0; i < 5; i++) await t.broker.publish({ topic: 'a', payload: 'x'.repeat(100), qos: 1 });
  for (const payload of ['1', '2', '3']) await t.broker.publish({ topic: 'a', payload, qos: 1 });
  await t.run();
  expect(first.takePublishes().map(({ text }) => text)).toEqual(['1', '2']);
  await first.drop();
  const second = await t.connect({ clientId: 'r', connect: connect(1000) });
  expect(second.takePublishes().map(({ text }) => text)).toEqual(['1', '2']);
});

test('[MQTT-3.1.2-25] what waited while the client was away is measured against its new limit', async () => {
  const t = await testBroker();
  const first = await t.connect({ clientId: 'r', connect: connect(1000) });
  await first.subscribe('a', { qos: 1 });
  await first.drop();
  for (const payload of ['x'.repeat(100), '1']) await t.broker.publish({ topic: 'a', payload, qos: 1 });
  const second = await t.connect({ clientId: 'r', connect: connect(40) });
  expect(second.takePublishes().map(({ text }) => text)).toEqual(['1']);
});

test('[MQTT-3.1.2-25] a repeat that is too large for the new connection is done with', async () => {
  const t = await testBroker();
  const first = await t.connect({ clientId: 'r', connect: connect(1000) });
  await first.subscribe('a', { qos: 2 });
  for (const payload of ['x'.repeat(100), '1']) await t.broker.publish({ topic: 'a', payload, qos: 2 });
  await first.drop();
  const second = await t.connect({ clientId: 'r', connect: connect(40) });
  expect(second.takePublishes().map(({ text }) => text)).toEqual(['1']);
  // The client may have taken it on the first connection, so it is released there, which takes quota until PUBCOMP.
  const released = second.take('pubrel');
  expect(released).toMatchObject({ reasonCode: 0 });
  await second.ack('pubcomp', released!.packetId);
  await t.broker.publish({ topic: 'a', payload: '2', qos: 2 });
  await t.run();
  expect(second.takePublishes().map(({ text }) => text)).toEqual(['2']);
});

test('[MQTT-3.1.2-25] a retained message that is too large is left out of the replay', async () => {
  const t = await testBroker();
  await t.broker.publish({ topic: 'a/1', payload: 'x'.repeat(100), retain: true });
  await t.broker.publish({ topic: 'a/2', payload: 'x', retain: true });
  const client = await t.connect({ connect: connect(40) });
  await client.subscribe('a/+');
  expect(client.takePublishes().map(({ topic }) => topic)).toEqual(['a/2']);
});

for (const [qos, statement] of [
  [1, '[MQTT-3.4.2-2]'],
  [2, '[MQTT-3.5.2-2]'],
] as const) {
  test(`${statement} the Reason String of an acknowledgement is left out where it would be too large`, async () => {
    const t = await testBroker({ access: { unmatched: 'deny' } });
    const type = qos === 1 ? 'puback' : 'pubrec';
    for (const [limit, told] of [
      [20, false],
      [1000, true],
    ] as const) {
      const client = await t.connect({ connect: connect(limit) });
      await client.publish('a', 'x', { qos });
      const ack = client.take(type);
      expect(ack).toMatchObject({ packetId: 1, reasonCode: 0x87 });
      expect(ack?.properties?.reasonString !== undefined).toBe(told);
    }
  });
}
