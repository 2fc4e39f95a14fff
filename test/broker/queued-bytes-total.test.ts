import { expect, test } from 'vitest';
import { type TestBroker, type TestBrokerOptions, testBroker } from '../../src/testing/index.ts';
import { KeptStore } from './kept-store.ts';
import { lasting } from './lasting-session.ts';

async function publish(t: TestBroker, topic: string): Promise<void> {
  void t.broker.publish({ topic, payload: Buffer.alloc(1000), qos: 1 });
  await t.run();
}

for (const kind of ['memory', 'journal'] as const) {
  const options = (): TestBrokerOptions => ({
    broker: { queuedBytesTotalMax: 10_000 },
    ...(kind === 'journal' && { store: new KeptStore() }),
  });

  test(`all queues together have a bound, ${kind}`, async () => {
    const t = await testBroker(options());
    for (let i = 0; i < 5; i++) {
      const client = await t.connect({ clientId: `c${i}`, connect: lasting(5) });
      await client.subscribe(`t/${i}`, { qos: 1 });
      await client.drop();
    }
    for (let i = 0; i < 20; i++) await publish(t, `t/${i % 5}`);
    expect(t.broker.gauges.queuedBytes).toBeLessThanOrEqual(10_000);
    expect(t.broker.gauges.queuedBytes).toBeGreaterThan(5_000);
    const dropped = t.broker.counters.dropped.get('queue_full') ?? 0;
    expect(dropped).toBeGreaterThan(10);
    expect(t.broker.counters.limitsHit.get('queued_bytes_total')).toBe(dropped);
  });

  test(`what is delivered, withdrawn or ended gives its bytes back, ${kind}`, async () => {
    const t = await testBroker(options());
    for (const clientId of ['reads', 'ends', 'shares']) {
      const client = await t.connect({ clientId, connect: lasting(5) });
      await client.subscribe(clientId === 'shares' ? '$share/g/a' : 'a', { qos: 1 });
      await client.drop();
    }
    for (let i = 0; i < 2; i++) await publish(t, 'a');
    expect(t.broker.gauges.queuedBytes).toBeGreaterThan(5_000);
    const reader = await t.connect({ clientId: 'reads', connect: lasting(5) });
    for (const { packetId } of reader.takePublishes()) await reader.ack('puback', packetId);
    t.broker.disconnectClient('ends', true);
    const member = await t.connect({ clientId: 'member' });
    await member.subscribe('$share/g/a', { qos: 1 });
    t.broker.disconnectClient('shares', true);
    await t.run();
    expect(t.broker.gauges.queuedBytes).toBe(0);
  });
}

test('the bytes are known again after a restart', async () => {
  const store = new KeptStore();
  const first = await testBroker({ store });
  const client = await first.connect({ clientId: 'c', connect: lasting(5) });
  await client.subscribe('a', { qos: 1 });
  await client.drop();
  for (let i = 0; i < 3; i++) await publish(first, 'a');
  const { queuedBytes } = first.broker.gauges;
  expect(queuedBytes).toBeGreaterThan(3_000);
  const second = await testBroker({ store });
  expect(second.broker.gauges.queuedBytes).toBe(queuedBytes);
});
