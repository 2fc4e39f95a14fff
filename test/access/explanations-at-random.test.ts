/** Random rules of every kind and random requests: what an operator is told is what the broker does. */

import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openBuiltin } from '../../src/access/builtin/source.ts';
import { AccessChain, type ChainSource } from '../../src/access/chain/access-chain.ts';
import { explainAccess } from '../../src/access/chain/explain.ts';
import { defaultRules } from '../../src/access/default-rules.ts';
import type { BrokerContext } from '../../src/broker/context.ts';
import { Counters } from '../../src/broker/counters.ts';
import { defaultBrokerOptions } from '../../src/broker/options.ts';
import { type Asker, authorize } from '../../src/broker/permission/authorize.ts';
import { builtinRows } from '../../src/config/rows/access/builtin.ts';
import type { ClientIdentity, Permission, PermissionRule } from '../../src/ports/access.ts';
import type { PermissionTarget } from '../../src/ports/builtin-users.ts';
import { silentLog } from '../../src/ports/log.ts';
import { SystemClock } from '../../src/std/system-clock.ts';
import { scriptedSource } from '../doubles/access-source.ts';
import { optionReader } from '../doubles/option-reader.ts';
import { clientOf, dependencies, openRules } from './rule-files.ts';

const names = ['a', 'b', '$x', '+', 'é'] as const;
const delayed = ['$delayed/5/a', '$delayed/5/$SYS/a', '$delayed/x/a'] as const;
const topics = [
  ...delayed,
  'a',
  'a/b',
  '$SYS/a',
  '$SYS/broker/connection/a/state',
  '$SYS/broker/bridges/a',
  'm/a',
  'b/$x',
  'é',
] as const;
const filters = [...topics, '#', '+/b', '$SYS/#', 'a/#', '$SYS/broker/+', '$SYS/broker/bridges/+', '+'] as const;

const someClient = fc.record({
  clientId: fc.constantFrom(...names),
  username: fc.constantFrom(undefined, ...names),
  address: fc.constantFrom('127.0.0.1', '10.0.0.1', '::1', '192.0.2.1'),
});

const someRule: fc.Arbitrary<PermissionRule> = fc.record({
  effect: fc.constantFrom('allow', 'deny'),
  action: fc.constantFrom('publish', 'subscribe', 'all'),
  topic: fc.constantFrom(...filters, '%u/#', '%c'),
  literal: fc.boolean(),
});

const someTarget: fc.Arbitrary<PermissionTarget> = fc.oneof(
  fc.constant<PermissionTarget>({ kind: 'all' }),
  fc.record({ kind: fc.constantFrom('username', 'client_id'), name: fc.constantFrom('a', 'b') }),
);

const confLine = fc
  .tuple(
    fc.constantFrom('allow', 'deny'),
    fc.constantFrom('all', '{user, "a"}', '{client, "b"}', '{ipaddr, "127.0.0.1"}', '{ipaddr, "10.0.0.0/8"}'),
    fc.constantFrom('publish', 'subscribe', 'pubsub'),
    fc.constantFrom(...filters, '%u/#', '%c'),
    fc.boolean(),
  )
  .map(([effect, who, action, topic, isLiteral]) => {
    return `{${effect}, ${who}, ${action}, [${isLiteral ? `{eq, "${topic}"}` : `"${topic}"`}]}.\n`;
  });

const fileLine = fc
  .tuple(
    fc.constantFrom('topic', 'pattern', 'user'),
    fc.constantFrom('read', 'write', 'readwrite', 'deny'),
    fc.constantFrom(...filters, '%u/#', '%c'),
  )
  .map(([word, access, topic]) => (word === 'user' ? 'user a\n' : `${word} ${access} ${topic}\n`));

type Scripted = 'allow' | 'deny' | 'ignore' | 'late allow' | 'late deny' | 'down' | 'late down';

/** What a database might do, at once or later. */
function answer(script: Scripted): Permission | Promise<Permission> {
  const isLate = script.startsWith('late ');
  const what = script.replace('late ', '');
  if (what === 'down') {
    if (!isLate) throw new RangeError('The database is away.');
    return Promise.reject(new RangeError('The database is away.'));
  }
  return isLate ? Promise.resolve(what as Permission) : (what as Permission);
}

