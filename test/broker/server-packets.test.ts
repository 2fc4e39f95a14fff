import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  const list = version === 5 ? '{}' : '';
  for (const [name, bytes] of [
    ['CONNACK', frame(0x20, `00 00 ${list}`)],
    ['SUBACK', frame(0x90, `0001 ${list} 00`)],
    ['UNSUBACK', frame(0xb0, version === 5 ? '0001 {} 00' : '0001')],
    ['PINGRESP', frame(0xd0, '')],
  ] as const) {
    test(`v${version} [MQTT-4.13.1-1] [MQTT-4.8.0-1@3.1.1] a client that sends ${name} is disconnected`, async () => {
      const t = await testBroker();
      const client = await t.connect({ version });
      await client.sendBytes(bytes);
      expect(outcome(client)).toBe(version === 5 ? 0x82 : 'closed');
    });
  }
}
