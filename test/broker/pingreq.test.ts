import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.12.4-1] every PINGREQ gets a PINGRESP`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.sendBytes('c000 c000 c000');
    expect(client.inbox).toEqual([{ type: 'pingresp' }, { type: 'pingresp' }, { type: 'pingresp' }]);
  });

  for (const [title, bytes] of [
    ['flags', 'c100'],
    ['a body', 'c001 00'],
  ] as const) {
    test(`v${version} PINGREQ with ${title} ends the connection`, async () => {
      const t = await testBroker();
      const client = await t.connect({ version });
      await client.sendBytes(bytes);
      expect(outcome(client)).toBe(version === 5 ? 0x81 : 'closed');
    });
  }
}
