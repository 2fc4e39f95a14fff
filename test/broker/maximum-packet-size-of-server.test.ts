import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.2.2-15] a packet above the announced Maximum Packet Size ends the connection`, async () => {
    const t = await testBroker({ broker: { packetBytesMax: 200 } });
    const client = await t.connect({ version });
    await client.subscribe('a');
    const head = 1 + 2 + 3 + (version === 5 ? 1 : 0);
    await client.publish('a', 'x'.repeat(200 - head));
    expect(client.takePublishes()).toHaveLength(1);
    await client.publish('a', 'x'.repeat(201 - head));
    expect(client.takePublishes()).toHaveLength(0);
    expect(outcome(client)).toBe(version === 5 ? 0x95 : 'closed');
  });

  test(`v${version} [MQTT-3.2.2-15] the size is judged when it is announced, before the packet has come`, async () => {
    const t = await testBroker({ broker: { packetBytesMax: 200 } });
    const client = await t.connect({ version });
    await client.sendBytes('30 ff ff ff 7f');
    expect(outcome(client)).toBe(version === 5 ? 0x95 : 'closed');
  });
}
