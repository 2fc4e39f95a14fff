import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

for (const version of [3, 4, 5] as const) {
  for (const qos of [0, 1, 2] as const) {
    test(`v${version} QoS ${qos} [MQTT-3.3.1-5] [MQTT-3.3.1-8@3.1.1] a retained message and its QoS are kept for later subscribers, with RETAIN 1`, async () => {
      const t = await testBroker();
      const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
      await publisher.publish('a/b', 'old', { qos, retain: true, packetId: 1 });
      await publisher.ack('pubrel', 1);
      await publisher.publish('a/b', 'new', { qos, retain: true, packetId: 1 });
      await receiver.subscribe('a/+', { qos: 2 });
      expect(receiver.takePublishes()).toMatchObject([{ topic: 'a/b', text: 'new', qos, retain: true, dup: false }]);
      expect(t.broker.gauges.retainedMessages).toBe(1);
    });
  }

  test(`v${version} [MQTT-3.3.1-7@3.1.1] a retained message of QoS 0 takes the place of one of QoS 1`, async () => {
    const t = await testBroker();
    const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
    await publisher.publish('a', 'old', { qos: 1, retain: true });
    await publisher.publish('a', 'new', { qos: 0, retain: true });
    await receiver.subscribe('a', { qos: 1 });
    expect(receiver.takePublishes()).toMatchObject([{ text: 'new', qos: 0 }]);
  });

  test(`v${version} [MQTT-3.3.1-6] [MQTT-3.3.1-7] an empty payload is delivered and clears the retained message`, async () => {
    const t = await testBroker();
    const [publisher, present, later] = [
      await t.connect({ version }),
      await t.connect({ version }),
      await t.connect({ version }),
    ];
    await publisher.publish('a', 'kept', { retain: true });
    await present.subscribe('a');
    present.takePublishes();
    await publisher.publish('a', '', { retain: true });
    expect(present.takePublishes()).toMatchObject([{ topic: 'a', text: '', retain: false }]);
    await later.subscribe('a');
    expect(later.takePublishes()).toEqual([]);
    expect(t.broker.gauges).toMatchObject({ retainedMessages: 0, retainedBytes: 0 });
  });

  test(`v${version} [MQTT-3.3.1-7] an empty payload is not stored where nothing was`, async () => {
    const t = await testBroker();
    const [publisher, later] = [await t.connect({ version }), await t.connect({ version })];
    await publisher.publish('a', '', { retain: true, qos: 1 });
    await later.subscribe('a');
    expect(later.takePublishes()).toEqual([]);
    expect(t.broker.gauges.retainedMessages).toBe(0);
  });

  test(`v${version} [MQTT-3.3.1-8] without RETAIN nothing is stored and what was stored stays, even for an empty payload`, async () => {
    const t = await testBroker();
    const [publisher, later] = [await t.connect({ version }), await t.connect({ version })];
    await publisher.publish('a', 'kept', { retain: true });
    await publisher.publish('a', 'passing');
    await publisher.publish('a', '');
    await publisher.publish('b', 'passing');
    await later.subscribe('#');
    expect(later.takePublishes()).toMatchObject([{ topic: 'a', text: 'kept', retain: true }]);
  });

  test(`v${version} [MQTT-3.3.1-9] a new subscription gets the retained message of every matching topic`, async () => {
    const t = await testBroker();
    const [publisher, later] = [await t.connect({ version }), await t.connect({ version })];
    for (const topic of ['a', 'a/b', 'a/b/c', 'b', '/a', '$x']) await publisher.publish(topic, 'x', { retain: true });
    await later.subscribe('a/#');
    expect(
      later
        .takePublishes()
        .map(({ topic }) => topic)
        .sort(),
    ).toEqual(['a', 'a/b', 'a/b/c']);
    await later.subscribe('#');
    expect(later.takePublishes().map(({ topic }) => topic)).not.toContain('$x');
  });
}

test('[MQTT-3.3.1-9] thousands of retained messages all arrive, as the receiver takes them', async () => {
  const t = await testBroker();
  const [publisher, later] = [await t.connect(), await t.connect({ connect: { properties: { receiveMaximum: 7 } } })];
  for (let i = 0; i < 1200; i++) await t.broker.publish({ topic: `a/${i}`, payload: 'x', qos: 1, retain: true });
  await later.subscribe('a/+', { qos: 1 });
  const topics = new Set<string>();
  for (let batch = later.takePublishes(); batch.length > 0; batch = later.takePublishes()) {
    expect(batch.length).toBeLessThanOrEqual(7);
    for (const { topic, packetId } of batch) {
      topics.add(topic);
      await later.ack('puback', packetId);
    }
  }
  expect(topics.size).toBe(1200);
  expect(publisher.isClosed).toBe(false);
});
