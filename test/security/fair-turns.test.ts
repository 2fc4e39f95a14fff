/** Packets of few bytes that cost much: one client gets its share of an event-loop turn, and then others get theirs. */

import { expect, test, vi } from 'vitest';
import type { SubscriptionRequest } from '../../src/packet/types.ts';
import { type TestBroker, type TestClient, testBroker } from '../../src/testing/index.ts';

const request = (filter: string): SubscriptionRequest => ({
  filter,
  qos: 0,
  noLocal: false,
  retainAsPublished: false,
  retainHandling: 2,
});

/** Tells how often `count` was called in the busiest turn, a turn being what happens between two tasks of `soon`. */
function busiestTurn(t: TestBroker): { count: (n?: number) => void; most: () => number; all: () => number } {
  let now = 0;
  let most = 0;
  let all = 0;
  const { soon } = t.clock;
  vi.spyOn(t.clock, 'soon').mockImplementation((task) =>
    soon.call(t.clock, () => {
      now = 0;
      task();
    }),
  );
  return {
    count: (n = 1) => {
      now += n;
      all += n;
      most = Math.max(most, now);
    },
    most: () => most,
    all: () => all,
  };
}

/** 4,096 filters of one client, all of which match `a/a/…/<anything>`. */
async function subscribeToAllMixtures(client: TestClient): Promise<void> {
  const filters = Array.from({ length: 4096 }, (_, i) =>
    i.toString(2).padStart(12, '0').replaceAll('0', '+/').replaceAll('1', 'a/'),
  );
  for (let i = 0; i < filters.length; i += 1024) {
    const subscriptions = filters.slice(i, i + 1024).map((filter) => request(`${filter}#`));
    await client.send({ type: 'subscribe', packetId: 1, subscriptions, properties: undefined });
  }
}

test('publishes that match thousands of subscriptions take turns with other clients', async () => {
  const t = await testBroker();
  await subscribeToAllMixtures(await t.connect());
  const publisher = await t.connect();
  const turn = busiestTurn(t);
  t.broker.on('published', () => turn.count());
  for (let i = 0; i < 200; i++) void publisher.publish(`${'a/'.repeat(12)}${i}`, 'x');
  await t.run();
  expect(turn.all()).toBe(200);
  expect(turn.most()).toBeLessThanOrEqual(13);
});

test('publishes that match few are not held up', async () => {
  const t = await testBroker();
  const publisher = await t.connect();
  const turn = busiestTurn(t);
  t.broker.on('published', () => turn.count());
  for (let i = 0; i < 5_000; i++) void publisher.publish(`a/${i}`, 'x');
  await t.run();
  expect(turn.most()).toBe(5_000);
});

for (const type of ['subscribe', 'unsubscribe'] as const) {
  test(`${type} of thousands of filters takes turns with other clients, and all of it is answered`, async () => {
    const t = await testBroker();
    const client = await t.connect();
    const filters = Array.from({ length: 1000 }, (_, i) => `+/${i}`);
    const subscriptions = filters.map(request);
    const turn = busiestTurn(t);
    t.broker.on('subscribed', () => turn.count());
    t.broker.on('unsubscribed', () => turn.count());
    for (let packetId = 1; packetId <= 20; packetId++) {
      if (type === 'unsubscribe')
        void client.send({ type: 'subscribe', packetId, subscriptions, properties: undefined });
      if (type === 'subscribe') void client.send({ type, packetId, subscriptions, properties: undefined });
      else void client.send({ type, packetId, filters, properties: undefined });
    }
    await t.run();
    expect(
      client.inbox.filter((packet) => packet.type === (type === 'subscribe' ? 'suback' : 'unsuback')),
    ).toHaveLength(20);
    expect(turn.most()).toBeLessThanOrEqual(3_000);
  });
}

test('a client that goes away while it is held leaves nothing', async () => {
  const t = await testBroker();
  const client = await t.connect();
  void client.send({
    type: 'subscribe',
    packetId: 1,
    subscriptions: Array(1024).fill(request('a')),
    properties: undefined,
  });
  void client.send({
    type: 'subscribe',
    packetId: 1,
    subscriptions: Array(1024).fill(request('a')),
    properties: undefined,
  });
  void client.send({
    type: 'subscribe',
    packetId: 1,
    subscriptions: Array(1024).fill(request('a')),
    properties: undefined,
  });
  await client.drop();
  await t.run();
  expect(t.broker.gauges).toMatchObject({ connections: 0, sessions: 0, subscriptions: 0 });
});
