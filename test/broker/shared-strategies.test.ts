import { expect, test } from 'vitest';
import type { SharedStrategy } from '../../src/broker/options.ts';
import { type TestClient, testBroker } from '../../src/testing/index.ts';

async function group(sharedStrategy: SharedStrategy, members = 3) {
  const t = await testBroker({ broker: { sharedStrategy } });
  const clients: TestClient[] = [];
  for (let i = 0; i < members; i++) {
    const client = await t.connect({ version: ([3, 4, 5] as const)[i % 3]! });
    await client.subscribe('$share/g/a/#', { qos: 1 });
    clients.push(client);
  }
  const counts = () => clients.map((client) => client.takePublishes().length);
  return { t, clients, counts };
}

const strategies = ['random', 'round_robin', 'sticky', 'hash_client', 'hash_topic'] as const;

for (const strategy of strategies) {
  test(`${strategy}: each message goes to exactly one member, and to every other subscriber as well`, async () => {
    const { t, clients, counts } = await group(strategy);
    const [publisher, plain, otherGroup] = [await t.connect(), await t.connect(), await t.connect()];
    await plain.subscribe('a/#');
    await otherGroup.subscribe('$share/h/a/#');
    for (let i = 0; i < 30; i++) await publisher.publish(`a/${i}`, `${i}`);
    expect(counts().reduce((sum, count) => sum + count)).toBe(30);
    expect(plain.takePublishes()).toHaveLength(30);
    expect(otherGroup.takePublishes()).toHaveLength(30);
    expect(clients.every(({ isClosed }) => !isClosed)).toBe(true);
  });

  test(`${strategy}: a member that leaves gets nothing more and loses nothing for the others`, async () => {
    const { t, clients, counts } = await group(strategy);
    const publisher = await t.connect();
    await clients[0]!.unsubscribe('$share/g/a/#');
    await clients[1]!.drop();
    for (let i = 0; i < 10; i++) await publisher.publish(`a/${i}`, 'x');
    expect(counts()).toEqual([0, 0, 10]);
  });
}

test('round robin takes the members in turn', async () => {
  const { t, counts } = await group('round_robin');
  const publisher = await t.connect();
  for (let i = 0; i < 3; i++) {
    await publisher.publish('a', 'x');
    await publisher.publish('a', 'x');
    await publisher.publish('a', 'x');
    expect(counts()).toEqual([1, 1, 1]);
  }
});

test('random reaches every member', async () => {
  const { t, counts } = await group('random');
  const publisher = await t.connect();
  for (let i = 0; i < 60; i++) await publisher.publish('a', 'x');
  for (const count of counts()) expect(count).toBeGreaterThan(5);
});

test('sticky stays with one member while it is there and then takes another', async () => {
  const { t, clients, counts } = await group('sticky');
  const publisher = await t.connect();
  for (let i = 0; i < 10; i++) await publisher.publish('a', 'x');
  const chosen = counts();
  expect(chosen.toSorted((a, b) => a - b)).toEqual([0, 0, 10]);
  await clients[chosen.indexOf(10)]!.drop();
  for (let i = 0; i < 10; i++) await publisher.publish('a', 'x');
  expect(counts().toSorted((a, b) => a - b)).toEqual([0, 0, 10]);
});

test('hash by client keeps each publisher with one member and spreads publishers', async () => {
  const { t, counts } = await group('hash_client');
  const used = new Set<number>();
  for (let p = 0; p < 20; p++) {
    const publisher = await t.connect({ clientId: `publisher ${p}` });
    for (let i = 0; i < 5; i++) await publisher.publish(`a/${i}`, 'x');
    const seen = counts();
    expect(Math.max(...seen)).toBe(5);
    used.add(seen.indexOf(5));
  }
  expect(used.size).toBe(3);
});

test('hash by topic keeps each topic with one member and spreads topics', async () => {
  const { t, counts } = await group('hash_topic');
  const used = new Set<number>();
  for (let topic = 0; topic < 20; topic++) {
    for (let i = 0; i < 5; i++) await (await t.connect()).publish(`a/${topic}`, 'x');
    const seen = counts();
    expect(Math.max(...seen)).toBe(5);
    used.add(seen.indexOf(5));
  }
  expect(used.size).toBe(3);
});

test('round robin goes on with the next member when one leaves', async () => {
  const { t, clients, counts } = await group('round_robin');
  const publisher = await t.connect();
  for (let i = 0; i < 3; i++) await publisher.publish('a', 'x');
  expect(counts()).toEqual([1, 1, 1]);
  await clients[0]!.unsubscribe('$share/g/a/#');
  await publisher.publish('a', 'x');
  expect(counts()).toEqual([0, 1, 0]);
  await publisher.publish('a', 'x');
  expect(counts()).toEqual([0, 0, 1]);
});
