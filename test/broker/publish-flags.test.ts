import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  const malformed = version === 5 ? 0x81 : 'closed';
  const noProperties = version === 5 ? '00' : '';

  test(`v${version} [MQTT-3.3.1-4] QoS 3 ends the connection`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.sendBytes(`36 0${version === 5 ? 6 : 5} 0001 61 0001 ${noProperties}`);
    expect(outcome(client)).toBe(malformed);
  });

  test(`v${version} [MQTT-3.3.1-2] DUP at QoS 0 ends the connection`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.sendBytes(`38 0${version === 5 ? 4 : 3} 0001 61 ${noProperties}`);
    expect(outcome(client)).toBe(malformed);
  });

  for (const qos of [1, 2] as const) {
    test(`v${version} QoS ${qos} [MQTT-3.3.1-3] DUP of the publisher is not passed on`, async () => {
      const t = await testBroker();
      const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
      await receiver.subscribe('a', { qos });
      await publisher.publish('a', 'x', { qos, dup: true });
      expect(receiver.takePublishes()).toMatchObject([{ text: 'x', qos, dup: false }]);
    });
  }

  test(`v${version} [MQTT-4.3.1-1] [MQTT-3.3.1-2] QoS 0 is sent with DUP 0 and once, also when it came as QoS 2 with DUP`, async () => {
    const t = await testBroker();
    const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
    await receiver.subscribe('a', { qos: 0 });
    await publisher.publish('a', 'first', { qos: 0 });
    await publisher.publish('a', 'second', { qos: 2, dup: true });
    await t.advance(60_000);
    expect(receiver.takePublishes()).toMatchObject([
      { text: 'first', qos: 0, dup: false, packetId: 0 },
      { text: 'second', qos: 0, dup: false, packetId: 0 },
    ]);
  });
}
