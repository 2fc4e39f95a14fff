/** The numbers under EMQX's names, each made to count by what it is about. */

import { describe, expect, it } from 'vitest';
import { emqxMetrics, emqxStats, readAll } from '../../src/broker/sys/emqx-names.ts';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';

const metricsOf = (t: TestBroker): Record<string, number> => readAll(emqxMetrics, t.broker.inspect.readings());

describe("EMQX's numbers", () => {
  it('tell what No Local has kept from its publisher', async () => {
    const t = await testBroker();
    const client = await t.connect();
    await client.subscribe('a', { noLocal: true });
    await client.publish('a', 'own');
    expect(metricsOf(t)).toMatchObject({
      'delivery.dropped.no_local': 1,
      'delivery.dropped': 1,
      'messages.dropped.no_subscribers': 1,
    });
    await client.subscribe('#');
    await client.publish('a', 'own');
    expect(metricsOf(t)['delivery.dropped.no_local']).toBe(1);
  });

  it('tell each SUBSCRIBE of which something was refused, once', async () => {
    const t = await testBroker({ broker: { sharedSubscriptionAvailable: false } });
    const client = await t.connect();
    await client.subscribe('a');
    expect(metricsOf(t)['packets.subscribe.error']).toBe(0);
    expect((await client.subscribe('$share/g/a'))?.reasonCodes).toEqual([0x9e]);
    expect(metricsOf(t)).toMatchObject({ 'packets.subscribe.error': 1, 'packets.subscribe.received': 2 });
  });

  it('tell a QoS 2 message that is sent again, and one more than may be left open', async () => {
    const t = await testBroker({ broker: { receiveMaximum: 1 } });
    const client = await t.connect();
    await client.publish('a', 'x', { qos: 2, packetId: 5 });
    await client.publish('a', 'x', { qos: 2, packetId: 5, dup: true });
    expect(metricsOf(t)).toMatchObject({ 'packets.publish.inuse': 1, 'packets.publish.dropped': 0 });
    await client.publish('a', 'y', { qos: 2, packetId: 6 });
    expect(client.isClosed).toBe(true);
    expect(metricsOf(t)).toMatchObject({ 'packets.publish.inuse': 1, 'packets.publish.dropped': 1 });
  });

  it('tell acknowledgements of another step than the one that is due apart from those of nothing', async () => {
    const t = await testBroker();
    const client = await t.connect();
    await client.subscribe('a', { qos: 2 });
    const publisher = await t.connect();
    for (const qos of [1, 2] as const) await publisher.publish('a', 'x', { qos, packetId: qos });
    const [first, second] = client.inbox.filter(({ type }) => type === 'publish') as { packetId: number }[];
    const answer = (type: 'puback' | 'pubrec' | 'pubcomp', packetId: number): Promise<void> =>
      client.send({ type, packetId, reasonCode: 0, properties: undefined });
    await answer('pubcomp', first!.packetId);
    await answer('puback', second!.packetId);
    await answer('pubrec', second!.packetId);
    await answer('pubrec', second!.packetId);
    for (const type of ['puback', 'pubrec', 'pubcomp'] as const) await answer(type, 60_000);
    const expected = { 'packets.puback': 1, 'packets.pubrec': 1, 'packets.pubcomp': 1 };
    for (const [name, count] of Object.entries(expected)) {
      expect(metricsOf(t)).toMatchObject({ [`${name}.inuse`]: count, [`${name}.missed`]: count });
    }
    await answer('puback', first!.packetId);
    await answer('pubcomp', second!.packetId);
    expect(metricsOf(t)).toMatchObject({ 'messages.acked': 2, 'packets.pubcomp.inuse': 1, 'packets.puback.inuse': 1 });
  });

  it('tell each UNSUBSCRIBE of which something was refused', async () => {
    const t = await testBroker();
    const client = await t.connect();
    await client.unsubscribe('never subscribed');
    expect(metricsOf(t)['packets.unsubscribe.error']).toBe(0);
    await client.unsubscribe('a', 'a#');
    expect(metricsOf(t)).toMatchObject({ 'packets.unsubscribe.error': 1, 'packets.unsubscribe.received': 2 });
  });

  it('tell what waits of delayed messages', async () => {
    const t = await testBroker();
    Object.assign(t.broker.counters, { messagesDelayed: 3, delayedWaiting: 1, delayedWaitingMax: 2 });
    expect(metricsOf(t)['messages.delayed']).toBe(3);
    expect(readAll(emqxStats, t.broker.inspect.readings())).toMatchObject({ 'delayed.count': 1, 'delayed.max': 2 });
  });
});

describe('a message that nobody wants', () => {
  it('is told to whoever listens, with its publisher', async () => {
    const t = await testBroker();
    const told: unknown[] = [];
    t.broker.on('dropped', ({ message: { topic }, clientId, reason }) => told.push([topic, clientId, reason]));
    const client = await t.connect({ clientId: 'p' });
    await client.publish('nobody', 'x');
    await client.subscribe('a');
    await client.publish('a', 'x');
    expect(told).toEqual([['nobody', 'p', 'no_subscriber']]);
  });
});
