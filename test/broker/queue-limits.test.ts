import { expect, test } from 'vitest';
import type { BrokerOptions } from '../../src/broker/options.ts';
import { type TestClient, testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

async function takeAll(client: TestClient): Promise<string[]> {
  const texts: string[] = [];
  for (let batch = client.takePublishes(); batch.length > 0; batch = client.takePublishes()) {
    for (const { text, packetId } of batch) {
      texts.push(text.slice(0, 1));
      await client.ack('puback', packetId);
    }
  }
  return texts;
}

/** What an absent client finds of messages `0` to `9`, each of 100 bytes. */
async function afterAbsence(broker: Partial<BrokerOptions>) {
  const t = await testBroker({ broker });
  const first = await t.connect({ clientId: 'r', connect: lasting(5) });
  await first.subscribe('a', { qos: 1 });
  await first.drop();
  for (let i = 0; i < 10; i++) await t.broker.publish({ topic: 'a', payload: `${i}`.padEnd(100), qos: 1 });
  const second = await t.connect({ clientId: 'r', connect: lasting(5) });
  return { texts: await takeAll(second), dropped: t.broker.counters.dropped.get('queue_full') ?? 0 };
}

test('a full queue drops the newest message, and counts it', async () => {
  const { texts, dropped } = await afterAbsence({ queuedMessagesMax: 3, queueFull: 'drop_newest' });
  expect(texts).toEqual(['0', '1', '2']);
  expect(dropped).toBe(7);
});

test('a full queue drops the oldest message where it is told to, and counts it', async () => {
  const { texts, dropped } = await afterAbsence({ queuedMessagesMax: 3, queueFull: 'drop_oldest' });
  expect(texts).toEqual(['7', '8', '9']);
  expect(dropped).toBe(7);
});

for (const [queueFull, expected] of [
  ['drop_newest', ['0', '1', '2', '3']],
  ['drop_oldest', ['6', '7', '8', '9']],
] as const) {
  test(`queued bytes are limited as well (${queueFull})`, async () => {
    // A message of 100 bytes counts 201: its payload, its topic and a flat charge.
    const { texts, dropped } = await afterAbsence({ queuedBytesMax: 4 * 201, queueFull });
    expect(texts).toEqual(expected);
    expect(dropped).toBe(6);
  });
}

test('a message larger than the whole queue empties nothing else', async () => {
  const t = await testBroker({ broker: { queuedBytesMax: 1000, queueFull: 'drop_newest' } });
  const first = await t.connect({ clientId: 'r', connect: lasting(5) });
  await first.subscribe('a', { qos: 1 });
  await first.drop();
  for (const payload of ['1', 'x'.repeat(5000), '2']) await t.broker.publish({ topic: 'a', payload, qos: 1 });
  const second = await t.connect({ clientId: 'r', connect: lasting(5) });
  expect(await takeAll(second)).toEqual(['1', '2']);
});

test('a connected client that acknowledges nothing has the same limit behind its window', async () => {
  const t = await testBroker({ broker: { inflightMax: 2, queuedMessagesMax: 3 } });
  const [silent, other] = [await t.connect(), await t.connect()];
  for (const client of [silent, other]) await client.subscribe('a', { qos: 1 });
  for (let i = 0; i < 10; i++) {
    await t.broker.publish({ topic: 'a', payload: `${i}`, qos: 1 });
    await t.run();
    await other.ack('puback', other.takePublishes()[0]!.packetId);
  }
  expect(await takeAll(silent)).toEqual(['0', '1', '2', '3', '4']);
  expect(t.broker.counters.dropped.get('queue_full')).toBe(5);
});

test('what is dropped is told to the program with client and reason', async () => {
  const t = await testBroker({ broker: { queuedMessagesMax: 1 } });
  const told: string[] = [];
  t.broker.on('dropped', ({ message, clientId, reason }) => {
    told.push(`${clientId} ${reason} ${message.payload}`);
  });
  const first = await t.connect({ clientId: 'r', connect: lasting(5) });
  await first.subscribe('a', { qos: 1 });
  await first.drop();
  for (const payload of ['1', '2']) await t.broker.publish({ topic: 'a', payload, qos: 1 });
  expect(told).toEqual(['r queue_full 2']);
});
