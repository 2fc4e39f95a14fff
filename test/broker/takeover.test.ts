import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';
import { outcome } from './outcome.ts';

for (const earlier of [3, 4, 5] as const) {
  for (const later of [3, 4, 5] as const) {
    test(`[MQTT-3.1.4-3] [MQTT-3.1.4-2@3.1.1] a v${later} client takes over from a v${earlier} client`, async () => {
      const t = await testBroker();
      const ended: unknown[] = [];
      t.broker.on('disconnected', ({ client, reason, reasonCode }) => ended.push([client.version, reason, reasonCode]));
      const first = await t.connect({ version: earlier, clientId: 'pump', connect: lasting(earlier) });
      await first.subscribe('a', { qos: 1 });
      const second = t.client({ version: later, clientId: 'pump' });
      const connack = await second.connect(lasting(later));
      expect(outcome(first)).toBe(earlier === 5 ? 0x8e : 'closed');
      expect(connack).toMatchObject({ reasonCode: 0, sessionPresent: later > 3 });
      expect(ended).toEqual([[earlier, 'taken_over', 0x8e]]);
      await t.broker.publish({ topic: 'a', payload: 'once' });
      await t.run();
      expect(second.takePublishes()).toHaveLength(1);
      expect(t.broker.gauges).toMatchObject({ sessions: 1, connections: 1 });
    });
  }
}

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.1.4-3] [MQTT-3.1.2-4] a takeover with clean start gets nothing of the earlier session`, async () => {
    const t = await testBroker();
    const first = await t.connect({ version, clientId: 'pump', connect: lasting(version) });
    await first.subscribe('a', { qos: 1 });
    const second = t.client({ version, clientId: 'pump' });
    expect(await second.connect()).toMatchObject({ sessionPresent: false });
    expect(first.isClosed).toBe(true);
    await t.broker.publish({ topic: 'a', payload: 'x', qos: 1 });
    await t.run();
    expect(second.takePublishes()).toEqual([]);
  });

  test(`v${version} a session that ends with its connection is not there for who takes over`, async () => {
    const t = await testBroker();
    const first = await t.connect({ version, clientId: 'pump' });
    await first.subscribe('a', { qos: 1 });
    const second = t.client({ version, clientId: 'pump' });
    expect(await second.connect(lasting(version))).toMatchObject({ sessionPresent: false });
    expect(t.broker.gauges).toMatchObject({ sessions: 1, subscriptions: 0 });
  });

  test(`v${version} the earlier connection ending late does not disturb the later one`, async () => {
    const t = await testBroker();
    const first = await t.connect({ version, clientId: 'pump', connect: lasting(version) });
    first.pair.server.blocked = true;
    const second = await t.connect({ version, clientId: 'pump', connect: lasting(version) });
    await first.drop();
    await t.advance(10_000);
    await second.subscribe('a');
    expect(outcome(second)).toBe('open');
    expect(t.broker.gauges.sessions).toBe(1);
  });
}

test('nobody is taken over by a client that is refused', async () => {
  const t = await testBroker({
    access: {
      authenticators: [
        {
          name: 'word',
          authenticate: ({ username }) => ({ outcome: username === 'right' ? 'allow' : 'deny' }),
        },
      ],
    },
  });
  const owner = await t.connect({ clientId: 'pump', connect: { username: 'right' } });
  const stranger = t.client({ clientId: 'pump' });
  expect(await stranger.connect({ username: 'wrong' })).toMatchObject({ reasonCode: 0x86 });
  expect(outcome(owner)).toBe('open');
});
