import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.2.2-14] PUBLISH with RETAIN ends the connection where nothing is retained`, async () => {
    const t = await testBroker({ broker: { retainAvailable: false } });
    const client = await t.connect({ version });
    await client.publish('a', 'x');
    expect(outcome(client)).toBe('open');
    await client.publish('a', 'x', { retain: true });
    expect(outcome(client)).toBe(version === 5 ? 0x9a : 'closed');
    expect(t.broker.gauges.retainedMessages).toBe(0);
  });
}