const world = fc.record({
  conf: fc.array(confLine, { maxLength: 4 }),
  file: fc.array(fileLine, { maxLength: 4 }),
  users: fc.array(fc.tuple(someTarget, someRule), { maxLength: 3 }),
  scripted: fc.constantFrom<Scripted>('allow', 'deny', 'ignore', 'late allow', 'late deny', 'down', 'late down'),
  failure: fc.constantFrom<'deny' | 'ignore'>('deny', 'ignore'),
  order: fc.shuffledSubarray(['conf', 'file', 'users', 'scripted'] as const, { minLength: 2 }),
  listening: fc.option(fc.subarray(['conf', 'file', 'users', 'scripted'] as const), { freq: 2 }),
  unmatched: fc.constantFrom<'allow' | 'deny'>('allow', 'deny'),
  hasDefault: fc.boolean(),
  mountpoint: fc.constantFrom('', '', 'm/'),
});

const requests = fc.array(
  fc.record({
    who: someClient,
    permissions: fc.option(fc.array(someRule, { maxLength: 2 }), { nil: undefined, freq: 2 }),
    superuser: fc.constantFrom(false, false, false, true),
    action: fc.constantFrom<'publish' | 'subscribe' | 'receive'>('publish', 'subscribe', 'receive'),
    topic: fc.constantFrom(...topics),
    filter: fc.constantFrom(...filters),
  }),
  { minLength: 1, maxLength: 6 },
);

test('an explanation is what happens, whatever the rules are and whoever asks', async () => {
  const conf = await openRules('acl_conf', '{allow, all}.\n', { 'acl_conf.allow_empty': true });
  const file = await openRules('acl_file', 'topic a\n', {
    'acl_file.allow_empty': true,
    'acl_file.unmatched': 'ignore',
  });
  const builtin = await openBuiltin('users', optionReader(builtinRows, 'builtin.', {}), dependencies());
  onTestFinished(() => builtin.close());
  const seen = new Set<string>();
  const targets: PermissionTarget[] = [{ kind: 'all' }];
  for (const name of ['a', 'b']) targets.push({ kind: 'username', name }, { kind: 'client_id', name });

  await fc.assert(
    fc.asyncProperty(world, requests, async (given, asked) => {
      conf.write(given.conf.join(''));
      file.write(given.file.join(''));
      await Promise.all([conf.source.reload!(), file.source.reload!()]);
      for (const target of targets) await builtin.users!.removePermissions(target);
      for (const [target, rule] of given.users) await builtin.users!.addPermission(target, rule);
      const sources = {
        conf: { ...conf.source, name: 'conf' },
        file: { ...file.source, name: 'file' },
        users: { ...builtin, name: 'users' },
        scripted: scriptedSource({ name: 'scripted', permission: () => answer(given.scripted) }),
      };
      const chain = new AccessChain({
        sources: given.order.map((name): ChainSource => ({ source: sources[name], onFailure: given.failure })),
        unmatched: given.unmatched,
        subscriptionDefault: given.hasDefault ? defaultRules : undefined,
      });
      if (given.listening !== null) chain.limitListener('mqtt', given.listening);
      const context = {
        access: chain,
        counters: new Counters(),
        options: defaultBrokerOptions,
        clock: new SystemClock(),
        log: silentLog,
      };
      for (const { who, permissions, superuser, action, topic: name, filter } of asked) {
        const identity: ClientIdentity = { ...clientOf(who), ...(permissions && { permissions }) };
        const asker: Asker = {
          context: context as unknown as BrokerContext,
          identity,
          superuser,
          permissions: undefined,
        };
        const topic = action === 'subscribe' ? filter : name;
        const does = await authorize(asker, action, given.mountpoint + topic, 1, false);
        const again = await authorize(asker, action, given.mountpoint + topic, 1, false);
        const request = { action, topic, qos: 1, retain: false } as const;
        const { mountpoint } = given;
        const { allowed, steps } = await explainAccess(chain, identity, request, { mountpoint, superuser });
        const told = JSON.stringify({ identity, request, steps });
        expect({ told, allowed, again }).toEqual({ told, allowed: does, again: does });
        const deciding = steps.filter(({ decides }) => decides);
        expect(deciding).toHaveLength(1);
        seen.add(`${deciding[0]!.source} ${allowed}`);
      }
    }),
    { numRuns: 800, interruptAfterTimeLimit: 10_000 },
  );
  // Every way to decide was come across.
  for (const source of ['conf', 'file', 'users', 'scripted', 'permissions of the login', 'nobody else', 'broker']) {
    for (const allowed of [true, false]) expect(seen).toContain(`${source} ${allowed}`);
  }
});
