/** What a bridge may do in its own broker: the permission chain is asked as about any client, and says no aloud. */

import { expect, test } from 'vitest';
import { AccessChain } from '../../src/access/chain/access-chain.ts';
import type { Action, Authorizer, ClientIdentity, Permission } from '../../src/ports/access.ts';
import { BackendError } from '../../src/ports/backend-error.ts';
import type { Log } from '../../src/ports/log.ts';
import { folder, until } from '../listeners/listening.ts';
import { type BridgingOptions, bridgeTo, bridgingBroker, connected, texts } from './bridging.ts';

interface Rules {
  /** Whether something is denied; a test changes it. */
  denies: (action: Action, topic: string) => boolean;
  readonly asked: { client: ClientIdentity; action: Action; topic: string }[];
  readonly access: AccessChain;
  readonly warnings: string[];
  readonly log: Log;
}

function rules(denies: Rules['denies'], checksDelivery = false): Rules {
  const asked: Rules['asked'] = [];
  const warnings: string[] = [];
  const ignore = (): void => {};
  const log: Log = {
    error: ignore,
    info: ignore,
    debug: ignore,
    warn: (text, fields) => warnings.push(`${text}: ${String(fields?.['cause'])}`),
  };
  const authorizer: Authorizer = {
    name: 'test',
    checksDelivery,
    authorize: (client, { action, topic }): Permission => {
      asked.push({ client, action, topic });
      return made.denies(action, topic) ? 'deny' : 'ignore';
    },
  };
  const made: Rules = { denies, asked, access: new AccessChain({ authorizers: [authorizer] }), warnings, log };
  return made;
}

async function pair(given: Rules, topics: readonly string[], options: BridgingOptions = {}) {
  const here = await bridgingBroker({ access: given.access, log: given.log, ...options });
  const there = await bridgingBroker();
  const bridges = await here.bridge(bridgeTo(there.port, topics));
  await connected(bridges);
  return { here, there, bridges, atHere: here.collect('t/#'), atThere: there.collect('t/#') };
}

test('messages that a bridge may not publish are dropped, counted and told of, and all others cross', async () => {
  const given = rules((action, topic) => action === 'publish' && topic.startsWith('t/secret'));
  const { there, bridges, atHere } = await pair(given, ['t/# in 2'], {
    // A connection that ended would bring the same message again and again.
    brokerOptions: { unauthorizedPublish: 'disconnect' },
  });
  for (const qos of [0, 1, 2] as const) await there.broker.publish({ topic: 't/secret', payload: `${qos}`, qos });
  await there.broker.publish({ topic: 't/open', payload: 'x', qos: 2 });
  await until(() => atHere.length > 0, 'what is allowed');
  expect(texts(atHere)).toEqual(['t/open x']);
  expect(bridges.get('bridge')).toMatchObject({
    state: 'connected',
    counters: { denied: 3, connects: 1 },
    lastFailure: {
      code: 'BRIDGE_LOCAL_DENIED',
      message: expect.stringContaining("may not publish here to 't/secret'"),
    },
  });
  const told = given.warnings.filter((line) => line.includes('may not publish'));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('permissions.unchecked');
  const asked = given.asked.find(({ topic }) => topic === 't/secret');
  expect(asked?.client).toMatchObject({ clientId: 'local.here.bridge', username: '$bridge', peer: { address: '' } });
});

test('a subscription that a bridge may not have is told of, and made when rules change', async () => {
  const given = rules((action, topic) => action === 'subscribe' && topic === 't/closed/#');
  const { here, bridges, atThere } = await pair(given, ['t/closed/# out 1', 't/open/# out 1']);
  expect(bridges.get('bridge')?.lastFailure).toMatchObject({
    code: 'BRIDGE_LOCAL_DENIED',
    message: expect.stringContaining("may not subscribe here to 't/closed/#'"),
  });
  await here.broker.publish({ topic: 't/closed/x', payload: 'early', qos: 1 });
  await here.broker.publish({ topic: 't/open/x', payload: '1', qos: 1 });
  await until(() => atThere.length > 0, 'what is allowed');
  given.denies = () => false;
  given.access.rulesChanged();
  await until(() => here.filters.includes('t/closed/#'), 'the subscription');
  await here.broker.publish({ topic: 't/closed/x', payload: 'late', qos: 1 });
  await until(() => atThere.length > 1, 'what is allowed now');
  expect(texts(atThere)).toEqual(['t/open/x 1', 't/closed/x late']);
  // And what rules take away is told of, and comes back with them.
  given.denies = (action) => action === 'subscribe';
  given.access.rulesChanged();
  await until(
    () => bridges.get('bridge')?.lastFailure?.message.includes('has lost its subscription') === true,
    'the loss is told',
  );
  given.denies = () => false;
  const before = here.filters.length;
  given.access.rulesChanged();
  await until(() => here.filters.length >= before + 2, 'both subscriptions');
  await here.broker.publish({ topic: 't/open/x', payload: '2', qos: 1 });
  await until(() => atThere.length > 2, 'what is allowed again');
});

