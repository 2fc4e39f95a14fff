/** The permissions of the built-in database: whose are asked first, what replaces what, and names that are patterns. */

import { describe, expect, test } from 'vitest';
import { credentialsOf, type OpenedLogins, openLogins, usersOf, type Who } from '../../../test/access/login-sources.ts';
import { InvalidRequest } from '../../broker/invalid-request.ts';
import type { PermissionRule } from '../../ports/access.ts';
import type { PermissionTarget } from '../../ports/builtin-users.ts';

const all: PermissionTarget = { kind: 'all' };
const pump: PermissionTarget = { kind: 'client_id', name: 'pump' };
const alice: PermissionTarget = { kind: 'username', name: 'alice' };

function rule(text: string): PermissionRule {
  const [effect, action, topic = ''] = text.split(' ');
  return { effect, action, topic } as PermissionRule;
}

async function opened(...rules: [PermissionTarget, string][]): Promise<OpenedLogins> {
  const logins = await openLogins('builtin');
  for (const [target, text] of rules) await usersOf(logins).addPermission(target, rule(text));
  return logins;
}

function ask({ source }: OpenedLogins, who: Who, action: 'publish' | 'subscribe', topic: string): unknown {
  return source.authorizer!.authorize(credentialsOf(who), { action, topic, qos: 0, retain: false });
}

const who = { clientId: 'pump', username: 'alice' };

test('the Client Identifier is asked first, then the user name, then all', async () => {
  const logins = await opened([all, 'allow publish t'], [alice, 'deny publish t'], [pump, 'allow publish t']);
  expect(ask(logins, who, 'publish', 't')).toBe('allow');
  expect(ask(logins, { clientId: 'x', username: 'alice' }, 'publish', 't')).toBe('deny');
  expect(ask(logins, { clientId: 'x', username: 'bob' }, 'publish', 't')).toBe('allow');
  expect(ask(logins, { clientId: 'x' }, 'publish', 't')).toBe('allow');
  expect(ask(logins, who, 'subscribe', 't')).toBe('ignore');
  expect(ask(logins, who, 'publish', 'other')).toBe('ignore');
});

test('among the rules of one target the newest is asked first', async () => {
  const logins = await opened([alice, 'deny all a/#'], [alice, 'allow all a/b']);
  expect(ask(logins, who, 'publish', 'a/b')).toBe('allow');
  expect(ask(logins, who, 'publish', 'a/c')).toBe('deny');
  await usersOf(logins).addPermission(alice, rule('deny all a/#'));
  expect(ask(logins, who, 'publish', 'a/b')).toBe('deny');
});

describe('the same action and topic', () => {
  test('replaces what was said before', async () => {
    const logins = await opened([alice, 'allow publish t'], [alice, 'deny publish t']);
    expect(usersOf(logins).permissions(alice)).toMatchObject([rule('deny publish t')]);
  });

  test('takes its half from a rule about both', async () => {
    const logins = await opened([alice, 'allow all t'], [alice, 'deny publish t']);
    expect(usersOf(logins).permissions(alice)).toMatchObject([rule('deny publish t'), rule('allow subscribe t')]);
    await usersOf(logins).addPermission(alice, rule('deny all t'));
    expect(usersOf(logins).permissions(alice)).toMatchObject([rule('deny all t')]);
    expect(await usersOf(logins).removePermission(alice, 'subscribe', 't')).toBe(true);
    expect(usersOf(logins).permissions(alice)).toMatchObject([rule('deny publish t')]);
    expect(await usersOf(logins).removePermission(alice, 'subscribe', 't')).toBe(false);
  });
});

test('every change holds at once and is told; what changes nothing is not', async () => {
  const logins = await opened([alice, 'allow publish t']);
  const users = usersOf(logins);
  expect(logins.changes.count).toBe(1);
  expect(ask(logins, who, 'publish', 't')).toBe('allow');
  await users.removePermission(alice, 'publish', 't');
  expect(logins.changes.count).toBe(2);
  expect(ask(logins, who, 'publish', 't')).toBe('ignore');
  expect(await users.removePermission(alice, 'publish', 't')).toBe(false);
  expect(await users.removePermissions(alice)).toBe(false);
  expect(logins.changes.count).toBe(2);
  expect(users.namesWithPermissions('username')).toEqual([]);
});

