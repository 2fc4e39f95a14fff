/** What waits is read back when a commit is done or a line is free again, where no packet is at hand to blame. */

import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { DurableClient } from './client.ts';
import { FaultyStore } from './faulty-store.ts';
import { Ledger } from './ledger.ts';
import { connectInMemory } from './memory-line.ts';

const WAITING = 300;
const ALWAYS = Number.POSITIVE_INFINITY;

/** A receiver with more in its queue than memory holds, and nobody to read it yet. */
async function withQueue(version: 4 | 5) {
  const store = new FaultyStore();
  const errors: string[] = [];
  const quiet = (): void => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: (message: string) => void errors.push(message) };
  const t = await testBroker({ store, log });
  const ledger = new Ledger(() => true);
  const receiver = new DurableClient('receiver', version);
  const publisher = new DurableClient('publisher', version);
  ledger.watchPublisher(publisher);
  ledger.watchReceiver(receiver);
  await connectInMemory(t, receiver);
  receiver.subscribe({ '2/#': 2 });
  await t.run();
  receiver.disconnect();
  await connectInMemory(t, publisher);
  for (let sent = 0; sent < WAITING; sent++) {
    publisher.publish('2/x', ledger.next('2/x'), 2);
    await t.run();
  }
  return { t, store, errors, ledger, receiver, publisher };
}

for (const version of [4, 5] as const) {
  test(`v${version} a queue that cannot be read ends the connection of its client alone, and is delivered later`, async () => {
    const { t, store, errors, ledger, receiver, publisher } = await withQueue(version);
    store.fault = { operation: 'range', nth: store.counts.range + 2, times: ALWAYS };
    await connectInMemory(t, receiver);
    await t.advance(100);
    expect(receiver.isOpen).toBe(false);
    if (version === 5) expect(receiver.disconnectCode).toBe(0x83);
    expect(errors).toEqual(['The store cannot be read']);
    expect(publisher.isConnected).toBe(true);
    store.fault = undefined;
    await connectInMemory(t, receiver);
    await t.advance(100);
    expect([...ledger.complaints, ...ledger.missing('receiver', () => true)]).toEqual([]);
    expect(ledger.received).toBe(WAITING);
  });
}

test('a session that ends while the store cannot be read leaves records that the next start deletes', async () => {
  const { t, store, errors } = await withQueue(5);
  store.fault = { operation: 'range', nth: store.counts.range + 1, times: ALWAYS };
  const clean = new DurableClient('receiver', 5, { cleanStart: true, expirySeconds: 0 });
  await connectInMemory(t, clean);
  expect(clean.isConnected).toBe(true);
  expect(errors).toHaveLength(1);
  store.fault = undefined;
  await t.close();
  const next = await testBroker({ store: new FaultyStore(store.entries) });
  await next.run();
  expect([...store.entries.map.keys()].filter((key) => /^[uqtm]/.test(key))).toEqual([]);
});

test('a full queue that cannot be read drops the new message and does not blame its publisher', async () => {
  const store = new FaultyStore();
  const t = await testBroker({ store, broker: { queuedMessagesMax: 3, queueFull: 'drop_oldest' } });
  const receiver = new DurableClient('receiver', 5);
  const publisher = new DurableClient('publisher', 5);
  await connectInMemory(t, receiver);
  receiver.subscribe({ a: 1 });
  await t.run();
  receiver.disconnect();
  await connectInMemory(t, publisher);
  store.fault = { operation: 'range', nth: store.counts.range + 1, times: ALWAYS };
  for (let sent = 0; sent < 5; sent++) {
    publisher.publish('a', `a ${sent}`, 1);
    await t.run();
  }
  expect(publisher.isConnected).toBe(true);
  expect(publisher.unacknowledged).toBe(0);
  expect(t.broker.counters.dropped.get('queue_full')).toBe(2);
});
