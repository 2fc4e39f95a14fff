/** Every way to be refused, through the whole broker: which code a client of each version is told, and who is not. */

import { expect, test } from 'vitest';
import type { AccessChainOptions, ChainSource } from '../../src/access/chain/access-chain.ts';
import type { ConnectPacket } from '../../src/packet/types.ts';
import { BackendError } from '../../src/ports/backend-error.ts';
import { type TestBroker, type TestBrokerOptions, testBroker } from '../../src/testing/index.ts';
import { openLogins, usersOf } from '../access/login-sources.ts';
import { ScramClient } from '../access/scram-client.ts';
import { scriptedSource } from '../doubles/access-source.ts';

type Situation = 'right' | 'wrong' | 'unknown' | 'nothing' | 'will' | 'taken' | 'banned' | 'other way';

const login = (username: string, password: string): Partial<ConnectPacket> => {
  return { username, password: Buffer.from(password) };
};

const will = { topic: 'forbidden', payload: Buffer.from('x'), qos: 0, retain: false, properties: undefined } as const;

const attempts: Readonly<Record<Situation, Partial<ConnectPacket> & { clientId?: string }>> = {
  right: login('alice', 'one'),
  wrong: login('alice', 'two'),
  unknown: login('nobody', 'one'),
  nothing: {},
  will: { ...login('alice', 'one'), will },
  taken: { ...login('bob', 'one'), clientId: 'of-alice' },
  banned: login('mallory', 'one'),
  'other way': login('chief', 'other'),
};

const failing = (code: string): ChainSource => ({
  source: scriptedSource({
    name: 'away',
    login: () => Promise.reject(new BackendError(code, 'It is away.')),
  }),
});

/** The built-in database with alice, bob and mallory, then what is given. */
async function serving(
  access: AccessChainOptions = {},
  options: TestBrokerOptions = {},
  before: readonly ChainSource[] = [],
): Promise<TestBroker> {
  const { source } = await openLogins('builtin');
  for (const name of ['alice', 'bob', 'mallory']) {
    await source.users!.addUser({ kind: 'username', name, password: 'one' });
  }
  const rules = scriptedSource({ permission: (_, { topic }) => (topic === 'forbidden' ? 'deny' : 'ignore') });
  const own = scriptedSource({
    name: 'second',
    login: ({ username, password }) => {
      // It would let anybody in who is called alice.
      if (username === 'alice') return { outcome: 'allow', superuser: true };
      if (username !== 'chief') return { outcome: 'ignore' };
      return { outcome: password?.toString() === 'secret' ? 'allow' : 'deny', reasonCode: 0x87 };
    },
  });
  const sources = [...before, { source }, { source: rules }, { source: own }, ...(access.sources ?? [])];
  const t = await testBroker({ rules: { anonymous: 'deny' }, ...options, access: { ...access, sources } });
  await t.broker.bans.add({ kind: 'username', value: 'mallory' });
  const owner = t.client({ clientId: 'of-alice' });
  await owner.connect({ ...attempts.right, properties: { sessionExpiryInterval: 60 } });
  return t;
}

/** What each client is told, by its situation. */
async function told(t: TestBroker, version: 3 | 4 | 5): Promise<Partial<Record<Situation, number>>> {
  const codes: Partial<Record<Situation, number>> = {};
  for (const [situation, { clientId, ...connect }] of Object.entries(attempts)) {
    const client = t.client({ version, clientId: clientId ?? `of-${situation}-${version}` });
    codes[situation as Situation] = (await client.connect(connect))?.reasonCode ?? -1;
    if (codes[situation as Situation] !== 0) expect(client.isClosed).toBe(true);
  }
  return codes;
}