test('names with permissions come in pages', async () => {
  const logins = await opened(
    [alice, 'allow publish t'],
    [{ ...alice, name: 'bob' }, 'allow publish t'],
    [all, 'deny all #'],
  );
  expect(usersOf(logins).namesWithPermissions('username')).toEqual(['alice', 'bob']);
  expect(usersOf(logins).namesWithPermissions('username', { after: 'alice' })).toEqual(['bob']);
  expect(usersOf(logins).namesWithPermissions('client_id')).toEqual([]);
});

describe('clients whose names are patterns', () => {
  test.each(['#', '+', 'a/b', '+/#'])('%j gains nothing by %%c and %%u', async (name) => {
    const logins = await opened([all, 'allow all own/%c/x'], [all, 'allow all his/%u']);
    const evil = { clientId: name, username: name };
    for (const topic of ['own/pump/x', 'own/a/b/x', 'own/#/x', 'own/+/x', 'his/alice', 'his/#', 'his/+', 'his/a/b']) {
      expect(ask(logins, evil, 'subscribe', topic)).toBe('ignore');
    }
  });

  test('placeholders stand for the client', async () => {
    const logins = await opened([all, 'allow all own/%c/x'], [all, 'allow all his/%u']);
    expect(ask(logins, who, 'publish', 'own/pump/x')).toBe('allow');
    expect(ask(logins, who, 'publish', 'his/alice')).toBe('allow');
    expect(ask(logins, who, 'publish', 'own/other/x')).toBe('ignore');
    expect(ask(logins, { clientId: 'pump' }, 'publish', 'his/%u')).toBe('ignore');
  });

  test.each(['__proto__', 'all', 'constructor', 'x'.repeat(65_535)])(
    '%.12s has the permissions of nobody else',
    async (name) => {
      const logins = await opened([alice, 'allow publish t'], [pump, 'allow publish t']);
      expect(ask(logins, { clientId: name, username: name }, 'publish', 't')).toBe('ignore');
    },
  );
});

test('wildcards in the first level speak of no topic that begins with $', async () => {
  const logins = await opened([all, 'allow all #'], [all, 'allow all +/x'], [alice, 'allow subscribe $SYS/#']);
  expect(ask(logins, { clientId: 'c' }, 'subscribe', '$SYS/brokers')).toBe('ignore');
  expect(ask(logins, { clientId: 'c' }, 'publish', '$SYS/x')).toBe('ignore');
  expect(ask(logins, { clientId: 'c' }, 'publish', 'a/x')).toBe('allow');
  expect(ask(logins, who, 'subscribe', '$SYS/brokers')).toBe('allow');
});

test('a literal topic is compared as it stands', async () => {
  const logins = await opened();
  await usersOf(logins).addPermission(all, { effect: 'deny', action: 'subscribe', topic: '#', literal: true });
  expect(ask(logins, who, 'subscribe', '#')).toBe('deny');
  expect(ask(logins, who, 'subscribe', 'a')).toBe('ignore');
});

test('the explanation names whose rule decided', async () => {
  const logins = await opened([alice, 'deny publish t/#']);
  const { authorizer } = logins.source;
  const request = { action: 'publish', topic: 't/1', qos: 0, retain: false } as const;
  expect(authorizer!.explain!(credentialsOf(who), request)).toEqual({
    answer: 'deny',
    because: "of username 'alice': deny publish t/#",
  });
  expect(authorizer!.explain!(credentialsOf({}), request)).toMatchObject({ answer: 'ignore' });
});

describe('refuses, and changes nothing', () => {
  test.each(['', 'a/#/b', 'a#', 'a+/b', 'a\0b', 'a\ud83d'])('the topic %j', async (topic) => {
    const logins = await openLogins('builtin');
    const add = usersOf(logins).addPermission(all, { effect: 'allow', action: 'all', topic });
    await expect(add).rejects.toThrow(InvalidRequest);
    expect(usersOf(logins).permissions(all)).toEqual([]);
    expect(logins.changes.count).toBe(0);
  });

  test('more rules for one target than anybody can read', async () => {
    const logins = await openLogins('builtin');
    const users = usersOf(logins);
    for (let n = 0; n < 1000; n++) await users.addPermission(all, rule(`allow publish t/${n}`));
    await expect(users.addPermission(all, rule('allow publish t/x'))).rejects.toThrow('the limit is 1000');
    // A change of one that is there needs no room.
    await users.addPermission(all, rule('deny publish t/7'));
    expect(users.permissions(all)).toHaveLength(1000);
  });
});
