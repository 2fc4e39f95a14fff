/** Wildcards over many retained messages: what one client can make the broker look at in one turn is bounded. */

import { afterEach, expect, test, vi } from 'vitest';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';
import { TopicWalk } from '../../src/topic/retained-tree.ts';

const retained = 20_000;

async function brokerWithRetained(): Promise<TestBroker> {
  const t = await testBroker();
  for (let i = 0; i < retained; i++) {
    await t.broker.publish({ topic: `site/${i % 100}/device/${i}`, payload: 'x', retain: true });
  }
  return t;
}

/** Counts the names looked at in each turn, a turn being what happens between two tasks of `soon`. */
function countSteps(t: TestBroker): { inTurn: () => number; most: () => number } {
  let steps = 0;
  let most = 0;
  const { step } = TopicWalk.prototype;
  vi.spyOn(TopicWalk.prototype, 'step').mockImplementation(function count(this: TopicWalk<object>) {
    steps++;
    most = Math.max(most, steps);
    return step.call(this);
  });
  const { soon } = t.clock;
  vi.spyOn(t.clock, 'soon').mockImplementation((task) =>
    soon.call(t.clock, () => {
      steps = 0;
      task();
    }),
  );
  return { inTurn: () => steps, most: () => most };
}

afterEach(() => {
  vi.restoreAllMocks();
});

const filters = Array.from({ length: 50 }, (_, i) => ({
  filter: `+/+/+/none-${i}`,
  qos: 0 as const,
  noLocal: false,
  retainAsPublished: false,
  retainHandling: 0 as const,
}));

test('many wildcards in one SUBSCRIBE that match nothing share one bound for a turn', async () => {
  const t = await brokerWithRetained();
  const steps = countSteps(t);
  const client = await t.connect();
  await client.send({ type: 'subscribe', packetId: 1, subscriptions: filters, properties: undefined });
  expect(client.take('suback')?.reasonCodes).toHaveLength(filters.length);
  expect(steps.most()).toBeLessThanOrEqual(5_000);
});

test('many SUBSCRIBE packets in one read share it as well', async () => {
  const t = await brokerWithRetained();
  const steps = countSteps(t);
  const client = await t.connect();
  for (const [i, one] of filters.entries()) {
    void client.send({ type: 'subscribe', packetId: i + 1, subscriptions: [one], properties: undefined });
  }
  await t.run();
  expect(steps.most()).toBeLessThanOrEqual(5_000);
});

test('a receiver that acknowledges does not get more than its share by it, and gets everything in the end', async () => {
  const t = await brokerWithRetained();
  const steps = countSteps(t);
  const client = await t.connect();
  await client.subscribe('#');
  expect(client.takePublishes()).toHaveLength(retained);
  expect(steps.most()).toBeLessThanOrEqual(5_000);
});

test('subscriptions whose replay waits cost the next one nothing', async () => {
  const t = await brokerWithRetained();
  const client = await t.connect();
  client.pair.server.blocked = true;
  const steps = countSteps(t);
  // Enough to fill what may wait, so that every later replay is blocked.
  await t.broker.publish({ topic: 'big/1', payload: Buffer.alloc(600_000), retain: true });
  await t.broker.publish({ topic: 'big/2', payload: Buffer.alloc(600_000), retain: true });
  await client.subscribe('big/+');
  const before = steps.inTurn();
  for (let i = 0; i < 200; i++) {
    void client.send({ type: 'subscribe', packetId: 1, subscriptions: filters, properties: undefined });
  }
  await t.run();
  expect(steps.inTurn()).toBe(before);
  client.pair.server.unblock();
  await t.run();
  expect(client.takePublishes().map(({ topic }) => topic)).toEqual(['big/1', 'big/2']);
});
