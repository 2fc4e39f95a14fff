import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

test('[MQTT-4.3.2-1] [MQTT-2.2.1-4] all 65,535 identifiers can be in use at once, and each becomes free again', async () => {
  const t = await testBroker({ broker: { inflightMax: 65_535, queuedMessagesMax: 100_000 } });
  const receiver = await t.connect();
  await receiver.subscribe('a', { qos: 1 });
  for (let i = 0; i < 65_540; i++) void t.broker.publish({ topic: 'a', payload: '', qos: 1 });
  await t.run();
  const ids = receiver.takePublishes().map(({ packetId }) => packetId);
  expect(ids).toHaveLength(65_535);
  expect(new Set(ids).size).toBe(65_535);
  expect(ids).not.toContain(0);
  await receiver.ack('puback', 40_000);
  expect(receiver.takePublishes()).toMatchObject([{ packetId: 40_000 }]);
});

test('[MQTT-4.3.3-1] [MQTT-4.3.3-5] an identifier whose PUBREL waits for PUBCOMP is in use as well', async () => {
  const t = await testBroker({ broker: { inflightMax: 65_535, queuedMessagesMax: 100_000 } });
  const receiver = await t.connect();
  await receiver.subscribe('a', { qos: 2 });
  for (let i = 0; i < 65_537; i++) void t.broker.publish({ topic: 'a', payload: '', qos: 2 });
  await t.run();
  expect(receiver.takePublishes()).toHaveLength(65_535);
  await receiver.ack('pubrec', 1);
  await receiver.ack('pubrec', 2, 0x80);
  expect(receiver.takePublishes()).toMatchObject([{ packetId: 2 }]);
  await receiver.ack('pubcomp', 1);
  expect(receiver.takePublishes()).toMatchObject([{ packetId: 1 }]);
});
