import { expect, test } from 'vitest';
import { lasting } from './lasting-session.ts';
import { watchedBroker, willOf } from './wills.ts';

for (const earlier of [3, 4, 5] as const) {
  for (const later of [3, 4, 5] as const) {
    test(`[MQTT-3.1.2-8] [MQTT-3.1.4-3] the will of a v${earlier} client is published when v${later} takes over`, async () => {
      const [t, watcher] = await watchedBroker();
      await t.connect({ version: earlier, clientId: 'pump', connect: { ...lasting(earlier), will: willOf('one') } });
      const connect = { ...lasting(later), will: willOf('two') };
      const second = await t.connect({ version: later, clientId: 'pump', connect });
      expect(watcher.takePublishes()).toMatchObject([{ text: 'one' }]);
      await second.drop();
      expect(watcher.takePublishes()).toMatchObject([{ text: 'two' }]);
    });
  }

  test(`[MQTT-3.1.3-9] a v${earlier} client that takes over cancels the delayed will of the session it resumes`, async () => {
    const [t, watcher] = await watchedBroker();
    await t.connect({ clientId: 'pump', connect: { ...lasting(5), will: willOf('late', { willDelayInterval: 10 }) } });
    await t.connect({ version: earlier, clientId: 'pump', connect: lasting(earlier) });
    await t.advance(60_000);
    expect(watcher.takePublishes()).toEqual([]);
  });

  test(`[MQTT-3.1.2-8] a takeover by v${earlier} with clean start ends the session, so that its delayed will is due`, async () => {
    const [t, watcher] = await watchedBroker();
    await t.connect({ clientId: 'pump', connect: { ...lasting(5), will: willOf('late', { willDelayInterval: 10 }) } });
    await t.connect({ version: earlier, clientId: 'pump' });
    expect(watcher.takePublishes()).toMatchObject([{ text: 'late' }]);
    await t.advance(60_000);
    expect(watcher.takePublishes()).toEqual([]);
  });
}

test('[MQTT-3.1.2-8] a takeover of a session that ends with its connection publishes even a delayed will', async () => {
  const [t, watcher] = await watchedBroker();
  await t.connect({
    clientId: 'pump',
    connect: { cleanStart: false, will: willOf('late', { willDelayInterval: 10 }) },
  });
  await t.connect({ clientId: 'pump', connect: lasting(5) });
  expect(watcher.takePublishes()).toMatchObject([{ text: 'late' }]);
});

test('[MQTT-3.1.2-10] a will published at a takeover does not come again', async () => {
  const [t, watcher] = await watchedBroker();
  await t.connect({ clientId: 'pump', connect: { ...lasting(5), will: willOf('one') } });
  const second = await t.connect({ clientId: 'pump', connect: lasting(5) });
  await second.drop();
  await t.advance(7_200_000);
  expect(watcher.takePublishes()).toHaveLength(1);
});

test('the client that takes over receives the will of the connection it ended', async () => {
  const [t] = await watchedBroker();
  const will = { ...willOf('own'), qos: 1 } as const;
  const first = await t.connect({ clientId: 'pump', connect: { ...lasting(5), will } });
  await first.subscribe('will', { qos: 1 });
  const second = t.client({ clientId: 'pump' });
  await second.send(second.connectPacket(lasting(5)));
  expect(second.inbox).toMatchObject([{ type: 'connack' }, { type: 'publish', text: 'own' }]);
});
