/** Who the built-in database lets in: by user name, by Client Identifier, by both, and nobody by accident. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { credentialsOf, openLogins, storeFolder, usersOf } from '../../../test/access/login-sources.ts';
import { readEmqxPassword } from './emqx-password.ts';

const names = [
  'alice',
  '__proto__',
  'constructor',
  'a/b',
  '%u',
  '#',
  '+',
  '$SYS',
  'Ünï \u{1f426}',
  ' blank ',
  'rule/all',
];

test.each(names)('the user %j with the right password and no other', async (name) => {
  const opened = await openLogins('builtin');
  for (const kind of ['username', 'client_id'] as const) {
    expect(await opened.login({ [kind === 'username' ? 'username' : 'clientId']: name, password: 'p' })).toBe('ignore');
    expect(await usersOf(opened).addUser({ kind, name, password: 'secret' })).toBe(true);
    const who = kind === 'username' ? { username: name } : { clientId: name };
    expect(await opened.login({ ...who, password: 'secret' })).toBe('allow');
    expect(await opened.login({ ...who, password: 'Secret' })).toBe('deny');
    expect(await opened.login({ ...who, password: '' })).toBe('deny');
    expect(await opened.login(who)).toBe('deny');
    await usersOf(opened).removeUser(kind, name);
    expect(await opened.login({ ...who, password: 'secret' })).toBe('ignore');
  }
});

describe('a client with a record by its name and one by its identifier', () => {
  const both = { username: 'alice', clientId: 'pump' };

  const opened = async (options: Record<string, string> = {}) => {
    const logins = await openLogins('builtin', options);
    await usersOf(logins).addUser({ kind: 'username', name: 'alice', password: 'one', superuser: true });
    await usersOf(logins).addUser({ kind: 'client_id', name: 'pump', password: 'two' });
    return logins;
  };

  test('is let in by the password of both alone: neither gets the name of the other', async () => {
    const logins = await opened();
    for (const password of ['one', 'two', 'three', '']) expect(await logins.login({ ...both, password })).toBe('deny');
    expect(await logins.login({ username: 'nobody', clientId: 'pump', password: 'one' })).toBe('deny');
    expect(await logins.login({ username: 'nobody', clientId: 'pump', password: 'two' })).toBe('allow');
    expect(await logins.login({ clientId: 'pump', password: 'two' })).toBe('allow');
    await usersOf(logins).changeUser('client_id', 'pump', { password: 'one' });
    expect(await logins.login({ ...both, password: 'one' })).toBe('superuser');
    expect(await logins.login({ ...both, password: 'two' })).toBe('deny');
  });

  test('is let in by either password, as in EMQX 4.3, where that is said', async () => {
    const logins = await opened({ records_checked: 'any' });
    expect(await logins.login({ ...both, password: 'one' })).toBe('superuser');
    expect(await logins.login({ ...both, password: 'two' })).toBe('allow');
    expect(await logins.login({ ...both, password: 'three' })).toBe('deny');
    // Who is registered by the identifier has to show its password, whatever name comes with it.
    expect(await logins.login({ username: 'nobody', clientId: 'pump', password: 'one' })).toBe('deny');
    expect(await logins.login({ clientId: 'pump', password: 'two' })).toBe('allow');
  });
});

test.each([
  ['plain', {}, false],
  ['sha256', {}, false],
  ['pbkdf2', { pbkdf2_iterations: 1000 }, true],
])('under %s only a slow hash that is not remembered has to be waited for', async (hash, options, isSlow) => {
  const opened = await openLogins('builtin', { password_hash: hash, ...options });
  const { authenticator } = opened.source;
  await usersOf(opened).addUser({ kind: 'username', name: 'alice', password: 'one' });
  await usersOf(opened).addUser({ kind: 'client_id', name: 'pump', password: 'one' });
  const credentials = credentialsOf({ username: 'alice', clientId: 'pump', password: 'one' });
  const first = authenticator!.authenticate(credentials);
  expect(first instanceof Promise).toBe(isSlow);
  expect(await first).toMatchObject({ outcome: 'allow' });
  expect(authenticator!.authenticate(credentials)).toMatchObject({ outcome: 'allow' });
});

test('a user name is no Client Identifier', async () => {
  const opened = await openLogins('builtin');
  await usersOf(opened).addUser({ kind: 'username', name: 'alice', password: 'one' });
  expect(await opened.login({ clientId: 'alice', password: 'one' })).toBe('ignore');
  expect(await opened.login({ clientId: 'x', username: '', password: 'one' })).toBe('ignore');
});

test('names of any length and shape that clients may send are unknown, and nothing more', async () => {
  for (const durable of [true, false]) {
    const store = durable ? await (await storeFolder()).open() : undefined;
    const opened = await openLogins('builtin', {}, store);
    await usersOf(opened).addUser({ kind: 'username', name: 'alice', password: 'one' });
    for (const name of ['', 'x'.repeat(1978), 'x'.repeat(65_535), '\u{1f426}'.repeat(16_383), '\ufffd', '\u0001']) {
      expect(await opened.login({ username: name, clientId: name, password: 'one' })).toBe('ignore');
    }
    await store?.close();
  }
});

const forms = ['scrypt', 'pbkdf2', 'plain', 'md5', 'sha', 'sha256', 'sha512'];

test.each(forms)('new passwords stored as %s are read again, whatever is configured later', async (form) => {
  const store = await (await storeFolder()).open();
  const before = await openLogins('builtin', { password_hash: form, pbkdf2_iterations: 1000 }, store);
  await usersOf(before).addUser({ kind: 'username', name: 'alice', password: 'pässword' });
  expect(usersOf(before).user('username', 'alice')).toMatchObject({ passwordHash: form, scram: false });
  for (const later of forms) {
    const opened = await openLogins('builtin', { password_hash: later, hide_unknown_users: false }, store);
    expect(await opened.login({ username: 'alice', password: 'pässword' })).toBe('allow');
    expect(await opened.login({ username: 'alice', password: 'password' })).toBe('deny');
  }
  await store.close();
});

test('the same password is never stored in the same form twice', async () => {
  const store = await (await storeFolder()).open();
  const opened = await openLogins('builtin', { password_hash: 'sha256', scram: true }, store);
  for (const name of ['a', 'b']) await usersOf(opened).addUser({ kind: 'username', name, password: 'equal' });
  const [one, other] = [...store.range('access/own/user/')].map(({ value }) =>
    JSON.parse(Buffer.from(value).toString()),
  );
  for (const field of ['hash', 'salt']) expect(one[field]).not.toBe(other[field]);
  expect(one.scram.sha256.storedKey).not.toBe(other.scram.sha256.storedKey);
  expect(one.scram.sha256.salt).not.toBe(one.scram.sha512.salt);
  const all = [...store.range('')].map(({ value }) => Buffer.from(value).toString('latin1')).join();
  expect(all).not.toContain('equal');
  await store.close();
});

describe('an unknown user costs what a wrong password costs', () => {
  test('under the rule of new passwords, and a fast hash from elsewhere costs that too', async () => {
    const opened = await openLogins('builtin', { password_hash: 'pbkdf2', pbkdf2_iterations: 1000 });
    const users = usersOf(opened);
    expect(await opened.login({ username: 'nobody', password: 'x' })).toBe('ignore');
    // Where there are no users at all, there is nobody to hide.
    expect(opened.spent).toEqual([]);
    await users.addUser({ kind: 'username', name: 'alice', password: 'one' });
    await users.importUsers([
      { kind: 'username', name: 'old', stored: { rule: { kind: 'plain' }, hash: 'one', salt: undefined } },
    ]);
    const rule = { kind: 'pbkdf2', mac: 'sha512', iterations: 1000, keyBytes: 64 };
    expect(await opened.login({ username: 'nobody', password: 'x' })).toBe('ignore');
    expect(opened.spent).toEqual([rule]);
    expect(await opened.login({ username: 'old', password: 'x' })).toBe('deny');
    expect(opened.spent).toEqual([rule, rule]);
    expect(await opened.login({ username: 'old', password: 'one' })).toBe('allow');
    expect(await opened.login({ username: 'alice', password: 'x' })).toBe('deny');
    expect(await opened.login({ username: 'nobody' })).toBe('ignore');
    expect(opened.spent).toHaveLength(2);
  });

  test('unless that is switched off', async () => {
    const opened = await openLogins('builtin', { hide_unknown_users: false });
    await usersOf(opened).addUser({ kind: 'username', name: 'alice', password: 'one' });
    expect(await opened.login({ username: 'nobody', password: 'x' })).toBe('ignore');
    expect(opened.spent).toEqual([]);
  });
});

describe('passwords of EMQX 4.3', () => {
  const salt = Buffer.from([0x00, 0xff, 0x24, 0x80]);
  const digest = (hash: string, ...parts: (string | Buffer)[]): string =>
    parts.reduce((hashing, part) => hashing.update(part), createHash(hash)).digest('hex');
  const nodeNames = { md5: 'md5', sha: 'sha1', sha256: 'sha256', sha512: 'sha512' } as const;

  test.each(['md5', 'sha', 'sha256', 'sha512'] as const)('%s with four bytes of salt, and without', async (hash) => {
    const opened = await openLogins('builtin');
    const salted = Buffer.concat([salt, Buffer.from(digest(nodeNames[hash], salt, 'public'))]);
    const bare = Buffer.from(digest(nodeNames[hash], 'public'));
    await usersOf(opened).importUsers([
      { kind: 'username', name: 'emqx', stored: readEmqxPassword(hash, salted)! },
      { kind: 'client_id', name: 'old', stored: readEmqxPassword(hash, bare)! },
    ]);
    expect(await opened.login({ username: 'emqx', password: 'public' })).toBe('allow');
    expect(await opened.login({ username: 'emqx', password: 'private' })).toBe('deny');
    expect(await opened.login({ clientId: 'old', password: 'public' })).toBe('allow');
    expect(usersOf(opened).user('username', 'emqx')).toMatchObject({ passwordHash: hash, scram: false });
    for (const wrong of [salted.subarray(1), bare.subarray(1), Buffer.concat([salt, salted]), Buffer.alloc(0)]) {
      expect(readEmqxPassword(hash, wrong)).toBeUndefined();
    }
    expect(readEmqxPassword(hash, Buffer.from(bare.toString().toUpperCase()))).toBeUndefined();
  });

  test('plain', async () => {
    const opened = await openLogins('builtin');
    const stored = readEmqxPassword('plain', Buffer.concat([salt, Buffer.from('public')]))!;
    await usersOf(opened).importUsers([{ kind: 'username', name: 'emqx', stored }]);
    expect(await opened.login({ username: 'emqx', password: 'public' })).toBe('allow');
    expect(await opened.login({ username: 'emqx', password: 'publi' })).toBe('deny');
    expect(readEmqxPassword('plain', salt)).toBeUndefined();
    expect(readEmqxPassword('plain', Buffer.concat([salt, Buffer.from([0xff])]))).toBeUndefined();
  });
});
