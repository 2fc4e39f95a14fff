/** Managing the built-in users: what is durable, what is refused, pages, bootstrapping, and many of them. */

import { describe, expect, test } from 'vitest';
import { openLogins, storeFolder, usersOf } from '../../../test/access/login-sources.ts';
import { InvalidRequest } from '../../broker/invalid-request.ts';
import type { ImportedUser } from '../../ports/builtin-users.ts';
import type { Store } from '../../ports/store.ts';

const alice = { kind: 'username', name: 'alice', password: 'one' } as const;

for (const durable of [true, false]) {
  describe(durable ? 'in a store on disk' : 'in memory', () => {
    const open = async () => openLogins('builtin', {}, durable ? await (await storeFolder()).open() : undefined);

    test('users come, change and go', async () => {
      const opened = await open();
      const users = usersOf(opened);
      expect(await users.addUser(alice)).toBe(true);
      expect(await users.addUser({ ...alice, password: 'other', superuser: true })).toBe(false);
      expect(await opened.login({ username: 'alice', password: 'one' })).toBe('allow');
      expect(await users.changeUser('username', 'alice', { superuser: true })).toBe(true);
      expect(await opened.login({ username: 'alice', password: 'one' })).toBe('superuser');
      expect(await users.changeUser('username', 'alice', { password: 'two' })).toBe(true);
      expect(await opened.login({ username: 'alice', password: 'one' })).toBe('deny');
      expect(await opened.login({ username: 'alice', password: 'two' })).toBe('superuser');
      expect(await users.changeUser('username', 'bob', { password: 'two' })).toBe(false);
      expect(await users.removeUser('username', 'alice')).toBe(true);
      expect(await users.removeUser('username', 'alice')).toBe(false);
      expect(users.user('username', 'alice')).toBeUndefined();
    });

    test('connections end with the login that they were made by', async () => {
      const opened = await open();
      const users = usersOf(opened);
      const pump = { kind: 'client_id', name: 'pump' } as const;
      await users.addUser(alice);
      await users.addUser({ ...pump, password: 'x', superuser: true });
      await users.changeUser('username', 'alice', { superuser: true });
      await users.changeUser('username', 'nobody', { password: 'x' });
      await users.removeUser('username', 'nobody');
      expect(opened.ended).toEqual([]);
      await users.changeUser('username', 'alice', { superuser: false });
      await users.changeUser('username', 'alice', { superuser: false });
      await users.changeUser('username', 'alice', { password: 'two' });
      await users.changeUser('client_id', 'pump', { superuser: false });
      await users.removeUser('username', 'alice');
      expect(opened.ended).toEqual(['username alice', 'username alice', 'client_id pump', 'username alice']);
    });

    test('lists come in pages, by the bytes of the names', async () => {
      const opened = await open();
      const users = usersOf(opened);
      const names = ['a', 'a/b', 'b', 'é', '\uffee', '\u{1f426}'];
      for (const name of [...names].reverse()) await users.addUser({ kind: 'username', name, password: 'x' });
      await users.addUser({ kind: 'client_id', name: 'pump', password: 'x' });
      expect(users.users('username').map(({ name }) => name)).toEqual(names);
      expect(users.users('username', { limit: 2 }).map(({ name }) => name)).toEqual(['a', 'a/b']);
      expect(users.users('username', { limit: 2, after: 'a/b' }).map(({ name }) => name)).toEqual(['b', 'é']);
      expect(users.users('username', { after: 'aa' }).map(({ name }) => name)).toEqual([
        'b',
        'é',
        '\uffee',
        '\u{1f426}',
      ]);
      expect(users.users('username', { after: '\u{1f426}' })).toEqual([]);
      expect(users.users('client_id')).toMatchObject([{ kind: 'client_id', name: 'pump', superuser: false }]);
      for (const limit of [0, -1, 1.5, Number.NaN, 10_001]) {
        expect(() => users.users('username', { limit })).toThrow(InvalidRequest);
      }
    });

    test('changes asked for at the same time happen one after another', async () => {
      const opened = await open();
      const users = usersOf(opened);
      const added = await Promise.all([1, 2, 3].map((n) => users.addUser({ ...alice, password: `p${n}` })));
      expect(added).toEqual([true, false, false]);
      await Promise.all([
        users.changeUser('username', 'alice', { password: 'new' }),
        users.changeUser('username', 'alice', { superuser: true }),
      ]);
      expect(await opened.login({ username: 'alice', password: 'new' })).toBe('superuser');
      const removed = await Promise.all([users.removeUser('username', 'alice'), users.removeUser('username', 'alice')]);
      expect(removed).toEqual([true, false]);
    });
  });
}

