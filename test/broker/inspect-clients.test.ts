/** Clients and subscriptions as an operator sees them, and what he can do to them. */

import { describe, expect, it } from 'vitest';
import { InvalidRequest } from '../../src/broker/broker.ts';
import { testBroker } from '../../src/testing/test-broker.ts';
import { KeptStore } from './kept-store.ts';

const LASTING = { cleanStart: false, properties: { sessionExpiryInterval: 3_600 } };
const START_MS = Date.UTC(2026, 0, 1);

describe('a client', () => {
  it('is shown with everything that is known of it', async () => {
    const broker = await testBroker({ store: new KeptStore() });
    await broker.advance(1_000);
    const client = await broker.connect({
      clientId: 'c',
      peer: { address: '10.0.0.7', port: 4711, localPort: 1883 },
      connect: {
        username: 'u',
        password: Buffer.from('secret'),
        keepAlive: 60,
        ...LASTING,
        will: { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: true, properties: undefined },
      },
    });
    await client.subscribe('a/#', { qos: 1 });
    await client.publish('a/b', 'hello', { qos: 1 });
    const detail = broker.broker.inspect.client('c')!;
    expect(detail).toMatchObject({
      clientId: 'c',
      username: 'u',
      connected: true,
      address: '10.0.0.7',
      port: 4711,
      localPort: 1883,
      listener: 'memory',
      version: 5,
      superuser: false,
      keepAliveSeconds: 60,
      cleanStart: false,
      expirySeconds: 3_600,
      createdAtMs: START_MS + 1_000,
      connectedAtMs: START_MS + 1_000,
      disconnectedAtMs: 0,
      durable: true,
      subscriptions: 1,
      inflight: 1,
      queued: 0,
      messagesIn: 1,
      messagesOut: 1,
      packetsIn: 3,
      packetsOut: 4,
      dropped: 0,
      droppedBy: {},
      will: { topic: 'w', bytes: 4, qos: 1, retain: true },
    });
    expect(detail.bytesIn).toBeGreaterThan(50);
    expect(detail.bytesOut).toBeGreaterThan(20);
    expect(JSON.stringify(detail)).not.toContain('secret');
    await broker.close();
  });

  it('is shown without a connection while its session lasts, and why messages did not arrive', async () => {
    const broker = await testBroker({ broker: { queuedMessagesMax: 2 } });
    const client = await broker.connect({ clientId: 'c', connect: { ...LASTING, username: 'claimed' } });
    await client.subscribe('a', { qos: 1 });
    await broker.advance(5_000);
    await client.disconnect();
    const other = await broker.connect({ clientId: 'other' });
    for (let i = 0; i < 5; i++) await other.publish('a', 'x', { qos: 1, packetId: i + 1 });
    await other.publish('a', 'x');
    expect(broker.broker.inspect.client('c')).toMatchObject({
      connected: false,
      address: '',
      version: undefined,
      connectedAtMs: 0,
      disconnectedAtMs: START_MS + 5_000,
      expiresAtMs: START_MS + 3_605_000,
      queued: 2,
      dropped: 4,
      droppedBy: { queue_full: 3, offline_qos0: 1 },
    });
    expect(broker.broker.inspect.client('nobody')).toBeUndefined();
    expect(broker.broker.inspect.client('__proto__')).toBeUndefined();
    await broker.close();
  });

  it('keeps when its session began across a restart', async () => {
    const store = new KeptStore();
    const broker = await testBroker({ store });
    await broker.connect({ clientId: 'c', connect: LASTING });
    await broker.advance(60_000);
    await broker.close();
    const next = await testBroker({ store, clock: broker.clock });
    const { createdAtMs, disconnectedAtMs } = next.broker.inspect.client('c')!;
    expect([createdAtMs, disconnectedAtMs]).toEqual([START_MS, START_MS + 60_000]);
    await next.close();
  });
});

