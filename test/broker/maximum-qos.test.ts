import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

for (const maximumQos of [0, 1] as const) {
  for (const where of ['broker', 'rules'] as const) {
    const options = { [where]: { maximumQos } };

    test(`[MQTT-3.2.2-9] CONNACK has Maximum QoS ${maximumQos} when it is set for the ${where}`, async () => {
      const t = await testBroker(options);
      const connack = await t.client().connect();
      expect(connack?.properties?.maximumQos).toBe(maximumQos);
    });

    for (const version of [3, 4, 5] as const) {
      test(`v${version} [MQTT-3.2.2-10] SUBSCRIBE at every QoS is taken with ${maximumQos} as highest of the ${where}`, async () => {
        const t = await testBroker(options);
        const client = await t.connect({ version });
        for (const qos of [0, 1, 2] as const) {
          expect((await client.subscribe(`a${qos}`, { qos }))?.reasonCodes).toEqual([Math.min(qos, maximumQos)]);
        }
        await t.broker.publish({ topic: 'a2', payload: 'x', qos: 2 });
        await t.run();
        expect(client.takePublishes()).toMatchObject([{ qos: maximumQos }]);
      });

      test(`v${version} [MQTT-3.2.2-11] PUBLISH above Maximum QoS ${maximumQos} of the ${where} ends the connection`, async () => {
        const t = await testBroker(options);
        const client = await t.connect({ version });
        await client.publish('a', 'x', { qos: maximumQos });
        expect(outcome(client)).toBe('open');
        await client.publish('a', 'x', { qos: (maximumQos + 1) as 1 | 2, packetId: 2 });
        expect(outcome(client)).toBe(version === 5 ? 0x9b : 'closed');
      });
    }
  }
}

test('[MQTT-3.2.2-9] CONNACK has no Maximum QoS when there is none', async () => {
  const t = await testBroker();
  const connack = await t.client().connect();
  expect(connack?.properties?.maximumQos).toBeUndefined();
});
