import { expect, test } from 'vitest';
import { FakeClock, testBroker } from '../../src/testing/index.ts';
import { KeptStore } from './kept-store.ts';
import { lasting } from './lasting-session.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-4.1.0-1@3.1.1] [MQTT-3.1.2-23] a session with what waits in it survives a restart`, async () => {
    const store = new KeptStore();
    const before = await testBroker({ store });
    const first = await before.connect({ version, clientId: 'pump', connect: lasting(version) });
    await first.subscribe('a', { qos: 1 });
    void before.broker.publish({ topic: 'a', payload: 'in flight', qos: 1 });
    await before.run();
    const [sent] = first.takePublishes();
    await first.drop();
    void before.broker.publish({ topic: 'a', payload: 'waiting', qos: 1 });
    await before.run();
    const after = await testBroker({ store });
    const second = after.client({ version, clientId: 'pump' });
    expect(await second.connect(lasting(version))).toMatchObject({ sessionPresent: version > 3 });
    expect(second.takePublishes()).toMatchObject([
      { text: 'in flight', packetId: sent!.packetId, dup: true },
      { text: 'waiting', dup: false },
    ]);
    await after.broker.publish({ topic: 'a', payload: 'subscribed' });
    await after.run();
    expect(second.takePublishes()).toMatchObject([{ text: 'subscribed' }]);
  });
}

test('[MQTT-4.1.0-2] a session whose time ran out while the broker was off is gone', async () => {
  const store = new KeptStore();
  const start = Date.UTC(2026, 0, 1);
  const before = await testBroker({ store, clock: new FakeClock(start) });
  const client = await before.connect({ clientId: 'pump', connect: { properties: { sessionExpiryInterval: 60 } } });
  await client.drop();
  const after = await testBroker({ store, clock: new FakeClock(start + 61_000) });
  await after.advance(200);
  expect(after.broker.gauges.sessions).toBe(0);
  expect(await after.client({ clientId: 'pump' }).connect({ cleanStart: false })).toMatchObject({
    sessionPresent: false,
  });
});

test('[MQTT-4.1.0-2] a session that ends with its connection is not there after a restart', async () => {
  const store = new KeptStore();
  const before = await testBroker({ store });
  await before.connect({ clientId: 'pump' });
  const after = await testBroker({ store });
  expect(after.broker.gauges.sessions).toBe(0);
});