describe('what waits for a client', () => {
  it('is shown in its order, from memory and from the journal', async () => {
    const broker = await testBroker({ store: new KeptStore() });
    const { inspect } = broker.broker;
    const connect = { ...LASTING, properties: { ...LASTING.properties, receiveMaximum: 2 } };
    const client = await broker.connect({ clientId: 'c', connect });
    await client.subscribe('t/#', { qos: 2 });
    const other = await broker.connect({ clientId: 'p' });
    for (let i = 0; i < 5; i++) await other.publish(`t/${i}`, 'x'.repeat(i), { qos: 1, packetId: i + 1 });
    const shown = (limit?: number): unknown[] =>
      inspect.waiting('c', limit)!.map(({ state, topic, bytes }) => [state, topic, bytes]);
    expect(shown()).toEqual([
      ['inflight', 't/0', 0],
      ['inflight', 't/1', 1],
      ['queued', 't/2', 2],
      ['queued', 't/3', 3],
      ['queued', 't/4', 4],
    ]);
    expect(inspect.waiting('c', 1)).toMatchObject([{ qos: 1, retain: false, publisher: 'p', packetId: 1 }]);
    await client.drop();
    expect(shown()).toHaveLength(5);
    expect(shown(3).at(-1)).toEqual(['queued', 't/2', 2]);
    expect(inspect.waiting('nobody')).toBeUndefined();
    await broker.close();
  });
});

describe('the list of clients', () => {
  async function crowd(count: number) {
    const broker = await testBroker();
    for (let i = 0; i < count; i++) {
      await broker.connect({
        clientId: `c${String(i).padStart(3, '0')}`,
        peer: { address: `10.0.0.${i % 4}` },
        connect: { username: i % 2 === 0 ? 'Even' : 'odd', ...(i % 5 === 0 && LASTING) },
      });
    }
    return broker;
  }

  it('comes in pages, ordered by Client Identifier', async () => {
    const broker = await crowd(25);
    const { inspect } = broker.broker;
    const first = await inspect.clients({ limit: 10 });
    expect(first.items.map(({ clientId }) => clientId)).toEqual(
      Array.from({ length: 10 }, (_, i) => `c${String(i).padStart(3, '0')}`),
    );
    expect(first.total).toBe(25);
    const second = await inspect.clients({ limit: 10, cursor: first.next });
    expect(second.items[0]!.clientId).toBe('c010');
    const third = await inspect.clients({ limit: 10, cursor: second.next });
    expect(third.items).toHaveLength(5);
    expect(third.next).toBeUndefined();
    await broker.close();
  });

  it('can be narrowed', async () => {
    const broker = await crowd(20);
    const { inspect } = broker.broker;
    const ids = async (query: Parameters<typeof inspect.clients>[0]): Promise<number> =>
      (await inspect.clients(query)).total;
    expect(await ids({ username: 'odd' })).toBe(10);
    expect(await ids({ search: 'EVEN' })).toBe(10);
    expect(await ids({ search: '0.0.3' })).toBe(5);
    expect(await ids({ clientIdPrefix: 'c01' })).toBe(10);
    expect(await ids({ clientId: 'c003' })).toBe(1);
    expect(await ids({ clientId: 'c00' })).toBe(0);
    expect(await ids({ address: '10.0.0.1', username: 'odd' })).toBe(5);
    expect(await ids({ listener: 'elsewhere' })).toBe(0);
    expect(await ids({ where: ({ subscriptions }) => subscriptions > 0 })).toBe(0);
    expect(await ids({ search: '.*' })).toBe(0);
    for (const clientId of ['c000', 'c001', 'c005']) inspect.kick(clientId);
    await broker.run();
    expect(await ids({ connected: false })).toBe(2);
    expect(await ids({ connected: true })).toBe(17);
    await broker.close();
  });

  it('can be ordered by what clients do', async () => {
    const broker = await testBroker();
    for (const [clientId, messages] of [
      ['a', 2],
      ['b', 5],
      ['c', 3],
    ] as const) {
      const client = await broker.connect({ clientId });
      for (let i = 0; i < messages; i++) await client.publish('t', '');
    }
    const page = await broker.broker.inspect.clients({ sort: 'messagesIn', order: 'desc', limit: 2 });
    expect(page.items.map(({ clientId, messagesIn }) => [clientId, messagesIn])).toEqual([
      ['b', 5],
      ['c', 3],
    ]);
    const rest = await broker.broker.inspect.clients({ sort: 'messagesIn', order: 'desc', cursor: page.next });
    expect(rest.items.map(({ clientId }) => clientId)).toEqual(['a']);
    await expect(broker.broker.inspect.clients({ sort: 'constructor' as 'clientId' })).rejects.toThrow(InvalidRequest);
    await broker.close();
  });
});

