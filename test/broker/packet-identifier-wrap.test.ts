import { expect, test } from 'vitest';
import { encodePacket } from '../../src/packet/encode.ts';
import type { ReceivedPublish, TestBroker, TestClient } from '../../src/testing/index.ts';
import { testBroker } from '../../src/testing/index.ts';

const ROUND = 90;

async function deliver(t: TestBroker, client: TestClient, messages: number): Promise<ReceivedPublish[]> {
  for (let i = 0; i < messages; i++) void t.broker.publish({ topic: 'a', payload: '', qos: 1 });
  await t.run();
  return client.takePublishes();
}

for (const version of [4, 5] as const) {
  test(`v${version} [MQTT-2.2.1-4] [MQTT-4.3.2-1] identifiers begin again after 65,535 and step over those in use`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.subscribe('a', { qos: 1 });
    // The first ten stay unacknowledged all the time.
    const kept = new Set((await deliver(t, client, 10)).map(({ packetId }) => packetId));
    expect(kept.size).toBe(10);
    let delivered = 0;
    let wrapped = false;
    let previous = 0;
    while (delivered < 66_000) {
      const publishes = await deliver(t, client, ROUND);
      expect(publishes).toHaveLength(ROUND);
      for (const { packetId } of publishes) {
        expect(packetId > 0 && packetId <= 65_535 && !kept.has(packetId)).toBe(true);
        if (packetId < previous) wrapped = true;
        previous = packetId;
      }
      delivered += publishes.length;
      const acks = publishes.map(({ packetId }) =>
        encodePacket({ type: 'puback', packetId, reasonCode: 0, properties: undefined }, version),
      );
      await client.sendBytes(Buffer.concat(acks));
    }
    expect(wrapped).toBe(true);
  });
}
