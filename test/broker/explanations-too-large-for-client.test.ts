import { expect, test } from 'vitest';
import type { UserProperty } from '../../src/packet/types.ts';
import { type TestBrokerOptions, testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { recordBytes } from './outcome.ts';

/** An authenticator that grants or denies with long explanations. */
function verbose(outcome: 'allow' | 'deny'): TestBrokerOptions {
  const userProperties: UserProperty[] = [['n', 'v'.repeat(60)]];
  const reasonString = 'r'.repeat(60);
  const verdict = outcome === 'allow' ? { outcome, userProperties } : { outcome, reasonString };
  return { access: { authenticators: [{ name: 'verbose', authenticate: () => verdict }] } };
}

for (const [title, options, sizes] of [
  ['[MQTT-3.2.2-20] an accepting CONNACK loses its User Properties', verbose('allow'), [16, 60]],
  ['[MQTT-3.2.2-19] a refusing CONNACK loses its Reason String', verbose('deny'), [5, 60]],
] as const) {
  test(`[MQTT-3.1.2-24] ${title} where it would be too large`, async () => {
    for (const maximumPacketSize of sizes) {
      const t = await testBroker(options);
      const client = t.client();
      const received = recordBytes(client);
      await client.send(client.connectPacket({ properties: { maximumPacketSize } }));
      const bytes = received();
      expect(bytes[0]).toBe(0x20);
      expect(bytes.length).toBeLessThanOrEqual(maximumPacketSize);
      expect(bytes.includes('vvv') || bytes.includes('rrr')).toBe(false);
    }
    const t = await testBroker(options);
    const roomy = t.client();
    const connack = await roomy.connect({ properties: { maximumPacketSize: 200 } });
    expect(connack?.properties?.userProperties ?? connack?.properties?.reasonString).toBeDefined();
  });
}

test('[MQTT-3.14.2-3] [MQTT-3.14.2-4] DISCONNECT loses its Reason String where it would be too large', async () => {
  for (const [maximumPacketSize, isTold] of [
    [24, false],
    [200, true],
  ] as const) {
    const t = await testBroker();
    const client = await t.connect({ connect: { properties: { maximumPacketSize } } });
    const received = recordBytes(client);
    await client.sendBytes(frame(0xc1, ''));
    const bytes = received();
    expect([bytes[0], bytes[2]]).toEqual([0xe0, 0x81]);
    expect(bytes.length > 3).toBe(isTold);
  }
});
