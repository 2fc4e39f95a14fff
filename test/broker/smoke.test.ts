import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

for (const version of [3, 4, 5] as const) {
  for (const qos of [0, 1, 2] as const) {
    test(`v${version} QoS ${qos} goes from one client to another`, async () => {
      const t = await testBroker();
      const a = await t.connect({ version });
      const b = await t.connect({ version });
      expect((await b.subscribe('a/+', { qos }))?.reasonCodes).toEqual([qos]);
      await a.publish('a/b', 'hello', { qos, packetId: 7 });
      const [got] = b.takePublishes();
      expect(got).toMatchObject({ topic: 'a/b', text: 'hello', qos, retain: false, dup: false });
      if (qos === 1) {
        expect(a.take('puback')).toMatchObject({ packetId: 7, reasonCode: 0 });
        await b.ack('puback', got!.packetId);
      }
      if (qos === 2) {
        expect(a.take('pubrec')).toMatchObject({ packetId: 7, reasonCode: 0 });
        await a.ack('pubrel', 7);
        expect(a.take('pubcomp')).toMatchObject({ packetId: 7, reasonCode: 0 });
        await b.ack('pubrec', got!.packetId);
        expect(b.take('pubrel')).toMatchObject({ packetId: got!.packetId });
        await b.ack('pubcomp', got!.packetId);
      }
      await t.close();
      expect(a.isClosed && b.isClosed).toBe(true);
    });
  }
}
