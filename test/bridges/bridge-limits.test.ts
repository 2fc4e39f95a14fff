/** Limits on what clients may be called, ask for and send: a bridge goes on all the same, and says what it loses. */

import { describe, expect, test } from 'vitest';
import type { BrokerOptions } from '../../src/broker/options.ts';
import { bridgeTo, bridgingBroker, connected, texts } from '../clients/bridging.ts';
import { freePort } from '../clients/mortal.ts';
import { pause, until } from '../listeners/listening.ts';

const limits: readonly (readonly [what: string, options: Partial<BrokerOptions>])[] = [
  ['a prefix of client identifiers', { clientIdPrefix: 'device-' }],
  ['a length of client identifiers', { clientIdBytesMax: 5 }],
  ['a longest keep alive', { keepAliveSecondsMax: 30, keepAliveStrict: true }],
  ['no wildcards', { wildcardSubscriptionAvailable: false }],
  ['one subscription', { subscriptionsPerClientMax: 1 }],
  ['short filters', { subscriptionBytesPerClientMax: 4 }],
  ['QoS 0 at most', { maximumQos: 0 }],
];

test.each(limits)('clients are held to %s, and a bridge is not', async (_what, brokerOptions) => {
  const remote = await bridgingBroker();
  const here = await bridgingBroker({ brokerOptions });
  const [inHere, outThere] = [here.collect('in/#'), remote.collect('o/#')];
  await here.bridged(bridgeTo(remote.port, ['o/out/# out 1', 'o/more/# out 1', 'in/# in 2']));
  await here.broker.publish({ topic: 'o/out/1', payload: 'x', qos: 1 });
  await here.broker.publish({ topic: 'o/more/1', payload: 'x', qos: 1 });
  await remote.broker.publish({ topic: 'in/1', payload: 'x', qos: 2 });
  await until(() => outThere.length === 2 && inHere.length === 1, 'all have arrived', 3_000);
  expect(texts(outThere)).toEqual(['o/out/1 x', 'o/more/1 x']);
});

test('the session in which messages wait lasts however soon those of clients expire', async () => {
  const port = await freePort();
  const brokerOptions = { sessionExpirySecondsMax: 1, sessionExpirySecondsBelowV5: 1 };
  const here = await bridgingBroker({ brokerOptions });
  const bridges = await here.bridge(bridgeTo(port, ['out/# out 1']));
  await here.broker.publish({ topic: 'out/1', payload: 'early', qos: 1 });
  await pause(2_200);
  await here.broker.publish({ topic: 'out/1', payload: 'late', qos: 1 });
  const remote = await bridgingBroker({ listen: { port } });
  const arrived = remote.collect('out/#');
  await connected(bridges);
  await until(() => arrived.length > 1, 'both have arrived', 3_000);
  expect(texts(arrived)).toEqual(['out/1 early', 'out/1 late']);
});

test('a bridge that comes again and again is not banned here, and what waits for it stays', async () => {
  const brokerOptions = { flappingDetection: true, flappingConnectsMax: 2 };
  const here = await bridgingBroker({ brokerOptions });
  const remote = await bridgingBroker();
  const arrived = remote.collect('out/#');
  const bridges = await here.bridged(bridgeTo(remote.port, ['out/# out 1']));
  for (let i = 0; i < 5; i++) {
    remote.broker.disconnectClient('here.bridge', false);
    await until(() => bridges.get('bridge')?.state !== 'connected', 'it has seen the end', 3_000);
    await here.broker.publish({ topic: 'out/1', payload: String(i), qos: 1 });
    await connected(bridges);
  }
  await until(() => arrived.length === 5, 'all have arrived', 3_000);
  expect(bridges.get('bridge')?.lastFailure?.code).toBe('BRIDGE_LOST');
});

describe('the queue of a bridge while the other broker is away', () => {
  /** How many of so many messages arrive when it comes back. */
  async function arriving(
    messages: number,
    queue: { queuedMessagesMax?: number; queuedBytesMax?: number },
  ): Promise<{ arrived: number; dropped: number | undefined; queued: number | undefined; code: string | undefined }> {
    const port = await freePort();
    const here = await bridgingBroker({ brokerOptions: { queuedMessagesMax: 10, queuedBytesMax: 20_000 } });
    const bridges = await here.bridge(bridgeTo(port, ['out/# out 1'], queue));
    for (let i = 0; i < messages; i++)
      await here.broker.publish({ topic: `out/${i}`, payload: 'x'.repeat(100), qos: 1 });
    const { queued, counters, lastFailure } = bridges.get('bridge') ?? {};
    const said = { queued, dropped: counters?.dropped, code: lastFailure?.code };
    const remote = await bridgingBroker({ listen: { port } });
    const arrived = remote.collect('out/#');
    await connected(bridges);
    await until(() => bridges.get('bridge')?.queued === 0, 'nothing waits any more', 3_000);
    await pause(50);
    return { arrived: arrived.length, ...said };
  }

  test('has a length of its own', async () => {
    const seen = await arriving(30, { queuedMessagesMax: 1_000 });
    expect(seen).toMatchObject({ arrived: 30, queued: 30, dropped: 0 });
  });

  test('is as long as those of clients unless it is said', async () => {
    const seen = await arriving(30, {});
    expect(seen).toMatchObject({ arrived: 10, queued: 10, dropped: 20, code: 'BRIDGE_QUEUE_FULL' });
  });

  test('has a size of its own', async () => {
    const { arrived, dropped } = await arriving(30, { queuedMessagesMax: 1_000, queuedBytesMax: 2_000 });
    expect(arrived).toBeGreaterThan(3);
    expect(arrived).toBeLessThan(20);
    expect(dropped).toBe(30 - arrived);
  });
});

test.each([
  ['a topic that is too deep', { topicLevelsMax: 3 }, { topic: 'in/2/3/4', payload: 'x' }, 0],
  ['a topic that is too long', { topicBytesMax: 20 }, { topic: `in/${'x'.repeat(30)}`, payload: 'x' }, 0],
  ['a payload that is too large', { payloadBytesMax: 10 }, { topic: 'in/1', payload: 'x'.repeat(30) }, 0],
  [
    'a retained message where none are kept',
    { retainAvailable: false },
    { topic: 'in/1', payload: 'r', retain: true },
    1,
  ],
] as const)(
  '%s is no reason to end the connection, over which it would come again',
  async (_what, brokerOptions, message, arriving) => {
    const remote = await bridgingBroker();
    const here = await bridgingBroker({ brokerOptions });
    const arrived = here.collect('in/#');
    const bridges = await here.bridged(bridgeTo(remote.port, ['in/# in 1']));
    await remote.broker.publish({ qos: 1, ...message });
    await remote.broker.publish({ topic: 'in/e', payload: 'end', qos: 1 });
    await until(() => arrived.some(({ topic }) => topic === 'in/e'), 'the next message has arrived', 3_000);
    expect(arrived.length).toBe(arriving + 1);
    const { counters, lastFailure } = bridges.get('bridge') ?? {};
    expect(counters).toMatchObject({ connects: 1, failures: 0, denied: 1 - arriving });
    expect(lastFailure?.code).toBe(arriving === 1 ? undefined : 'BRIDGE_LOCAL_DENIED');
    expect(here.collect('in/#')).toEqual([]);
  },
);
