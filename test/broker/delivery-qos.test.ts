import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

for (const version of [3, 4, 5] as const) {
  for (const granted of [0, 1, 2] as const) {
    test(`v${version} [MQTT-3.8.4-8] at granted QoS ${granted} messages come at the lower of both QoS, live and retained`, async () => {
      const t = await testBroker();
      const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
      await receiver.subscribe('live/#', { qos: granted });
      for (const qos of [0, 1, 2] as const) {
        for (const [topic, retain] of [
          [`live/${qos}`, false],
          [`kept/${qos}`, true],
        ] as const) {
          await publisher.publish(topic, 'x', { qos, retain, packetId: qos * 2 + (retain ? 1 : 0) });
        }
      }
      await receiver.subscribe('kept/#', { qos: granted });
      const got = Object.fromEntries(receiver.takePublishes().map(({ topic, qos }) => [topic, qos]));
      const expected = [0, 1, 2].map((qos) => Math.min(qos, granted));
      expect([0, 1, 2].map((qos) => got[`live/${qos}`])).toEqual(expected);
      expect([0, 1, 2].map((qos) => got[`kept/${qos}`])).toEqual(expected);
    });
  }
}

for (const from of [3, 4, 5] as const) {
  for (const to of [3, 4, 5] as const) {
    test(`a message goes from v${from} to v${to} at every QoS`, async () => {
      const t = await testBroker();
      const [publisher, receiver] = [await t.connect({ version: from }), await t.connect({ version: to })];
      await receiver.subscribe('a/+', { qos: 2 });
      const payload = Buffer.from([0, 255, 1, 128]);
      for (const qos of [0, 1, 2] as const) await publisher.publish('a/é', payload, { qos, packetId: qos + 1 });
      expect(receiver.takePublishes()).toMatchObject([0, 1, 2].map((qos) => ({ topic: 'a/é', payload, qos })));
    });
  }
}
