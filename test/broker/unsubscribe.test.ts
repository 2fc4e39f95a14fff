import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

for (const version of [3, 4, 5] as const) {
  const codes = (...reasonCodes: number[]) => (version === 5 ? { reasonCodes } : {});

  test(`v${version} [MQTT-3.10.4-4] [MQTT-3.10.4-5] UNSUBACK has the identifier of UNSUBSCRIBE, also when nothing was deleted`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.subscribe('a');
    for (const [packetId, code] of [
      [65_535, 0],
      [300, 0x11],
    ] as const) {
      await client.send({ type: 'unsubscribe', packetId, filters: ['a'], properties: undefined });
      expect(client.inbox.splice(0)).toMatchObject([{ type: 'unsuback', packetId, ...codes(code) }]);
    }
  });

  test(`v${version} [MQTT-3.10.4-6] [MQTT-3.11.3-1] [MQTT-3.11.3-2] several filters get one UNSUBACK with a code for each, in their order`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.subscribe('a');
    await client.subscribe('$share/g/b');
    expect(await client.unsubscribe('x', 'a', 'a', 'b', '$share/g/b')).toMatchObject(codes(0x11, 0, 0x11, 0x11, 0));
    expect(client.inbox).toEqual([]);
    expect(t.broker.gauges.subscriptions).toBe(0);
  });

  test(`v${version} [MQTT-3.10.4-1] filters are compared character for character`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.subscribe('a/+');
    expect(await client.unsubscribe('a/b', 'a/#', 'A/+', 'a/+/', '+/+', '#', '$share/g/a/+')).toBeDefined();
    await client.publish('a/b', 'x');
    expect(client.takePublishes()).toHaveLength(1);
    await client.unsubscribe('a/+');
    await client.publish('a/b', 'x');
    expect(client.takePublishes()).toEqual([]);
  });

  test(`v${version} [MQTT-3.10.4-2] afterwards nothing is queued for the filter`, async () => {
    const t = await testBroker();
    const first = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    await first.subscribe('a', { qos: 1 });
    await first.subscribe('b', { qos: 1 });
    await first.unsubscribe('a');
    await first.drop();
    for (const topic of ['a', 'b']) await t.broker.publish({ topic, payload: 'x', qos: 1 });
    const second = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    expect(second.takePublishes().map(({ topic }) => topic)).toEqual(['b']);
  });

  test(`v${version} [MQTT-3.10.4-3] deliveries that have begun are finished`, async () => {
    const t = await testBroker();
    const first = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    await first.subscribe('a', { qos: 2 });
    for (const qos of [1, 2, 2] as const) await t.broker.publish({ topic: 'a', payload: 'x', qos });
    await t.run();
    const [one, two, three] = first.takePublishes();
    await first.unsubscribe('a');
    await first.ack('pubrec', two!.packetId);
    expect(first.take('pubrel')).toMatchObject({ packetId: two!.packetId, reasonCode: 0 });
    await first.drop();
    const second = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    expect(second.take('pubrel')?.packetId).toBe(two!.packetId);
    expect(second.takePublishes()).toMatchObject([
      { packetId: one!.packetId, dup: true },
      { packetId: three!.packetId, dup: true },
    ]);
  });

  test(`v${version} subscriptions of other clients stay`, async () => {
    const t = await testBroker();
    const [one, other] = [await t.connect({ version }), await t.connect({ version })];
    for (const client of [one, other]) await client.subscribe('a');
    await one.unsubscribe('a');
    await one.publish('a', 'x');
    expect(one.takePublishes()).toEqual([]);
    expect(other.takePublishes()).toHaveLength(1);
  });
}

test('[MQTT-3.10.4-2] retained messages that were not sent yet are not sent any more', async () => {
  const t = await testBroker();
  for (let i = 0; i < 5; i++) await t.broker.publish({ topic: `a/${i}`, payload: 'x', qos: 1, retain: true });
  const client = await t.connect({ connect: { properties: { receiveMaximum: 1 } } });
  await client.subscribe('a/+', { qos: 1 });
  const [first, ...more] = client.takePublishes();
  expect(more).toEqual([]);
  await client.unsubscribe('a/+');
  await client.ack('puback', first!.packetId);
  expect(client.inbox).toEqual([]);
});