test('a source that looks at each message on its way looks at those of a bridge', async () => {
  const given = rules((action, topic) => action === 'receive' && topic === 't/secret', true);
  const { here, bridges, atThere } = await pair(given, ['t/# out 1']);
  await here.broker.publish({ topic: 't/secret', payload: 'x', qos: 1 });
  await here.broker.publish({ topic: 't/secret', payload: 'x', qos: 0 });
  await here.broker.publish({ topic: 't/open', payload: 'x', qos: 1 });
  await until(() => atThere.length > 0, 'what is allowed');
  expect(texts(atThere)).toEqual(['t/open x']);
  expect(bridges.get('bridge')?.counters.denied).toBe(2);
});

test('a lazy bridge does not pass on what it counted without being allowed to read it', async () => {
  const given = rules(
    (action, topic) => (action === 'receive' && topic === 't/secret') || (action === 'subscribe' && topic === 's/#'),
    true,
  );
  const here = await bridgingBroker({ access: given.access, log: given.log });
  const there = await bridgingBroker();
  const atThere = there.collect('#');
  const spec = bridgeTo(there.port, ['t/# out 0', 's/# out 0'], { startType: 'lazy', threshold: 3 });
  const bridges = await here.bridge(spec);
  for (const topic of ['s/1', 't/secret', 't/open']) await here.broker.publish({ topic, payload: 'x' });
  await connected(bridges);
  await until(() => texts(atThere).includes('t/open x'), 'what is allowed');
  expect(texts(atThere).filter((line) => line === 's/1 x' || line === 't/secret x')).toEqual([]);
});

test('bridges that are not asked about may do everything but publish to $SYS', async () => {
  const given = rules(() => true, true);
  const { here, there, bridges, atHere, atThere } = await pair(given, ['t/in in 1', 't/out out 1', '$SYS/# in 1'], {
    bridgesUnchecked: true,
  });
  await here.broker.publish({ topic: 't/out', payload: 'x', qos: 1 });
  await there.broker.publish({ topic: 't/in', payload: 'x', qos: 1 });
  await until(() => atHere.length > 1 && atThere.length > 0, 'both directions');
  expect(given.asked).toEqual([]);
  await there.broker.publish({ topic: '$SYS/brokers/x', payload: 'x', qos: 1 });
  await until(() => bridges.get('bridge')!.counters.denied > 0, 'the refusal');
  expect(bridges.get('bridge')?.lastFailure?.message).toMatch(/may not publish here to '\$SYS\/.*no client may/);
});

test('what waits for a bridge is kept while the permissions of its session cannot be had', async () => {
  let isAway = false;
  const authorizer: Authorizer = {
    name: 'database',
    authorize: () => {
      if (isAway) throw new BackendError('SQL_AWAY', 'not there');
      return 'ignore';
    },
  };
  const at = folder();
  const there = await bridgingBroker();
  const spec = bridgeTo(there.port, ['t/# out 1'], { startType: 'manual' });
  const options = { access: new AccessChain({ authorizers: [authorizer] }), folder: at };
  const first = await bridgingBroker(options);
  await first.bridge(spec);
  await first.broker.publish({ topic: 't/1', payload: 'kept', qos: 1 });
  await first.close();
  isAway = true;
  const second = await bridgingBroker({ ...options, access: new AccessChain({ authorizers: [authorizer] }) });
  const bridges = await second.bridge(spec);
  bridges.start('bridge');
  await until(() => bridges.get('bridge')?.lastFailure?.code === 'BRIDGE_LOCAL_UNAVAILABLE', 'the refusal');
  const atThere = there.collect('t/#');
  isAway = false;
  await connected(bridges);
  await until(() => atThere.length > 0, 'what waited');
  expect(texts(atThere)).toEqual(['t/1 kept']);
});
