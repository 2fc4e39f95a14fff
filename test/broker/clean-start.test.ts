import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

for (const version of [3, 4, 5] as const) {
  // The byte where Session Present is was reserved in 3.1.
  const present = version > 3;
  const as = { version, clientId: 'pump' };

  test(`v${version} [MQTT-3.1.2-5] [MQTT-3.1.2-4@3.1.1] [MQTT-3.2.2-3] resumes the stored session with its subscriptions`, async () => {
    const t = await testBroker();
    const first = t.client(as);
    expect(await first.connect(lasting(version))).toMatchObject({ sessionPresent: false, reasonCode: 0 });
    await first.subscribe('a', { qos: 1 });
    await first.disconnect();
    const second = t.client(as);
    expect(await second.connect(lasting(version))).toMatchObject({ sessionPresent: present, reasonCode: 0 });
    await t.broker.publish({ topic: 'a', payload: 'still subscribed' });
    await t.run();
    expect(second.takePublishes()).toMatchObject([{ text: 'still subscribed' }]);
  });

  test(`v${version} [MQTT-3.1.2-5@3.1.1] messages of QoS 1 and 2 wait for a client that is away`, async () => {
    const t = await testBroker();
    const first = await t.connect({ ...as, connect: lasting(version) });
    await first.subscribe('a', { qos: 2 });
    await first.drop();
    for (const qos of [0, 1, 2] as const) await t.broker.publish({ topic: 'a', payload: `qos ${qos}`, qos });
    const second = t.client(as);
    await second.send(second.connectPacket(lasting(version)));
    expect(second.inbox.map(({ type }) => type)).toEqual(['connack', 'publish', 'publish']);
    expect(second.takePublishes()).toMatchObject([
      { text: 'qos 1', qos: 1, dup: false },
      { text: 'qos 2', qos: 2, dup: false },
    ]);
  });

  test(`v${version} [MQTT-3.1.2-4] [MQTT-3.1.2-6@3.1.1] [MQTT-3.2.2-2] clean start drops the stored session`, async () => {
    const t = await testBroker();
    const first = await t.connect({ ...as, connect: lasting(version) });
    await first.subscribe('a', { qos: 1 });
    await first.disconnect();
    await t.broker.publish({ topic: 'a', payload: 'lost', qos: 1 });
    const second = t.client(as);
    expect(await second.connect({ ...lasting(version), cleanStart: true })).toMatchObject({
      sessionPresent: false,
      reasonCode: 0,
    });
    await t.broker.publish({ topic: 'a', payload: 'not subscribed any more', qos: 1 });
    await t.run();
    expect(second.takePublishes()).toEqual([]);
    expect(t.broker.gauges).toMatchObject({ sessions: 1, subscriptions: 0 });
  });

  test(`v${version} [MQTT-3.1.4-4] [MQTT-3.1.2-6] [MQTT-3.2.2-3] without a stored session a new one begins`, async () => {
    const t = await testBroker();
    const client = t.client(as);
    expect(await client.connect(lasting(version))).toMatchObject({ sessionPresent: false, reasonCode: 0 });
    expect(t.broker.gauges.sessions).toBe(1);
  });

  test(`v${version} [MQTT-3.1.2-6@3.1.1] [MQTT-4.1.0-2] a session that is not to be kept ends with its connection`, async () => {
    const t = await testBroker();
    const first = await t.connect(as);
    await first.subscribe('a', { qos: 1 });
    await first.drop();
    expect(t.broker.gauges).toMatchObject({ sessions: 0, subscriptions: 0 });
    const second = t.client(as);
    expect(await second.connect(lasting(version))).toMatchObject({ sessionPresent: false });
  });

  test(`v${version} [MQTT-3.1.2-7@3.1.1] retained messages outlive the session that published them`, async () => {
    const t = await testBroker();
    const first = await t.connect(as);
    await first.publish('a', 'retained', { retain: true });
    await first.disconnect();
    const second = await t.connect({ ...as, connect: { ...lasting(version), cleanStart: true } });
    await second.subscribe('a');
    expect(second.takePublishes()).toMatchObject([{ text: 'retained', retain: true }]);
  });
}

test('[MQTT-3.1.2-6] MQTT 5 keeps nothing after a connection without Session Expiry Interval, whatever Clean Start said', async () => {
  const t = await testBroker();
  const client = await t.connect({ connect: { cleanStart: false } });
  await client.subscribe('a');
  await client.disconnect();
  expect(t.broker.gauges.sessions).toBe(0);
});
