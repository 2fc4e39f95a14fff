/** Names that clients choose stand in permissions for themselves: no character of theirs widens what is allowed. */

import { expect, test } from 'vitest';
import type { LoginVerdict, PermissionRule } from '../../src/ports/access.ts';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';

/** Everybody has what is named after them, and nothing else. */
const permissions: readonly PermissionRule[] = [
  { effect: 'allow', action: 'all', topic: 'clients/%c' },
  { effect: 'allow', action: 'all', topic: 'clients/%c/#' },
  { effect: 'allow', action: 'all', topic: 'users/%u/#' },
  { effect: 'deny', action: 'all', topic: '#' },
];

function named(): Promise<TestBroker> {
  const authenticate = (): LoginVerdict => ({ outcome: 'allow', permissions });
  return testBroker({ access: { authenticators: [{ name: 'named', authenticate }] } });
}

const odd = [
  '+',
  '#',
  'a/+',
  'a/#',
  '/',
  '',
  'a/b',
  '..',
  '$SYS',
  '%c',
  '%u',
  '.*',
  '[a-z]+',
  '__proto__',
  'victim/',
  '+/+',
];

for (const name of odd) {
  test(`a client called ${JSON.stringify(name)} gets at nothing of others`, async () => {
    const t = await named();
    const victim = await t.connect({ clientId: 'victim', connect: { username: 'victim' } });
    for (const filter of ['clients/victim/#', 'users/victim/#']) {
      expect((await victim.subscribe(filter))?.reasonCodes).toEqual([0]);
    }
    const client = await t.connect({ clientId: name, connect: { username: name } });
    const wanted = ['#', '+/+', 'clients/#', 'clients/+', 'clients/+/#', 'clients/victim/#', 'clients/victim'];
    wanted.push(
      'users/+/#',
      'users/victim/#',
      'users/+/secret',
      '$SYS/#',
      '$share/g/clients/victim',
      '$queue/clients/+/x',
    );
    for (const filter of wanted) {
      const [code] = (await client.subscribe(filter))?.reasonCodes ?? [];
      expect([filter, code]).toEqual([filter, 0x87]);
    }
    for (const topic of ['clients/victim', 'clients/victim/x', 'users/victim/x', '$SYS/x', 'x']) {
      await client.publish(topic, 'x', { qos: 1 });
      expect([topic, client.take('puback')?.reasonCode]).toEqual([topic, 0x87]);
    }
    expect(victim.takePublishes()).toEqual([]);
  });
}

test('an ordinary name gets what is its own, as a shared subscription too', async () => {
  const t = await named();
  const client = await t.connect({ clientId: 'c', connect: { username: 'u' } });
  for (const filter of [
    'clients/c',
    'clients/c/#',
    'clients/c/+/x',
    'users/u/#',
    '$share/g/clients/c/+',
    '$queue/users/u/a',
  ]) {
    expect([filter, (await client.subscribe(filter))?.reasonCodes]).toEqual([filter, [0]]);
  }
});

test('a client without a user name matches no rule that speaks of one', async () => {
  const t = await named();
  const client = await t.connect({ clientId: 'c' });
  for (const filter of ['users/u/#', 'users//x', 'users/undefined/x', 'users/%u/x', 'users/+/x']) {
    expect([filter, (await client.subscribe(filter))?.reasonCodes]).toEqual([filter, [0x87]]);
  }
});

test('what is forbidden as a plain subscription is forbidden as a shared one, and is taken away as such', async () => {
  const denied = new Set<string>();
  const authorizer = {
    name: 'x',
    authorize: (_client: unknown, { topic }: { topic: string }) =>
      denied.has(topic) ? ('deny' as const) : ('allow' as const),
  };
  const t = await testBroker({ access: { authorizers: [authorizer] } });
  const client = await t.connect();
  for (const filter of ['a/+', '$share/g/a/+', '$queue/a/+']) await client.subscribe(filter);
  denied.add('a/+');
  for (const filter of ['a/+', '$share/h/a/+', '$queue/a/+']) {
    expect((await client.subscribe(filter))?.reasonCodes).toEqual([0x87]);
  }
  t.access.rulesChanged();
  await t.run();
  expect(t.broker.gauges.subscriptions).toBe(0);
  // A refused plain subscription has not touched the shared one of the same filter, and the other way round.
  denied.clear();
  await client.subscribe('$share/g/a/+');
  await client.unsubscribe('a/+');
  await t.broker.publish({ topic: 'a/b', payload: 'x' });
  await t.run();
  expect(client.takePublishes()).toHaveLength(1);
});

for (const version of [3, 4, 5] as const) {
  test(`v${version} a will is no way round what a client may not publish`, async () => {
    const t = await named();
    const victim = await t.connect({ clientId: 'victim', connect: { username: 'victim' } });
    await victim.subscribe('clients/victim/#');
    for (const topic of ['clients/victim/x', '$SYS/broker/x', '$share/g/a', '$queue/a']) {
      const will = { topic, payload: Buffer.from('x'), qos: 0 as const, retain: true, properties: undefined };
      const client = t.client({ clientId: 'c', version });
      expect((await client.connect({ will }))?.reasonCode).toBe(version === 5 ? 0x87 : 5);
    }
    expect(victim.takePublishes()).toEqual([]);
    expect(t.broker.gauges.retainedMessages).toBe(0);
  });
}
