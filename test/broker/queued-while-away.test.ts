import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-4.5.0-1] an accepted message joins the session of every client with a matching subscription`, async () => {
    const t = await testBroker();
    const ids = ['one', 'two', 'three'];
    for (const clientId of ids) {
      const client = await t.connect({ version, clientId, connect: lasting(version) });
      await client.subscribe(clientId === 'three' ? 'b' : 'a/#', { qos: 2 });
      if (clientId !== 'two') await client.drop();
    }
    for (const qos of [1, 2] as const) await t.broker.publish({ topic: 'a/b', payload: `${qos}`, qos });
    await t.run();
    const seen = await Promise.all(
      ids.map(async (clientId) => {
        const client = await t.connect({ version, clientId, connect: lasting(version) });
        return client.takePublishes().map(({ text, qos }) => [text, qos]);
      }),
    );
    const both = [
      ['1', 1],
      ['2', 2],
    ];
    expect(seen).toEqual([both, both, []]);
  });

  test(`v${version} QoS 0 is not kept for a client that is away, and counted`, async () => {
    const t = await testBroker();
    const first = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    await first.subscribe('a', { qos: 2 });
    await first.subscribe('b', { qos: 0 });
    await first.drop();
    await t.broker.publish({ topic: 'a', payload: 'x', qos: 0 });
    await t.broker.publish({ topic: 'b', payload: 'x', qos: 2 });
    expect(t.broker.counters.dropped.get('offline_qos0')).toBe(2);
    const second = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    expect(second.inbox).toEqual([]);
  });

  test(`v${version} [MQTT-4.5.0-2] a client that never acknowledges gets what its window allows and is not cut off`, async () => {
    const t = await testBroker({ broker: { inflightMax: 3 } });
    const [silent, other] = [await t.connect({ version }), await t.connect({ version })];
    for (const client of [silent, other]) await client.subscribe('a', { qos: 1 });
    for (let i = 0; i < 10; i++) {
      await t.broker.publish({ topic: 'a', payload: 'x', qos: 1 });
      await t.run();
      await other.ack('puback', other.takePublishes()[0]!.packetId);
    }
    expect(silent.takePublishes()).toHaveLength(3);
    expect(silent.isClosed).toBe(false);
  });
}
