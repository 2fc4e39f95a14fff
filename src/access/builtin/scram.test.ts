/** SCRAM: the vector of RFC 7677, a client written from the RFC, and everything such a client must not do. */

import { describe, expect, test } from 'vitest';
import {
  credentialsOf,
  type OpenedLogins,
  openLogins,
  storeFolder,
  usersOf,
} from '../../../test/access/login-sources.ts';
import { ScramClient, type ScramClientOptions } from '../../../test/access/scram-client.ts';
import type { EnhancedAuthenticator, ExchangeStep } from '../../ports/access.ts';
import { scramKeys } from './new-password.ts';
import { scramAuthenticator } from './scram.ts';

const user = { kind: 'username', name: 'user', password: 'pencil' } as const;

const opened = async (...args: [store?: Parameters<typeof openLogins>[2]]): Promise<OpenedLogins> => {
  const logins = await openLogins('builtin', { scram: true }, ...args);
  await usersOf(logins).addUser(user);
  return logins;
};

function methodOf({ source }: OpenedLogins, hash: 'sha256' | 'sha512' = 'sha256'): EnhancedAuthenticator {
  const method = hash === 'sha256' ? 'SCRAM-SHA-256' : 'SCRAM-SHA-512';
  return source.enhancedAuthenticators!.find((one) => one.method === method)!;
}

const dataOf = (step: ExchangeStep): string => ('data' in step && step.data ? Buffer.from(step.data).toString() : '');

interface Login extends Partial<ScramClientOptions> {
  readonly claimed?: string;
  readonly change?: (withoutProof: string) => string;
  readonly changeProof?: (final: string) => string;
}

/** How an exchange ends, and whether the client then trusts the server. */
async function login(logins: OpenedLogins, options: Login = {}): Promise<{ step: ExchangeStep; trusted: boolean }> {
  const { claimed, change, changeProof = (text) => text } = options;
  const client = new ScramClient({ username: 'user', password: 'pencil', ...options });
  const exchange = methodOf(logins, options.hash).begin(credentialsOf({ username: claimed }));
  const first = await exchange.step(Buffer.from(client.first));
  if (first.outcome !== 'continue') return { step: first, trusted: false };
  const step = await exchange.step(Buffer.from(changeProof(client.final(dataOf(first), change))));
  return { step, trusted: client.trusts(dataOf(step)) };
}

