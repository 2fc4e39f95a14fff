import { expect, test } from 'vitest';
import { type TestClient, testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

const limits = [
  ['topic_levels', { topicLevelsMax: 3 }, 'a/b/c', 'a/b/c/d'],
  ['topic_levels', { topicLevelsMax: 3 }, '//', '///'],
  ['topic_bytes', { topicBytesMax: 10 }, 'ééééé', 'éééééé'],
] as const;

const will = (topic: string) =>
  ({ topic, payload: Buffer.from('x'), qos: 0, retain: false, properties: undefined }) as const;

for (const version of [3, 4, 5] as const) {
  for (const [limit, broker, allowed, tooMuch] of limits) {
    const opened = async () => {
      const t = await testBroker({ broker });
      return { t, client: await t.connect({ version }), hits: () => t.broker.counters.limitsHit.get(limit) ?? 0 };
    };

    test(`v${version} ${limit}: PUBLISH to '${tooMuch}' ends the connection (0x90)`, async () => {
      const { t, client, hits } = await opened();
      const watcher = await t.connect();
      await watcher.subscribe('#');
      await client.publish(allowed, 'x');
      await client.publish(tooMuch, 'x');
      expect(watcher.takePublishes().map(({ topic }) => topic)).toEqual([allowed]);
      expect(outcome(client)).toBe(version === 5 ? 0x90 : 'closed');
      expect(hits()).toBe(1);
    });

    test(`v${version} ${limit}: SUBSCRIBE to '${tooMuch}' is refused in SUBACK (0x8F)`, async () => {
      const { client, hits } = await opened();
      expect((await client.subscribe(allowed))?.reasonCodes).toEqual([0]);
      expect((await client.subscribe(tooMuch))?.reasonCodes).toEqual([version === 5 ? 0x8f : 0x80]);
      expect(outcome(client)).toBe('open');
      expect(hits()).toBe(1);
    });

    test(`v${version} ${limit}: UNSUBSCRIBE from '${tooMuch}' ends the connection (0x8F)`, async () => {
      const { client, hits } = await opened();
      expect(await client.unsubscribe(allowed)).toBeDefined();
      await client.unsubscribe(tooMuch);
      expect(outcome(client)).toBe(version === 5 ? 0x8f : 'closed');
      expect(hits()).toBe(1);
    });

    test(`v${version} ${limit}: a will to '${tooMuch}' is refused in CONNECT (0x90)`, async () => {
      const { t, hits } = await opened();
      const connect = async (topic: string): Promise<TestClient> => {
        const client = t.client({ version });
        await client.send(client.connectPacket({ will: will(topic) }));
        return client;
      };
      expect((await connect(allowed)).inbox).toMatchObject([{ type: 'connack', reasonCode: 0 }]);
      expect(outcome(await connect(tooMuch))).toBe(version === 5 ? 0x90 : 'closed');
      expect(hits()).toBe(1);
    });
  }
}
