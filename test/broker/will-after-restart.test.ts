import { expect, test } from 'vitest';
import { FakeClock, testBroker } from '../../src/testing/index.ts';
import { KeptStore } from './kept-store.ts';
import { lasting } from './lasting-session.ts';
import { watchedBroker, willOf } from './wills.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.1.2-7] the will of a client that was connected when the broker died is published`, async () => {
    const store = new KeptStore();
    const before = await testBroker({ store });
    await before.connect({ version, connect: { ...lasting(version), will: willOf('gone') } });
    // From here on nothing is heard of the first broker: it died.
    const [after, watcher] = await watchedBroker({ store });
    await after.advance(1000);
    expect(watcher.takePublishes()).toMatchObject([{ topic: 'will', text: 'gone' }]);
    await after.advance(60_000);
    expect(watcher.takePublishes()).toEqual([]);
  });
}

test('[MQTT-3.1.2-8] the delay of a will goes on across a restart', async () => {
  const store = new KeptStore();
  const start = Date.UTC(2026, 0, 1);
  const before = await testBroker({ store, clock: new FakeClock(start) });
  const will = willOf('late', { willDelayInterval: 100, contentType: 'text' });
  const client = await before.connect({ connect: { ...lasting(5), will } });
  await client.drop();
  await before.advance(40_000);
  const [after, watcher] = await watchedBroker({ store, clock: new FakeClock(start + 40_000) });
  await after.advance(59_800);
  expect(watcher.takePublishes()).toEqual([]);
  await after.advance(400);
  expect(watcher.takePublishes()).toMatchObject([{ text: 'late', properties: { contentType: 'text' } }]);
});

test('[MQTT-3.1.3-9] a client that is back after a restart cancels its delayed will', async () => {
  const store = new KeptStore();
  const before = await testBroker({ store });
  const will = willOf('late', { willDelayInterval: 100 });
  const client = await before.connect({ clientId: 'pump', connect: { ...lasting(5), will } });
  await client.drop();
  const [after, watcher] = await watchedBroker({ store });
  await after.connect({ clientId: 'pump', connect: lasting(5) });
  await after.advance(200_000);
  expect(watcher.takePublishes()).toEqual([]);
});