describe('an operator', () => {
  it('ends a connection, and a session where that is asked for', async () => {
    const broker = await testBroker();
    const { inspect } = broker.broker;
    const client = await broker.connect({ clientId: 'c', connect: LASTING });
    expect(inspect.kick('nobody')).toBe(false);
    expect(inspect.kick('c')).toBe(true);
    await broker.run();
    expect(client.take('disconnect')?.reasonCode).toBe(0x98);
    expect(inspect.kick('c')).toBe(false);
    expect(inspect.client('c')).toBeDefined();
    expect(inspect.kick('c', true)).toBe(true);
    expect(inspect.client('c')).toBeUndefined();
    await broker.close();
  });

  it('subscribes in the place of a client, behind its mountpoint, and unsubscribes', async () => {
    const store = new KeptStore();
    const broker = await testBroker({ store, rules: { mountpoint: 'm/' } });
    const { inspect } = broker.broker;
    const client = await broker.connect({ clientId: 'c', connect: LASTING });
    const published = broker.broker.publish({ topic: 'm/a/kept', payload: 'k', retain: true });
    await broker.run();
    await published;
    expect(inspect.subscribe('c', { filter: 'a/#', qos: 1, identifier: 7 })).toMatchObject({
      clientId: 'c',
      fullFilter: 'm/a/#',
      qos: 1,
      identifier: 7,
    });
    await broker.run();
    const [kept] = client.takePublishes();
    expect(kept).toMatchObject({ topic: 'a/kept', retain: true, properties: { subscriptionIdentifiers: [7] } });
    expect((await inspect.subscriptions()).items).toMatchObject([{ filter: 'm/a/#', share: undefined }]);
    expect(inspect.subscriptionsOf('c')).toHaveLength(1);
    // As a client's own, it outlives a restart.
    await broker.close();
    const next = await testBroker({ store, clock: broker.clock, rules: { mountpoint: 'm/' } });
    expect(next.broker.inspect.subscriptionsOf('c')).toHaveLength(1);
    expect(next.broker.inspect.unsubscribe('c', 'a/#')).toBe(true);
    expect(next.broker.inspect.unsubscribe('c', 'a/#')).toBe(false);
    expect(next.broker.inspect.unsubscribe('nobody', 'a/#')).toBe(false);
    expect(next.broker.inspect.subscribe('nobody', { filter: 'a' })).toBeUndefined();
    await next.close();
  });

  it.each(['', 'a/#/b', 'a+', '$share/g', '$share//a', 'x/'.repeat(200), 'a\0'])(
    'cannot subscribe to %j',
    async (filter) => {
      const broker = await testBroker();
      await broker.connect({ clientId: 'c' });
      expect(() => broker.broker.inspect.subscribe('c', { filter })).toThrow(InvalidRequest);
      await broker.close();
    },
  );

  it('stays within the limits of a client', async () => {
    const broker = await testBroker({ broker: { subscriptionsPerClientMax: 1 } });
    await broker.connect({ clientId: 'c' });
    const { inspect } = broker.broker;
    inspect.subscribe('c', { filter: 'a' });
    expect(inspect.subscribe('c', { filter: 'a', qos: 2 })?.qos).toBe(2);
    expect(() => inspect.subscribe('c', { filter: 'b' })).toThrow(InvalidRequest);
    expect(() => inspect.subscribe('c', { filter: '$share/g/a', noLocal: true })).toThrow(InvalidRequest);
    await broker.close();
  });

  it('finds subscriptions by client, filter, group and topic', async () => {
    const broker = await testBroker();
    const { inspect } = broker.broker;
    for (const clientId of ['a', 'b']) {
      const client = await broker.connect({ clientId });
      await client.subscribe('x/+', { qos: 1 });
      await client.subscribe(`$share/g/${clientId}/#`);
    }
    const total = async (query: Parameters<typeof inspect.subscriptions>[0]): Promise<number> =>
      (await inspect.subscriptions(query)).total;
    expect(await total({})).toBe(4);
    expect(await total({ clientId: 'a' })).toBe(2);
    expect(await total({ clientId: 'nobody' })).toBe(0);
    expect(await total({ filter: 'x/+' })).toBe(2);
    expect(await total({ filter: '$share/g/b/#' })).toBe(1);
    expect(await total({ share: 'g' })).toBe(2);
    expect(await total({ qos: 1 })).toBe(2);
    expect(await total({ matchingTopic: 'a/b/c' })).toBe(1);
    expect(await total({ search: 'X/' })).toBe(2);
    const pages = await inspect.subscriptions({ limit: 3 });
    expect(pages.items.map(({ clientId, fullFilter }) => `${clientId} ${fullFilter}`)).toEqual([
      'a $share/g/a/#',
      'a x/+',
      'b $share/g/b/#',
    ]);
    expect((await inspect.subscriptions({ limit: 3, cursor: pages.next })).items).toHaveLength(1);
    await broker.close();
  });

  it('sees which filters there are, as a list and as a tree', async () => {
    const broker = await testBroker();
    const { inspect } = broker.broker;
    const client = await broker.connect({ clientId: 'a' });
    const other = await broker.connect({ clientId: 'b' });
    for (const filter of ['x/+', 'x/y/#', 'z']) await client.subscribe(filter);
    await other.subscribe('x/+');
    expect((await inspect.routes()).items).toEqual([
      { filter: 'x/+', subscriptions: 2 },
      { filter: 'x/y/#', subscriptions: 1 },
      { filter: 'z', subscriptions: 1 },
    ]);
    expect(inspect.route('x/+')).toEqual({ filter: 'x/+', subscriptions: 2 });
    expect(inspect.route('x/-')).toBeUndefined();
    expect((await inspect.routeChildren({ parent: 'x' })).items).toMatchObject([
      { level: '+', isLeaf: true },
      { level: 'y', isLeaf: false },
    ]);
    expect((await inspect.routes({ search: 'Y' })).total).toBe(1);
    expect(broker.broker.gauges.subscriptions).toBe(4);
    await other.unsubscribe('x/+');
    await client.disconnect();
    expect(broker.broker.gauges.subscriptions).toBe(0);
    await broker.close();
  });

  it('sees who does not take messages', async () => {
    const broker = await testBroker();
    const slow = await broker.connect({ clientId: 'slow', connect: { properties: { receiveMaximum: 1 } } });
    await slow.subscribe('a', { qos: 1 });
    const fast = await broker.connect({ clientId: 'fast' });
    for (let i = 0; i < 4; i++) await fast.publish('a', 'x'.repeat(100), { qos: 1, packetId: i + 1 });
    expect(await broker.broker.inspect.slowSubscribers()).toMatchObject([{ clientId: 'slow', queued: 3, inflight: 1 }]);
    const readings = await broker.broker.inspect.freshReadings();
    expect(readings.contents).toMatchObject({ queuedMessages: 3, inflightMessages: 1, slowClients: 1 });
    await broker.close();
  });
});
