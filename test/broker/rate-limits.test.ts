import { expect, test } from 'vitest';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

function counting(t: TestBroker): { messages: number } {
  const count = { messages: 0 };
  t.broker.subscribe('#', () => {
    count.messages++;
  });
  return count;
}

const publishBytes = (payload: string, version: number): Buffer =>
  Buffer.concat([
    Buffer.from([0x30, 3 + (version === 5 ? 1 : 0) + payload.length, 0, 1, 0x61]),
    Buffer.alloc(version === 5 ? 1 : 0),
    Buffer.from(payload),
  ]);

for (const version of [3, 4, 5] as const) {
  test(`v${version} a client above its messages per second is read more slowly and loses nothing`, async () => {
    const t = await testBroker({ broker: { messagesPerSecondMax: 10 } });
    const count = counting(t);
    const client = await t.connect({ version });
    await client.sendBytes(Buffer.concat(Array.from({ length: 100 }, () => publishBytes('x', version))));
    // A burst of one second, and the message that found the bucket empty.
    expect(count.messages).toBe(11);
    for (let second = 1; second <= 5; second++) {
      await t.advance(1000);
      expect(Math.abs(count.messages - (11 + 10 * second))).toBeLessThanOrEqual(1);
    }
    await t.advance(10_000);
    expect(count.messages).toBe(100);
    expect(outcome(client)).toBe('open');
    expect(t.broker.counters.limitsHit.get('messages_per_second')).toBeGreaterThan(50);
  });
}

test('bytes per second slow a client as well, and a message above a whole second is not stuck', async () => {
  const t = await testBroker({ broker: { bytesPerSecondMax: 50 } });
  const count = counting(t);
  const client = await t.connect();
  // Each counts 100 bytes: the payload and the topic.
  await client.sendBytes(Buffer.concat(Array.from({ length: 20 }, () => publishBytes('x'.repeat(99), 5))));
  // The first goes on account of the burst, and the second finds out.
  expect(count.messages).toBe(2);
  for (let seconds = 10; seconds <= 30; seconds += 10) {
    await t.advance(10_000);
    expect(Math.abs(count.messages - (2 + seconds / 2))).toBeLessThanOrEqual(1);
  }
  expect(t.broker.counters.limitsHit.get('bytes_per_second')).toBeGreaterThan(10);
});

test('other clients are not slowed', async () => {
  const t = await testBroker({ broker: { messagesPerSecondMax: 1 } });
  const [flood, calm] = [await t.connect(), await t.connect()];
  await flood.sendBytes(Buffer.concat(Array.from({ length: 50 }, () => publishBytes('x', 5))));
  await calm.publish('a', 'x', { qos: 1 });
  expect(calm.take('puback')).toBeDefined();
});

test('a client that is not read is not cut off for its silence, and later it is', async () => {
  const t = await testBroker({ broker: { bytesPerSecondMax: 10 } });
  const client = await t.connect({ connect: { keepAlive: 2 } });
  await client.sendBytes(Buffer.concat([publishBytes('x'.repeat(100), 5), publishBytes('x'.repeat(100), 5)]));
  await t.advance(9_000);
  expect(outcome(client)).toBe('open');
  await t.advance(20_000);
  expect(outcome(client)).toBe(0x8d);
});

test('a client that leaves while it is not read leaves nothing behind', async () => {
  const t = await testBroker({ broker: { messagesPerSecondMax: 1 } });
  const client = await t.connect();
  await client.sendBytes(Buffer.concat(Array.from({ length: 5 }, () => publishBytes('x', 5))));
  await client.drop();
  await t.advance(60_000);
  expect(t.broker.gauges).toMatchObject({ connections: 0, sessions: 0 });
});
