import { describe, expect, it, test } from 'vitest';
import type { BrokerOptions } from '../../src/broker/options.ts';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

/** What a client is told in CONNACK whose listener has these options, and what one without them is told. */
async function told(options: Partial<BrokerOptions>) {
  const t = await testBroker();
  const own = await t.client({ options }).connect();
  const other = await t.client().connect();
  return { own: own?.properties ?? {}, other: other?.properties ?? {} };
}

describe('options of the clients of one listener', () => {
  it.each([
    [{ receiveMaximum: 7 }, { receiveMaximum: 7 }],
    [{ packetBytesMax: 2048 }, { maximumPacketSize: 2048 }],
    [{ retainAvailable: false }, { retainAvailable: false }],
    [{ wildcardSubscriptionAvailable: false }, { wildcardSubscriptionAvailable: false }],
    [{ sharedSubscriptionAvailable: false }, { sharedSubscriptionAvailable: false }],
    [{ keepAliveSecondsMax: 5 }, { serverKeepAlive: 5 }],
  ] as [Partial<BrokerOptions>, object][])('%o are what they are told, and nobody else', async (options, expected) => {
    const { own, other } = await told(options);
    expect(own).toMatchObject(expected);
    expect(other).not.toMatchObject(expected);
  });

  test('a publisher is held to the limits of its own listener', async () => {
    const t = await testBroker();
    const strict = await t.connect({ options: { topicLevelsMax: 2, retainAvailable: false } });
    const free = await t.connect();
    await free.publish('a/b/c', 'x', { retain: true });
    expect(free.isClosed).toBe(false);
    await strict.publish('a/b/c', 'x');
    expect(strict.isClosed).toBe(true);
    const again = await t.connect({ options: { retainAvailable: false } });
    await again.publish('a', 'x', { retain: true });
    expect(again.isClosed).toBe(true);
  });

  test('[MQTT-3.3.4-9] a receiver has no more in flight than its own listener allows', async () => {
    const t = await testBroker();
    const narrow = await t.connect({ options: { inflightMax: 1 } });
    const wide = await t.connect();
    for (const client of [narrow, wide]) await client.subscribe('a', { qos: 1 });
    for (const payload of ['1', '2', '3']) await t.broker.publish({ topic: 'a', payload, qos: 1 });
    await t.run();
    expect(narrow.takePublishes()).toHaveLength(1);
    expect(wide.takePublishes()).toHaveLength(3);
  });

  test('a queue is bounded by the listener through which its client came last', async () => {
    const t = await testBroker({ broker: { queuedMessagesMax: 100 } });
    const options = { queuedMessagesMax: 2, queueFull: 'drop_oldest' as const };
    const first = await t.connect({ clientId: 'r', connect: lasting(5), options });
    await first.subscribe('a', { qos: 1 });
    await first.drop();
    for (let i = 0; i < 5; i++) await t.broker.publish({ topic: 'a', payload: `${i}`, qos: 1 });
    const second = await t.connect({ clientId: 'r', connect: lasting(5) });
    expect(second.takePublishes().map(({ text }) => text)).toEqual(['3', '4']);
    await second.drop();
    for (let i = 0; i < 5; i++) await t.broker.publish({ topic: 'a', payload: `${i}`, qos: 1 });
    const third = await t.connect({ clientId: 'r', connect: lasting(5), options });
    expect(third.takePublishes().length).toBeGreaterThan(2);
  });

  test('QoS is raised for the receivers of one listener alone', async () => {
    const t = await testBroker();
    const raised = await t.connect({ options: { upgradeQos: true } });
    const plain = await t.connect();
    await t.broker.publish({ topic: 'kept', payload: 'x', retain: true });
    for (const client of [raised, plain]) await client.subscribe('#', { qos: 1 });
    await t.broker.publish({ topic: 'a', payload: 'x' });
    await t.run();
    expect(raised.takePublishes().map(({ qos }) => qos)).toEqual([1, 1]);
    expect(plain.takePublishes().map(({ qos }) => qos)).toEqual([0, 0]);
  });

  test('who comes again and again is banned only where it is looked for', async () => {
    const t = await testBroker({ broker: { flappingConnectsMax: 2 } });
    const outcomes: (number | undefined)[] = [];
    for (const options of [{}, { flappingDetection: true }, {}, { flappingDetection: true }]) {
      const client = t.client({ clientId: 'often', options });
      outcomes.push((await client.connect())?.reasonCode);
    }
    expect(outcomes).toEqual([0, 0, 0, 0x8a]);
  });
});

describe('a mountpoint that names its client', () => {
  const rules = { mountpoint: 'of/%u/%c/' };

  it('keeps the topics of clients apart', async () => {
    const t = await testBroker();
    const [one, other] = [
      await t.connect({ clientId: 'c1', rules, connect: { username: 'u', password: Buffer.from('') } }),
      await t.connect({ clientId: 'c2', rules, connect: { username: 'u', password: Buffer.from('') } }),
    ];
    const everything = await t.connect();
    await everything.subscribe('#');
    for (const client of [one, other]) await client.subscribe('#');
    await one.publish('a', 'x');
    expect(everything.takePublishes().map(({ topic }) => topic)).toEqual(['of/u/c1/a']);
    expect(one.takePublishes().map(({ topic }) => topic)).toEqual(['a']);
    expect(other.takePublishes()).toEqual([]);
  });

  it('publishes wills behind it', async () => {
    const t = await testBroker();
    const watcher = await t.connect();
    await watcher.subscribe('#');
    const will = { topic: 'gone', payload: Buffer.from('x'), qos: 0 as const, retain: false, properties: undefined };
    const client = await t.connect({ clientId: 'c1', rules: { mountpoint: '%c/' }, connect: { will } });
    await client.drop();
    expect(watcher.takePublishes().map(({ topic }) => topic)).toEqual(['c1/gone']);
  });

  it.each([
    ['has no user name', 'c', undefined],
    ['has an empty user name', 'c', ''],
    ['has a wildcard in its name', '+', 'u'],
    ['has a wildcard in its user name', 'c', '#'],
    ['has a slash in its name, behind which the topics of others could lie', 'a/b', 'u'],
  ])('refuses a client that %s', async (_, clientId, username) => {
    const t = await testBroker();
    const client = t.client({ clientId, rules });
    const connack = await client.connect(username === undefined ? {} : { username, password: Buffer.from('') });
    expect(connack?.reasonCode).toBe(0x87);
  });

  it("refuses a client whose name would make its topics the broker's own", async () => {
    const t = await testBroker();
    const client = t.client({ clientId: '$SYS', rules: { mountpoint: '%c/' } });
    expect((await client.connect())?.reasonCode).toBe(0x87);
  });
});