test('what was promised is there after the store was closed and opened again', async () => {
  const place = await storeFolder();
  const first = await place.open();
  const before = await openLogins('builtin', {}, first);
  await usersOf(before).addUser({ ...alice, superuser: true });
  await usersOf(before).addPermission({ kind: 'all' }, { effect: 'deny', action: 'all', topic: 'a' });
  await before.source.close();
  await first.close();
  const second = await place.open();
  const after = await openLogins('builtin', {}, second);
  expect(await after.login({ username: 'alice', password: 'one' })).toBe('superuser');
  expect(usersOf(after).permissions({ kind: 'all' })).toMatchObject([{ effect: 'deny', topic: 'a' }]);
  await second.close();
});

test('who changes users that end with the broker is told so once, and nobody is where they are kept', async () => {
  for (const durable of [false, true]) {
    const store = durable ? await (await storeFolder()).open() : undefined;
    const opened = await openLogins('builtin', { bootstrap_users: 'bob:two', scram: true }, store);
    const warnings = () => opened.told.filter(({ level }) => level === 'warn').map(({ message }) => message);
    expect(warnings()).toEqual([]);
    await usersOf(opened).removeUser('username', 'nobody');
    expect(warnings()).toEqual([]);
    await usersOf(opened).addUser(alice);
    await usersOf(opened).addPermission({ kind: 'all' }, { effect: 'deny', action: 'all', topic: 'a' });
    expect(warnings()).toEqual(durable ? [] : [expect.stringContaining('ends with the broker')]);
  }
});

test('two sections of one store know nothing of each other', async () => {
  const store = await (await storeFolder()).open();
  const opened = await openLogins('builtin', {}, store);
  store.put('access/own2/user/u/alice', Buffer.from('{}'));
  store.put('access/ow/user/u/alice', Buffer.from('{}'));
  await store.commit();
  expect(usersOf(opened).users('username')).toEqual([]);
  expect(await opened.login({ username: 'alice', password: 'one' })).toBe('ignore');
  await store.close();
});