test('the exchange of RFC 7677, byte for byte', async () => {
  const keys = await scramKeys(
    'sha256',
    Buffer.from('pencil'),
    Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
    4096,
  );
  const record = {
    superuser: false,
    createdAtMs: 0,
    password: { rule: { kind: 'plain' }, hash: '', salt: undefined },
    scram: { sha256: keys, sha512: keys },
  } as const;
  const method = scramAuthenticator('sha256', {
    find: (name) => (name === 'user' ? record : undefined),
    random: { hex: () => '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0', integer: () => 0 },
    secret: Buffer.alloc(32),
    iterations: 4096,
  });
  const exchange = method.begin(credentialsOf({}));
  const first = await exchange.step(Buffer.from('n,,n=user,r=rOprNGfwEbeRWgbNEkqO'));
  expect(dataOf(first)).toBe('r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096');
  const last = await exchange.step(
    Buffer.from(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    ),
  );
  expect(last).toMatchObject({ outcome: 'allow', username: 'user' });
  expect(dataOf(last)).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

describe.each(['sha256', 'sha512'] as const)('%s', (hash) => {
  test('lets in who knows the password, and proves itself', async () => {
    const logins = await opened();
    expect(await login(logins, { hash })).toMatchObject({
      step: { outcome: 'allow', username: 'user' },
      trusted: true,
    });
    expect(await login(logins, { hash, header: 'y,,' })).toMatchObject({ step: { outcome: 'allow' }, trusted: true });
    expect(await login(logins, { hash, header: 'n,a=user,' })).toMatchObject({ step: { outcome: 'allow' } });
  });

  test('refuses everybody else', async () => {
    const logins = await opened();
    for (const wrong of [{ password: 'Pencil' }, { password: '' }, { username: 'User' }, { username: 'nobody' }]) {
      expect(await login(logins, { hash, ...wrong })).toEqual({ step: { outcome: 'deny' }, trusted: false });
    }
  });
});

test('names with commas, equals signs and everything else are names', async () => {
  const logins = await openLogins('builtin', { scram: true });
  for (const name of ['a,b', 'a=b', '=2C', '__proto__', 'Ünï \u{1f426}', 'n=x,r=y']) {
    await usersOf(logins).addUser({ kind: 'username', name, password: 'p', superuser: true });
    const { step } = await login(logins, { username: name, password: 'p' });
    expect(step).toMatchObject({ outcome: 'allow', username: name, superuser: true });
  }
});

test('passwords that look the same are the same', async () => {
  const logins = await openLogins('builtin', { scram: true });
  // A soft hyphen, a hard blank, a ligature: RFC 4013 section 3.
  await usersOf(logins).addUser({ kind: 'username', name: 'u', password: 'I\u00adX\u00a0\ufb01' });
  expect((await login(logins, { username: 'u', password: 'IX fi' })).step.outcome).toBe('allow');
});

test('a Client Identifier is no user name, and a foreign hash is no key', async () => {
  const logins = await openLogins('builtin', { scram: true });
  await usersOf(logins).addUser({ kind: 'client_id', name: 'user', password: 'pencil' });
  const stored = { rule: { kind: 'plain' }, hash: 'pencil', salt: undefined } as const;
  await usersOf(logins).importUsers([{ kind: 'username', name: 'old', stored }]);
  expect((await login(logins)).step.outcome).toBe('deny');
  expect((await login(logins, { username: 'old' })).step.outcome).toBe('deny');
  // As soon as its password is set here, it can.
  await usersOf(logins).changeUser('username', 'old', { password: 'pencil' });
  expect((await login(logins, { username: 'old' })).step.outcome).toBe('allow');
});

test('a Client Identifier that has a password of its own is not had for that of a user name', async () => {
  const logins = await opened();
  expect((await login(logins)).step.outcome).toBe('allow');
  await usersOf(logins).addUser({ kind: 'client_id', name: 'c', password: 'pencil' });
  expect((await login(logins)).step.outcome).toBe('deny');
  const asEmqx = await openLogins('builtin', { scram: true, records_checked: 'any' });
  await usersOf(asEmqx).addUser(user);
  await usersOf(asEmqx).addUser({ kind: 'client_id', name: 'c', password: 'other' });
  expect((await login(asEmqx)).step.outcome).toBe('allow');
});

describe('whoever', () => {
  const changes: Record<string, Login> = {
    'asks for channel binding': { header: 'p=tls-unique,,' },
    'speaks for another user': { header: 'n,a=admin,' },
    'says another name in CONNECT': { claimed: 'admin' },
    'says an empty name in CONNECT': { claimed: '' },
    'changes the header': { change: (text) => text.replace('c=biws', 'c=eSws') },
    'changes the nonce': { change: (text) => `${text}x` },
    'leaves out the nonce of the server': { change: (text) => text.replace(/r=.*/, 'r=rOprNGfwEbeRWgbNEkqO') },
    'sends half a proof': { changeProof: (text) => text.slice(0, -20) },
    'sends no proof': { changeProof: (text) => text.replace(/,p=.*/, '') },
    'sends an empty proof': { changeProof: (text) => text.replace(/,p=.*/, ',p=') },
    'sends something behind the proof': { changeProof: (text) => `${text},x=y` },
    'sends base64 that is none': { changeProof: (text) => text.replace(/,p=./, ',p=*') },
  };

  test.each(Object.entries(changes))('%s is refused', async (_who, options) => {
    const logins = await opened();
    await usersOf(logins).addUser({ kind: 'username', name: 'admin', password: 'other' });
    expect(await login(logins, options)).toMatchObject({ step: { outcome: 'deny' }, trusted: false });
  });

  test('adds an extension that the grammar allows is let in', async () => {
    const logins = await opened();
    expect((await login(logins, { change: (text) => `${text},x=y` })).step.outcome).toBe('allow');
  });
});

const firsts = [
  '',
  'n',
  'n,',
  'n,,',
  'n,,n=user',
  'n,,n=,r=x',
  'n,,r=x,n=user',
  'n,,n=user,r=',
  'n,,n=user,r=a b',
  'n,,m=x,n=user,r=x',
];
const moreFirsts = [
  'x,,n=user,r=x',
  'n,user,n=user,r=x',
  'n,,n=us=er,r=x',
  'n,,n=user,r=x,y',
  `n,,n=user,r=${'x'.repeat(9000)}`,
];

test.each([...firsts, ...moreFirsts])('the first message %.40j is refused', async (text) => {
  const exchange = methodOf(await opened()).begin(credentialsOf({}));
  expect(await exchange.step(Buffer.from(text))).toEqual({ outcome: 'deny' });
});

test('bytes that are no UTF-8 are refused', async () => {
  const exchange = methodOf(await opened()).begin(credentialsOf({}));
  expect(await exchange.step(Buffer.from('n,,n=\xff,r=x', 'latin1'))).toEqual({ outcome: 'deny' });
});

test('a CONNECT without data is asked for the first message once', async () => {
  const logins = await opened();
  const exchange = methodOf(logins).begin(credentialsOf({}));
  expect(await exchange.step(undefined)).toEqual({ outcome: 'continue', data: undefined });
  expect(await exchange.step(undefined)).toEqual({ outcome: 'deny' });
});

test('an exchange that is over stays over, and its messages open no other', async () => {
  const logins = await opened();
  const client = new ScramClient({ username: 'user', password: 'pencil' });
  const exchange = methodOf(logins).begin(credentialsOf({}));
  const final = Buffer.from(client.final(dataOf(await exchange.step(Buffer.from(client.first)))));
  expect((await exchange.step(final)).outcome).toBe('allow');
  expect((await exchange.step(final)).outcome).toBe('deny');
  const other = methodOf(logins).begin(credentialsOf({}));
  await other.step(Buffer.from(client.first));
  expect((await other.step(final)).outcome).toBe('deny');
});

test.each<[string, (users: ReturnType<typeof usersOf>) => Promise<unknown>]>([
  ['taken away', (users) => users.removeUser('username', 'user')],
  ['given another password', (users) => users.changeUser('username', 'user', { password: 'other' })],
  ['no superuser any more', (users) => users.changeUser('username', 'user', { superuser: false })],
])('a user that is %s between the messages does not come in', async (_what, change) => {
  const logins = await opened();
  await usersOf(logins).changeUser('username', 'user', { superuser: true });
  const client = new ScramClient({ username: 'user', password: 'pencil' });
  const exchange = methodOf(logins).begin(credentialsOf({}));
  const final = client.final(dataOf(await exchange.step(Buffer.from(client.first))));
  await change(usersOf(logins));
  expect((await exchange.step(Buffer.from(final))).outcome).toBe('deny');
});

test('a user that there is not looks like one, the same each time and after each start', async () => {
  const place = await storeFolder();
  const ask = async (logins: OpenedLogins, name: string, hash: 'sha256' | 'sha512'): Promise<string> => {
    const exchange = methodOf(logins, hash).begin(credentialsOf({}));
    const text = dataOf(await exchange.step(Buffer.from(`n,,n=${name},r=abc`)));
    expect(text).toMatch(/^r=abc[0-9a-f]{36},s=[A-Za-z0-9+/]{22}==,i=4096$/);
    return text.slice(text.indexOf(',s='));
  };
  let store = await place.open();
  let logins = await opened(store);
  const before = await ask(logins, 'nobody', 'sha256');
  expect(await ask(logins, 'nobody', 'sha256')).toBe(before);
  expect(await ask(logins, 'nobody', 'sha512')).not.toBe(before);
  expect(await ask(logins, 'somebody', 'sha256')).not.toBe(before);
  const known = await ask(logins, 'user', 'sha256');
  await store.close();
  store = await place.open();
  logins = await openLogins('builtin', { scram: true }, store);
  expect(await ask(logins, 'nobody', 'sha256')).toBe(before);
  expect(await ask(logins, 'user', 'sha256')).toBe(known);
  await store.close();
});

test('without the option no method is offered and no keys are stored', async () => {
  const logins = await openLogins('builtin', { scram: false });
  await usersOf(logins).addUser(user);
  expect(logins.source.enhancedAuthenticators).toEqual([]);
  expect(usersOf(logins).user('username', 'user')).toMatchObject({ scram: false });
});
