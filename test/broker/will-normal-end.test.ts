import { expect, test } from 'vitest';
import { lasting } from './lasting-session.ts';
import { watchedBroker, willOf } from './wills.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.14.4-3] [MQTT-3.1.2-8] [MQTT-3.1.2-10] a normal DISCONNECT takes the will back`, async () => {
    const [t, watcher] = await watchedBroker();
    const client = await t.connect({ version, connect: { ...lasting(version), will: willOf('gone') } });
    await client.disconnect();
    await client.drop();
    await t.advance(7_300_000);
    expect(watcher.takePublishes()).toEqual([]);
  });

  test(`v${version} [MQTT-3.1.2-10] a will does not outlive its connection in the session`, async () => {
    const [t, watcher] = await watchedBroker();
    const first = await t.connect({ version, clientId: 'a', connect: { ...lasting(version), will: willOf('one') } });
    await first.disconnect();
    const second = await t.connect({ version, clientId: 'a', connect: lasting(version) });
    await second.drop();
    expect(watcher.takePublishes()).toEqual([]);
  });

  test(`v${version} [MQTT-3.1.2-10] a will that was published is forgotten`, async () => {
    const [t, watcher] = await watchedBroker();
    const first = await t.connect({ version, clientId: 'a', connect: { ...lasting(version), will: willOf('one') } });
    await first.drop();
    const second = await t.connect({ version, clientId: 'a', connect: lasting(version) });
    await second.drop();
    expect(watcher.takePublishes()).toHaveLength(1);
  });

  test(`v${version} no will is published for a client that was never accepted`, async () => {
    const [t, watcher] = await watchedBroker({
      access: {
        authenticators: [
          {
            name: 'slow',
            authenticate: ({ clientId }) =>
              clientId === 'watcher' ? { outcome: 'allow' } : new Promise<never>(() => {}),
          },
        ],
      },
    });
    const client = t.client({ version });
    await client.connect({ will: willOf('gone') });
    await client.drop();
    await t.advance(60_000);
    expect(watcher.takePublishes()).toEqual([]);
  });
}

test('[MQTT-3.14.4-3] a delayed will is taken back as well', async () => {
  const [t, watcher] = await watchedBroker();
  const will = willOf('gone', { willDelayInterval: 5 });
  const client = await t.connect({ connect: { ...lasting(5), will } });
  await client.disconnect();
  await t.advance(60_000);
  expect(watcher.takePublishes()).toEqual([]);
});
