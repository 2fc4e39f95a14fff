/** Bytes of payloads that may be unacknowledged towards a client. */

import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/test-broker.ts';

const lasting = { properties: { sessionExpiryInterval: 60 } };

test.each([1, 2] as const)('QoS %i: further messages wait until enough bytes are acknowledged', async (qos) => {
  const t = await testBroker({ broker: { inflightBytesMax: 10 } });
  const receiver = await t.connect({ clientId: 'r', connect: lasting });
  await receiver.subscribe('a', { qos });
  // The first is larger than the limit, and goes all the same: it would never go otherwise.
  for (const payload of ['x'.repeat(30), '4444', '4445', '4446', '4447']) {
    await t.broker.publish({ topic: 'a', payload, qos });
  }
  await t.run();
  const finish = async (packetId: number): Promise<void> => {
    if (qos === 1) {
      await receiver.ack('puback', packetId);
      return;
    }
    await receiver.ack('pubrec', packetId);
    expect(receiver.takePublishes(), 'PUBREC alone makes no room').toEqual([]);
    await receiver.ack('pubcomp', packetId);
  };
  const [large, ...none] = receiver.takePublishes();
  expect(none).toEqual([]);
  await finish(large!.packetId);
  const three = receiver.takePublishes();
  expect(three.map(({ text }) => text)).toEqual(['4444', '4445', '4446']);
  await finish(three[0]!.packetId);
  expect(receiver.takePublishes().map(({ text }) => text)).toEqual(['4447']);
});

test('what is in flight is sent again in full after a reconnect, and counts as before', async () => {
  const t = await testBroker({ broker: { inflightBytesMax: 10 } });
  const first = await t.connect({ clientId: 'r', connect: lasting });
  await first.subscribe('a', { qos: 1 });
  for (let i = 0; i < 6; i++) await t.broker.publish({ topic: 'a', payload: `444${i}`, qos: 1 });
  await t.run();
  expect(first.takePublishes()).toHaveLength(3);
  await first.drop();
  const again = await t.connect({ clientId: 'r', connect: { ...lasting, cleanStart: false } });
  const repeats = again.takePublishes();
  expect(repeats.map(({ text }) => text)).toEqual(['4440', '4441', '4442']);
  for (const { packetId } of repeats) await again.ack('puback', packetId);
  expect(again.takePublishes().map(({ text }) => text)).toEqual(['4443', '4444', '4445']);
});