test('a store that refuses rejects the change, and what held before goes on', async () => {
  const store = await (await storeFolder()).open();
  let refuses = false;
  const failing: Store = new Proxy(store, {
    get: (target, name) => {
      if (name === 'commit' && refuses) return () => target.commit().then(() => Promise.reject(new RangeError('full')));
      if ((name === 'put' || name === 'delete') && refuses) return () => {};
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const opened = await openLogins('builtin', {}, failing);
  const users = usersOf(opened);
  await users.addUser(alice);
  await users.addPermission({ kind: 'all' }, { effect: 'allow', action: 'all', topic: 'a' });
  const told = opened.changes.count;
  refuses = true;
  await expect(users.changeUser('username', 'alice', { password: 'two' })).rejects.toThrow('full');
  await expect(users.removePermissions({ kind: 'all' })).rejects.toThrow('full');
  expect(await opened.login({ username: 'alice', password: 'one' })).toBe('allow');
  expect(opened.changes.count).toBe(told);
  refuses = false;
  expect(await users.changeUser('username', 'alice', { password: 'two' })).toBe(true);
  expect(await opened.login({ username: 'alice', password: 'two' })).toBe('allow');
  await store.close();
});

test('a record that a later version wrote is no login', async () => {
  const store = await (await storeFolder()).open();
  store.put('access/own/user/u/alice', Buffer.from('{"form":2}'));
  await store.commit();
  const opened = await openLogins('builtin', {}, store);
  await expect(opened.login({ username: 'alice', password: '' })).rejects.toMatchObject({
    code: 'BUILTIN_RECORD_UNKNOWN',
  });
  await store.close();
});

describe('refuses, and changes nothing', () => {
  test.each([
    ['an empty name', { name: '' }],
    ['a name with U+0000', { name: 'a\0b' }],
    ['half a surrogate pair', { name: 'a\ud83d' }],
    ['a name that no key can hold', { name: 'x'.repeat(1970) }],
    ['an empty password', { password: '' }],
    ['a password that no CONNECT can carry', { password: 'x'.repeat(65_536) }],
  ])('%s', async (_what, wrong) => {
    const opened = await openLogins('builtin');
    await expect(usersOf(opened).addUser({ ...alice, ...wrong })).rejects.toThrow(InvalidRequest);
    expect(usersOf(opened).users('username')).toEqual([]);
  });

  test('a plain password that is no text', async () => {
    const opened = await openLogins('builtin', { password_hash: 'plain' });
    const password = Buffer.from([0xff]);
    await expect(usersOf(opened).addUser({ ...alice, password })).rejects.toThrow('UTF-8');
  });
});

describe('bootstrapping', () => {
  test('adds users of all kinds, and names with colons in the second form', async () => {
    const opened = await openLogins('builtin', {
      bootstrap_users: 'alice:one\r\n\n  bob : two:three \n["aa:bb", "x y"]\n',
      bootstrap_superusers: 'root:toor',
      bootstrap_client_ids: '["00:11:22", "mac"]',
    });
    expect(await opened.login({ username: 'alice', password: 'one' })).toBe('allow');
    expect(await opened.login({ username: 'bob', password: 'two:three' })).toBe('allow');
    expect(await opened.login({ username: 'aa:bb', password: 'x y' })).toBe('allow');
    expect(await opened.login({ username: 'root', password: 'toor' })).toBe('superuser');
    expect(await opened.login({ clientId: '00:11:22', password: 'mac' })).toBe('allow');
    expect(opened.told).toEqual([]);
  });

  test('never overwrites what is stored, and tells of a difference without a password', async () => {
    const store = await (await storeFolder()).open();
    await openLogins('builtin', { bootstrap_users: 'alice:one\nbob:two' }, store);
    const same = await openLogins('builtin', { bootstrap_users: 'alice:one\nbob:two' }, store);
    expect(same.told).toEqual([]);
    await usersOf(same).changeUser('username', 'alice', { password: 'changed' });
    const opened = await openLogins('builtin', { bootstrap_users: 'alice:one\nbob:two' }, store);
    expect(opened.told).toMatchObject([{ level: 'warn', fields: { source: 'own', user: 'alice' } }]);
    expect(JSON.stringify(opened.told)).not.toMatch(/one|changed/);
    expect(await opened.login({ username: 'alice', password: 'changed' })).toBe('allow');
    expect(await opened.login({ username: 'alice', password: 'one' })).toBe('deny');
    await store.close();
  });

  test.each([
    ['no colon', 'alice:one\nsecretword'],
    ['no name', 'alice:one\n:secretword'],
    ['no password', 'alice:one\nsecretword:'],
    ['half an array', 'alice:one\n["secretword"'],
    ['one text', 'alice:one\n["secretword"]'],
    ['three texts', 'alice:one\n["secretword","b","c"]'],
    ['a number', 'alice:one\n["secretword",1]'],
    ['an empty password in an array', 'alice:one\n["secretword",""]'],
  ])('%s: the start fails with the line, and without what stands in it', async (_what, text) => {
    const error = await openLogins('builtin', { bootstrap_users: text }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'BUILTIN_BOOTSTRAP_INVALID' });
    expect((error as Error).message).toContain('access.own.builtin.bootstrap_users: line 2');
    expect((error as Error).message).not.toContain('secretword');
  });

  test('a name that cannot be is a mistake of the configuration', async () => {
    const names = openLogins('builtin', { bootstrap_users: `${'x'.repeat(1975)}:one` });
    await expect(names).rejects.toMatchObject({ code: 'BUILTIN_BOOTSTRAP_INVALID' });
  });
});

test('twenty thousand users are imported, found and listed like one', async () => {
  const store = await (await storeFolder()).open();
  const opened = await openLogins('builtin', { hide_unknown_users: false }, store);
  const users = usersOf(opened);
  const many = function* (): Generator<ImportedUser> {
    for (let n = 0; n < 20_000; n++) {
      const stored = { rule: { kind: 'plain' }, hash: `p${n}`, salt: undefined } as const;
      yield { kind: 'username', name: `user${n}`, stored };
    }
  };
  await users.addUser({ kind: 'username', name: 'user7', password: 'mine' });
  expect(await users.importUsers(many())).toBe(19_999);
  expect(await users.importUsers(many())).toBe(0);
  expect(await opened.login({ username: 'user7', password: 'mine' })).toBe('allow');
  expect(await opened.login({ username: 'user19999', password: 'p19999' })).toBe('allow');
  expect(await opened.login({ username: 'user20000', password: 'p20000' })).toBe('ignore');
  const seen = new Set<string>();
  for (let after = ''; ; ) {
    const page = users.users('username', { after, limit: 10_000 });
    for (const { name } of page) seen.add(name);
    if (page.length < 10_000) break;
    after = page.at(-1)!.name;
  }
  expect(seen.size).toBe(20_000);
  await store.close();
});

test('where the operator wants it, connections stay', async () => {
  const opened = await openLogins('builtin', { end_connections: false });
  await usersOf(opened).addUser(alice);
  await usersOf(opened).removeUser('username', 'alice');
  expect(opened.ended).toEqual([]);
});

test('who is taken away while its password is checked does not come in', async () => {
  const opened = await openLogins('builtin', { password_hash: 'scrypt' });
  await usersOf(opened).addUser(alice);
  const answer = opened.login({ username: 'alice', password: 'one' });
  await usersOf(opened).removeUser('username', 'alice');
  expect(await answer).toBe('deny');
});
