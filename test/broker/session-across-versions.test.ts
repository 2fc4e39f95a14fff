import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

for (const before of [3, 4, 5] as const) {
  for (const after of [3, 4, 5] as const) {
    if (before === after) continue;
    test(`[MQTT-3.1.3-2] a session made in v${before} goes on in v${after}`, async () => {
      const t = await testBroker();
      const first = await t.connect({ version: before, clientId: 'pump', connect: lasting(before) });
      await first.subscribe('a', { qos: 1 });
      await t.broker.publish({ topic: 'a', payload: 'in flight', qos: 1, properties: { contentType: 't' } });
      await t.run();
      const [sent] = first.takePublishes();
      await first.drop();
      await t.broker.publish({ topic: 'a', payload: 'waiting', qos: 1 });
      const second = t.client({ version: after, clientId: 'pump' });
      const connack = await second.connect(lasting(after));
      expect(connack?.sessionPresent).toBe(after > 3);
      expect(second.takePublishes()).toMatchObject([
        { text: 'in flight', dup: true, packetId: sent!.packetId },
        { text: 'waiting', dup: false },
      ]);
      expect(second.failure).toBeUndefined();
    });
  }
}

test('[MQTT-3.1.3-2] [MQTT-3.1.3-2@3.1.1] different identifiers have different sessions, upper and lower case too', async () => {
  const t = await testBroker();
  const one = await t.connect({ clientId: 'pump', connect: lasting(5) });
  await one.subscribe('a', { qos: 1 });
  await one.disconnect();
  for (const clientId of ['Pump', 'pump ', 'pum', 'pümp', 'pu\u0308mp']) {
    const other = t.client({ clientId });
    expect(await other.connect(lasting(5))).toMatchObject({ sessionPresent: false });
  }
  expect(t.broker.gauges.sessions).toBe(6);
  const again = t.client({ clientId: 'pump' });
  expect(await again.connect(lasting(5))).toMatchObject({ sessionPresent: true });
});
