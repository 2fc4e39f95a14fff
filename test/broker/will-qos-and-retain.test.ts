import { expect, test } from 'vitest';
import { lasting } from './lasting-session.ts';
import { watchedBroker, willOf } from './wills.ts';

for (const version of [3, 4, 5] as const) {
  for (const qos of [0, 1, 2] as const) {
    test(`v${version} [MQTT-3.1.2-9] a will at QoS ${qos} is published at that QoS`, async () => {
      const [t, watcher] = await watchedBroker();
      const client = await t.connect({ version, connect: { will: { ...willOf('gone'), qos } } });
      await client.drop();
      expect(watcher.takePublishes()).toMatchObject([{ qos, text: 'gone', dup: false }]);
    });
  }

  test(`v${version} a will at QoS 1 waits for a subscriber that is away`, async () => {
    const [t] = await watchedBroker();
    const away = await t.connect({ clientId: 'away', connect: lasting(5) });
    await away.subscribe('will', { qos: 1 });
    await away.drop();
    const client = await t.connect({ version, connect: { will: { ...willOf('gone'), qos: 1 } } });
    await client.drop();
    const back = await t.connect({ clientId: 'away', connect: lasting(5) });
    expect(back.takePublishes()).toMatchObject([{ text: 'gone', qos: 1 }]);
  });

  test(`v${version} [MQTT-3.1.2-14] [MQTT-3.1.2-16@3.1.1] a will without Will Retain is not retained`, async () => {
    const [t, watcher] = await watchedBroker();
    await watcher.publish('will', 'retained before', { retain: true });
    watcher.takePublishes();
    const client = await t.connect({ version, connect: { will: willOf('gone') } });
    await client.drop();
    expect(watcher.takePublishes()).toMatchObject([{ text: 'gone', retain: false }]);
    const late = await t.connect({ version });
    await late.subscribe('will');
    expect(late.takePublishes()).toMatchObject([{ text: 'retained before', retain: true }]);
  });

  test(`v${version} [MQTT-3.1.2-15] [MQTT-3.1.2-17@3.1.1] a will with Will Retain is published and retained`, async () => {
    const [t, watcher] = await watchedBroker();
    const client = await t.connect({ version, connect: { will: { ...willOf('gone'), retain: true, qos: 1 } } });
    await client.drop();
    expect(watcher.takePublishes()).toMatchObject([{ text: 'gone', retain: false }]);
    const late = await t.connect({ version });
    await late.subscribe('will', { qos: 2 });
    expect(late.takePublishes()).toMatchObject([{ text: 'gone', retain: true, qos: 1 }]);
  });

  test(`v${version} [MQTT-3.1.2-15] a retained will without payload clears the retained message`, async () => {
    const [t, watcher] = await watchedBroker();
    await watcher.publish('will', 'online', { retain: true });
    const client = await t.connect({ version, connect: { will: { ...willOf(''), retain: true } } });
    await client.drop();
    expect(t.broker.gauges.retainedMessages).toBe(0);
    expect(watcher.takePublishes().map(({ text }) => text)).toEqual(['online', '']);
  });
}
