/** A client that sends requests and never reads the answers: what waits for it is bounded, whatever it asks for. */

import { expect, test } from 'vitest';
import { encodePacket } from '../../src/packet/encode.ts';
import { type TestBroker, type TestClient, testBroker } from '../../src/testing/index.ts';

const KB = 1024;
const limits = { writeBufferBytesMax: 16 * KB, packetBytesMax: 16 * KB };
const bound = 2 * limits.writeBufferBytesMax + limits.packetBytesMax;

/** Repeats `bytes` until far more than the bound would have been answered. */
async function flood(client: TestClient, bytes: Buffer, times: number): Promise<void> {
  const block = Buffer.concat(new Array<Buffer>(100).fill(bytes));
  for (let sent = 0; sent < times; sent += 100) await client.sendBytes(block);
}

async function deaf(t: TestBroker): Promise<TestClient> {
  const client = await t.connect();
  client.pair.server.blocked = true;
  return client;
}

const pingreq = Buffer.from([0xc0, 0]);
const publish = Buffer.from([0x32, 8, 0, 1, 0x61, 0, 1, 0, 0x78, 0x78]);
const subscribe = encodePacket(
  {
    type: 'subscribe',
    packetId: 1,
    subscriptions: ['a', 'b', 'c', 'd'].map((filter) => ({
      filter,
      qos: 0,
      noLocal: false,
      retainAsPublished: false,
      retainHandling: 0,
    })),
    properties: undefined,
  },
  5,
);
const unsubscribe = encodePacket({ type: 'unsubscribe', packetId: 1, filters: ['a', 'b'], properties: undefined }, 5);

for (const [name, bytes] of Object.entries({ pingreq, publish, subscribe, unsubscribe })) {
  test(`a flood of ${name} whose answers are not read stops being read`, async () => {
    const t = await testBroker({ broker: limits });
    const client = await deaf(t);
    await flood(client, bytes, 60_000);
    expect(client.pair.server.bytesWaiting).toBeGreaterThanOrEqual(bound);
    expect(client.pair.server.bytesWaiting).toBeLessThan(bound + KB);
    expect(t.broker.counters.limitsHit.get('write_buffer_bytes')).toBe(1);
    expect(client.isClosed).toBe(false);
  });
}

test('the client is read again once it has taken its answers, and gets all of them', async () => {
  const t = await testBroker({ broker: limits });
  const client = await deaf(t);
  await flood(client, pingreq, 60_000);
  client.pair.server.unblock();
  await t.run();
  expect(client.inbox.filter(({ type }) => type === 'pingresp')).toHaveLength(60_000);
});

test('a slow reader of messages is heard all the while: its PINGREQ keeps it alive', async () => {
  const t = await testBroker({ broker: limits });
  const slow = t.client();
  await slow.connect({ keepAlive: 10 });
  await slow.subscribe('a');
  slow.pair.server.blocked = true;
  const publisher = await t.connect();
  for (let i = 0; i < 100; i++) await publisher.publish('a', Buffer.alloc(KB));
  for (let i = 0; i < 10; i++) {
    await slow.sendBytes(pingreq);
    await t.advance(9_000);
  }
  expect(slow.isClosed).toBe(false);
  expect(t.broker.counters.dropped.get('slow_client')).toBeGreaterThan(50);
});

test('a client that never reads again is ended by its keep alive', async () => {
  const t = await testBroker({ broker: limits });
  const client = t.client();
  await client.connect({ keepAlive: 10 });
  client.pair.server.blocked = true;
  await flood(client, pingreq, 60_000);
  await t.advance(20_000);
  expect(t.broker.counters.keepAliveTimeouts).toBe(1);
  expect(t.broker.gauges.sessions).toBe(0);
});
