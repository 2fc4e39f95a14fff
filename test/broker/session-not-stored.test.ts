import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { KeptStore } from './kept-store.ts';
import { lasting } from './lasting-session.ts';
import { outcome } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.1.4-2] [MQTT-4.8.0-2@3.1.1] a session that cannot be stored is refused as server unavailable`, async () => {
    const store = new KeptStore();
    const t = await testBroker({ store });
    store.failing = true;
    const client = t.client({ version, clientId: 'pump' });
    await client.send(client.connectPacket(lasting(version)));
    expect(outcome(client)).toBe(version === 5 ? 0x88 : 3);
    store.failing = false;
    const again = t.client({ version, clientId: 'pump' });
    await again.send(again.connectPacket(lasting(version)));
    expect(outcome(again)).toBe('open');
  });

  test(`v${version} a session that need not be stored is not hindered by a store that refuses`, async () => {
    const store = new KeptStore();
    const t = await testBroker({ store });
    store.failing = true;
    const client = await t.connect({ version });
    await client.subscribe('a');
    await client.publish('a', 'x');
    expect(client.takePublishes()).toHaveLength(1);
  });
}