for (const version of [3, 4, 5] as const) {
  const as = (v5: number, v3: number): number => (version === 5 ? v5 : v3);
  const bad = as(0x86, 4);
  const notAuthorized = as(0x87, 5);
  const unavailable = as(0x88, 3);
  const others = { right: 0, will: notAuthorized, taken: notAuthorized, banned: as(0x8a, 5) };

  test(`v${version}: one code for every login that is refused, whoever refuses it`, async () => {
    const t = await serving();
    expect(await told(t, version)).toEqual({ ...others, wrong: bad, unknown: bad, nothing: bad, 'other way': bad });
  });

  test(`v${version}: "not authorized" where the operator says so`, async () => {
    const t = await serving({ refusalCode: 'not_authorized' });
    const [wrong, unknown, nothing] = [notAuthorized, notAuthorized, notAuthorized];
    expect(await told(t, version)).toEqual({ ...others, wrong, unknown, nothing, 'other way': notAuthorized });
  });

  test(`v${version}: who is refused is not let in as anonymous, and who shows nothing only where that is allowed`, async () => {
    const open = await serving({}, { rules: { anonymous: 'allow' } });
    expect(await told(open, version)).toEqual({ ...others, wrong: bad, unknown: 0, nothing: 0, 'other way': bad });
    const named = await serving({}, { rules: { anonymous: 'without_username' } });
    expect(await told(named, version)).toEqual({ ...others, wrong: bad, unknown: bad, nothing: 0, 'other way': bad });
    const strict = await serving({ requireCredentials: true }, { rules: { anonymous: 'allow' } });
    expect(await told(strict, version)).toEqual({ ...others, wrong: bad, unknown: 0, nothing: bad, 'other way': bad });
  });

  test(`v${version}: a source that is away refuses whom those before it do not know, and is passed over where that is said`, async () => {
    const codes = [
      ['X_UNREACHABLE', unavailable],
      ['X_BUSY', as(0x89, 3)],
    ] as const;
    for (const [code, expected] of codes) {
      const t = await serving({ sources: [failing(code)] }, { rules: { anonymous: 'allow' } });
      const away = { unknown: expected, nothing: expected };
      expect(await told(t, version)).toEqual({ ...others, wrong: bad, 'other way': bad, ...away });
      const passing = { sources: [{ ...failing(code), onFailure: 'ignore' as const }] };
      const passed = await serving(passing);
      expect(await told(passed, version)).toEqual({
        ...others,
        wrong: bad,
        unknown: bad,
        nothing: bad,
        'other way': bad,
      });
    }
    const first = await serving({}, { rules: { anonymous: 'allow' } }, [{ ...failing('X'), onFailure: 'ignore' }]);
    expect(await told(first, version)).toEqual({ ...others, wrong: bad, unknown: 0, nothing: 0, 'other way': bad });
  });

  test(`v${version}: a source that gives no answer refuses when its time is over`, async () => {
    const silent = scriptedSource({ name: 'silent', login: () => new Promise(() => {}) });
    const t = await serving({ sources: [{ source: silent, answerSecondsMax: 3 }] });
    const client = t.client({ version });
    await client.send(client.connectPacket(attempts.unknown));
    await t.advance(2_900);
    expect(client.isClosed).toBe(false);
    await t.advance(200);
    expect(client.take('connack')?.reasonCode).toBe(unavailable);
    expect(client.isClosed).toBe(true);
  });
}

test('SCRAM refuses with the same codes, and a ban holds for the name that only its exchange says', async () => {
  const logins = await openLogins('builtin', { scram: true });
  for (const name of ['alice', 'mallory']) {
    await usersOf(logins).addUser({ kind: 'username', name, password: 'pencil' });
  }
  const method = 'SCRAM-SHA-256';
  const answer = async (t: TestBroker, username: string, password: string): Promise<number | undefined> => {
    const scram = new ScramClient({ username, password });
    const client = t.client();
    const properties = (text: string) => ({ authenticationMethod: method, authenticationData: Buffer.from(text) });
    await client.send(client.connectPacket({ properties: properties(scram.first) }));
    const challenge = client.take('auth')!.properties!.authenticationData!.toString();
    await client.send({ type: 'auth', reasonCode: 0x18, properties: properties(scram.final(challenge)) });
    return client.take('connack')?.reasonCode;
  };
  for (const [refusalCode, refused] of [
    ['bad_credentials', 0x86],
    ['not_authorized', 0x87],
  ] as const) {
    // It is asked whatever anonymous clients may do.
    const access = { refusalCode, sources: [{ source: logins.source }] };
    const t = await testBroker({ access, rules: { anonymous: 'allow' } });
    expect(await answer(t, 'alice', 'pencil')).toBe(0);
    expect(await answer(t, 'alice', 'pencils')).toBe(refused);
    expect(await answer(t, 'nobody', 'pencil')).toBe(refused);
    await t.broker.bans.add({ kind: 'username', value: 'mallory' });
    expect(await answer(t, 'mallory', 'pencil')).toBe(0x8a);
    expect(t.broker.gauges.connections).toBe(1);
  }
});
