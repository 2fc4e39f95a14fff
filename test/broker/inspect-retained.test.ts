/** Retained messages as an operator sees them: a tree, pages, and how they go for good. */

import { describe, expect, it } from 'vitest';
import { InvalidRequest } from '../../src/broker/broker.ts';
import { type TestBroker, testBroker } from '../../src/testing/test-broker.ts';
import { KeptStore } from './kept-store.ts';

async function withRetained(store: KeptStore | undefined, ...topics: string[]): Promise<TestBroker> {
  const broker = await testBroker(store === undefined ? {} : { store });
  const client = await broker.connect({ clientId: 'p' });
  for (const topic of topics) await client.publish(topic, `payload of ${topic}`, { retain: true });
  return broker;
}

/** Lets a broker that commits go on until the answer is there. */
async function answerOf<T>(broker: TestBroker, answer: Promise<T>): Promise<T> {
  await broker.run();
  return await answer;
}

describe('retained messages', () => {
  const topics = ['a/b/c', 'a/b', 'a/d', 'b', '/x', '$other/y'];

  it('are shown as a tree, with those below $ names', async () => {
    const broker = await withRetained(undefined, ...topics);
    const { retained } = broker.broker.inspect;
    expect((await retained.children()).items).toEqual([
      { level: '', topic: '', count: 1, isLeaf: false },
      { level: '$other', topic: '$other', count: 1, isLeaf: false },
      { level: 'a', topic: 'a', count: 3, isLeaf: false },
      { level: 'b', topic: 'b', count: 1, isLeaf: true },
    ]);
    expect((await retained.children({ parent: 'a' })).items).toEqual([
      { level: 'b', topic: 'a/b', count: 2, isLeaf: true },
      { level: 'd', topic: 'a/d', count: 1, isLeaf: true },
    ]);
    for (const parent of ['none', '#', '+', '', 'a/#']) {
      const below = (await retained.children({ parent })).items;
      expect(below.length).toBe(parent === '' ? 1 : 0);
    }
    await broker.close();
  });

  it('are listed in pages, by filter and by what occurs in the topic', async () => {
    const broker = await withRetained(undefined, ...topics);
    const { retained } = broker.broker.inspect;
    const first = await retained.list({ limit: 4 });
    expect(first.items.map(({ topic }) => topic)).toEqual(['$other/y', '/x', 'a/b', 'a/b/c']);
    expect(first.total).toBe(6);
    expect((await retained.list({ cursor: first.next })).items.map(({ topic }) => topic)).toEqual(['a/d', 'b']);
    expect((await retained.list({ filter: 'a/+' })).total).toBe(2);
    expect((await retained.list({ search: 'B' })).total).toBe(3);
    await expect(retained.list({ filter: 'a#' })).rejects.toThrow(InvalidRequest);
    await broker.close();
  });

  it('are shown one by one with everything that belongs to them', async () => {
    const broker = await testBroker();
    const client = await broker.connect({ clientId: 'p' });
    const properties = { contentType: 'text/plain', messageExpiryInterval: 60 };
    await client.publish('t', 'hello', { qos: 1, retain: true, properties });
    const { retained } = broker.broker.inspect;
    const shown = retained.get('t')!;
    expect(shown).toMatchObject({ topic: 't', bytes: 5, qos: 1, publisher: 'p', properties });
    expect(shown.payload.toString()).toBe('hello');
    expect(shown.expiresAtMs).toBe(broker.clock.now() + 60_000);
    shown.payload.fill(0);
    expect(retained.get('t')!.payload.toString()).toBe('hello');
    await broker.advance(61_000);
    expect(retained.get('t')).toBeUndefined();
    expect((await retained.list()).total).toBe(0);
    await broker.close();
  });

  it('are deleted for good, one or all below a topic, and nobody gets a message for it', async () => {
    const store = new KeptStore();
    const broker = await withRetained(store, ...topics, 'ab/x');
    const watcher = await broker.connect({ clientId: 'w' });
    await watcher.subscribe('#');
    watcher.takePublishes();
    const { retained } = broker.broker.inspect;
    expect(await answerOf(broker, retained.delete('b'))).toBe(true);
    expect(await answerOf(broker, retained.delete('b'))).toBe(false);
    expect(await answerOf(broker, retained.deleteBelow('a'))).toBe(3);
    expect(watcher.takePublishes()).toEqual([]);
    await broker.close();
    const next = await testBroker({ store, clock: broker.clock });
    const left = await next.broker.inspect.retained.list();
    expect(left.items.map(({ topic }) => topic)).toEqual(['$other/y', '/x', 'ab/x']);
    await next.close();
  });

  it('are deleted by filter, thousands of them without holding anybody up', async () => {
    const broker = await testBroker();
    const client = await broker.connect();
    for (let i = 0; i < 1_200; i++) await client.publish(`s/${i}/t`, 'x', { retain: true });
    const { retained } = broker.broker.inspect;
    const deleting = retained.deleteMatching('s/+/t');
    await broker.run();
    expect(await deleting).toBe(1_200);
    expect(broker.broker.gauges.retainedMessages).toBe(0);
    await expect(retained.deleteMatching('a#')).rejects.toThrow(InvalidRequest);
    await expect(retained.deleteBelow('a/#')).rejects.toThrow(InvalidRequest);
    await expect(retained.deleteBelow('')).rejects.toThrow(InvalidRequest);
    await broker.close();
  });

  it('are not said to be gone for good when the store refuses', async () => {
    const store = new KeptStore();
    const broker = await withRetained(store, 'a');
    store.failing = true;
    const deleting = broker.broker.inspect.retained.delete('a');
    const refused = expect(deleting).rejects.toThrow(/store refuses/);
    await broker.run();
    await refused;
    await broker.close();
  });
});
