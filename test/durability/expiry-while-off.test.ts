/** Times are absolute: what should end or happen while the broker is off has ended or happens at the next start. */

import { expect, test } from 'vitest';
import { FakeClock, type TestBroker, testBroker } from '../../src/testing/index.ts';
import { Entries, FaultyStore } from './faulty-store.ts';

const START_MS = Date.UTC(2026, 0, 1);
const SECOND = 1000;

interface Stopped {
  readonly entries: Entries;
  /** When it went off. */
  readonly atMs: number;
}

type Ending = 'stop' | 'crash';

async function begin(): Promise<{ t: TestBroker; store: FaultyStore }> {
  const store = new FaultyStore();
  return { t: await testBroker({ store, clock: new FakeClock(START_MS) }), store };
}

async function end({ t, store }: { t: TestBroker; store: FaultyStore }, how: Ending): Promise<Stopped> {
  await t.run();
  const entries = new Entries(store.entries.map);
  const atMs = t.clock.now();
  if (how === 'crash') return { entries, atMs };
  await t.close();
  return { entries: store.entries, atMs };
}

/** Another process, so many seconds later, which finds what the first has left. */
async function restart({ entries, atMs }: Stopped, secondsLater: number): Promise<TestBroker> {
  const t = await testBroker({ store: new FaultyStore(entries), clock: new FakeClock(atMs + secondsLater * SECOND) });
  await t.advance(300);
  return t;
}

const session = (sessionExpiryInterval: number) => ({ cleanStart: false, properties: { sessionExpiryInterval } });

for (const how of ['stop', 'crash'] as const) {
  for (const { seconds, off, present } of [
    { seconds: 60, off: 30, present: true },
    { seconds: 60, off: 61, present: false },
    { seconds: 0xffffffff, off: 40_000_000, present: true },
  ]) {
    test(`${how} [MQTT-4.1.0-2] a session of ${seconds} s, its client gone before, is ${present ? 'there' : 'gone'} after ${off} s`, async () => {
      const first = await begin();
      const client = await first.t.connect({ clientId: 'c', connect: session(seconds) });
      await client.subscribe('a', { qos: 1 });
      await client.drop();
      await Promise.all([first.t.broker.publish({ topic: 'a', payload: 'x', qos: 1 }), first.t.run()]);
      const stopped = await end(first, how);
      const t = await restart(stopped, off);
      const again = t.client({ clientId: 'c' });
      expect(await again.connect(session(seconds))).toMatchObject({ sessionPresent: present });
      expect(again.takePublishes()).toHaveLength(present ? 1 : 0);
      if (!present) expect([...stopped.entries.map.keys()].filter((key) => /^[uqtim]/.test(key))).toEqual([]);
    });
  }

  test(`${how} [MQTT-3.3.2-5] a queued message that expired meanwhile is not delivered, another one with what is left`, async () => {
    const first = await begin();
    const client = await first.t.connect({ clientId: 'c', connect: session(3600) });
    await client.subscribe('a', { qos: 2 });
    await client.drop();
    const publish = (payload: string, messageExpiryInterval: number) =>
      first.t.broker.publish({ topic: 'a', payload, qos: 2, properties: { messageExpiryInterval } });
    await Promise.all([publish('short', 30), publish('long', 300), first.t.run()]);
    const stopped = await end(first, how);
    const t = await restart(stopped, 100);
    const again = await t.connect({ clientId: 'c', connect: session(3600) });
    const received = again.takePublishes();
    expect(received.map(({ text }) => text)).toEqual(['long']);
    expect(received[0]?.properties?.messageExpiryInterval).toBeLessThanOrEqual(200);
    expect(received[0]?.properties?.messageExpiryInterval).toBeGreaterThan(190);
  });

  test(`${how} [MQTT-3.3.2-5] a retained message that expired meanwhile is gone, from the store as well`, async () => {
    const first = await begin();
    const publish = (topic: string, messageExpiryInterval: number) =>
      first.t.broker.publish({ topic, payload: 'x', qos: 1, retain: true, properties: { messageExpiryInterval } });
    await Promise.all([publish('r/short', 30), publish('r/long', 300), first.t.run()]);
    const stopped = await end(first, how);
    const t = await restart(stopped, 100);
    const reader = await t.connect();
    await reader.subscribe('r/#');
    expect(reader.takePublishes().map(({ topic }) => topic)).toEqual(['r/long']);
    await t.advance(11_000);
    expect([...stopped.entries.map.keys()].filter((key) => key.startsWith('r/'))).toEqual(['r/=r/long']);
  });

  for (const { delay, expiry, off, due } of [
    { delay: 60, expiry: 3600, off: 30, due: false },
    { delay: 60, expiry: 3600, off: 61, due: true },
    { delay: 600, expiry: 60, off: 61, due: true },
  ]) {
    test(`${how} [MQTT-3.1.3-9] [MQTT-3.1.2-8] a will with a delay of ${delay} s and a session of ${expiry} s is ${due ? '' : 'not yet '}published after ${off} s`, async () => {
      const first = await begin();
      const watcher = await first.t.connect({ clientId: 'watcher', connect: session(3600) });
      await watcher.subscribe('will', { qos: 1 });
      await watcher.drop();
      const will = {
        topic: 'will',
        payload: Buffer.from('late'),
        qos: 1 as const,
        retain: true,
        properties: { willDelayInterval: delay },
      };
      const client = await first.t.connect({ clientId: 'c', connect: { ...session(expiry), will } });
      await client.drop();
      const t = await restart(await end(first, how), off);
      const again = await t.connect({ clientId: 'watcher', connect: session(3600) });
      expect(again.takePublishes().map(({ text }) => text)).toEqual(due ? ['late'] : []);
      expect(t.broker.gauges.retainedMessages).toBe(due ? 1 : 0);
      // Never twice, whatever becomes of the broker.
      await t.advance(700 * SECOND);
      expect(t.broker.gauges.retainedMessages).toBe(1);
      expect(again.takePublishes()).toHaveLength(due ? 0 : 1);
    });
  }
}

test('[MQTT-4.1.0-2] the session of a client that was connected at a crash ends after its time, however often the broker starts', async () => {
  const first = await begin();
  await first.t.connect({ clientId: 'c', connect: session(100) });
  let stopped = await end(first, 'crash');
  for (let start = 0; start < 3; start++) {
    const store = new FaultyStore(stopped.entries);
    const t = await testBroker({ store, clock: new FakeClock(stopped.atMs + 40 * SECOND) });
    await t.advance(300);
    expect(t.broker.gauges.sessions).toBe(1);
    stopped = await end({ t, store }, 'crash');
  }
  const t = await restart(stopped, 40);
  expect(t.broker.gauges.sessions).toBe(0);
});
