import { describe, expect, it } from 'vitest';
import { credentialsOf, type Script, scriptedSource } from '../../../test/doubles/access-source.ts';
import type { Credentials, EnhancedAuthenticator, LoginVerdict } from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { AccessChain, type AccessChainOptions, type ChainSource } from './access-chain.ts';

type Login = NonNullable<Script['login']>;

const ignore: Login = () => ({ outcome: 'ignore' });
const allow: Login = () => ({ outcome: 'allow' });
const deny: Login = () => ({ outcome: 'deny' });
const late =
  (login: Login): Login =>
  async (credentials) =>
    await login(credentials);
const down: Login = () => {
  throw new BackendError('DATABASE_UNREACHABLE', 'The database is away.', { retryable: true });
};

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, unknown> | undefined;
}

function chainOf(sources: ChainSource[], options: AccessChainOptions = {}) {
  const lines: Line[] = [];
  const clock = new FakeClock();
  const note = (level: string) => (message: string, fields?: object) => {
    lines.push({ level, message, fields: fields as Record<string, unknown> });
  };
  const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  return { chain: new AccessChain({ sources, clock, log, ...options }), clock, lines };
}

function loginOf(logins: Login[], given: Partial<Credentials> = {}, options: AccessChainOptions = {}) {
  const sources = logins.map((login, index) => ({ source: scriptedSource({ name: `s${index}`, login }) }));
  return chainOf(sources, options).chain.authenticate(credentialsOf(given));
}

describe('the login chain', () => {
  it.each<[string, Login[], string]>([
    ['the first that allows', [ignore, allow, deny], 'allow'],
    ['the first that denies', [ignore, deny, allow], 'deny'],
    ['nobody, so the rule for anonymous clients', [ignore, ignore], 'deny'],
    ['nobody, because there is nobody', [], 'deny'],
  ])('is decided by %s', async (_, logins, outcome) => {
    expect(await loginOf(logins)).toMatchObject({ outcome });
    expect(await loginOf(logins.map(late))).toMatchObject({ outcome });
    expect(await loginOf(logins.map((login, index) => (index === 1 ? late(login) : login)))).toMatchObject({ outcome });
  });

  it('answers at once where all who are asked do', () => {
    expect(loginOf([ignore, allow])).not.toBeInstanceOf(Promise);
  });

  it('asks nobody behind the one that decides', () => {
    const second = scriptedSource({ login: allow });
    void chainOf([{ source: scriptedSource({ login: deny }) }, { source: second }]).chain.authenticate(credentialsOf());
    expect(second.asked).toEqual([]);
  });

  it('gives what the login brought: name, superuser, permissions, limits, end', async () => {
    const verdict: LoginVerdict = {
      outcome: 'allow',
      username: 'pump',
      superuser: true,
      permissions: [{ effect: 'allow', action: 'all', topic: 'a/#' }],
      limits: { subscriptionsMax: 3 },
      expiresAtMs: 5,
    };
    expect(await loginOf([ignore, late(() => verdict)])).toEqual(verdict);
  });

  it.each([
    ['allow', { username: 'u' }, true],
    ['allow', {}, true],
    ['deny', {}, false],
    ['without_username', {}, true],
    ['without_username', { username: '' }, true],
    ['without_username', { username: 'u' }, false],
  ] as const)('with allow_anonymous %s and %j: a client nobody knows comes in: %s', async (anonymous, given, comes) => {
    const verdict = await loginOf([ignore, late(ignore)], { anonymous, ...given });
    expect(verdict).toMatchObject(
      comes ? { outcome: 'allow', anonymous: true } : { outcome: 'deny', reasonCode: 0x86 },
    );
  });

  it('never lets in as anonymous a client that somebody refused', async () => {
    for (const logins of [[deny], [ignore, deny], [late(deny), allow]]) {
      expect(await loginOf(logins, { anonymous: 'allow', username: 'u' })).toMatchObject({ outcome: 'deny' });
    }
  });
});

describe('the code of a refusal', () => {
  const withCode =
    (reasonCode: number): Login =>
    () => ({ outcome: 'deny', reasonCode });

  it.each([
    ['bad_credentials', deny, 0x86],
    ['not_authorized', deny, 0x87],
    ['bad_credentials', withCode(0x87), 0x86],
    ['not_authorized', withCode(0x86), 0x87],
    ['not_authorized', withCode(0x8a), 0x8a],
    ['not_authorized', ignore, 0x87],
    ['bad_credentials', ignore, 0x86],
  ] as const)('with %s is one for all sources', async (refusalCode, login, reasonCode) => {
    expect(await loginOf([login], {}, { refusalCode })).toMatchObject({ outcome: 'deny', reasonCode });
  });

  it.each([undefined, 'not_authorized'] as const)('is all that whoever tries names learns: %s', async (refusalCode) => {
    const options = refusalCode === undefined ? {} : { refusalCode };
    // The source knows the name and not the password, or it knows neither.
    expect(await loginOf([ignore], {}, options)).toEqual(await loginOf([deny], {}, options));
  });

  it('is its own where a program decides', async () => {
    const authenticators = [{ name: 'hook', authenticate: withCode(0x87) }];
    expect(await loginOf([], {}, { authenticators })).toMatchObject({ reasonCode: 0x87 });
  });
});

describe('require_credentials', () => {
  const options = { requireCredentials: true };
  const certificate = { commonName: 'c', subject: 'CN=c', fingerprint256: '' };

  it.each([
    ['nothing', {}],
    ['a user name alone', { username: 'u', password: undefined }],
    ['an empty user name', { username: '', password: Buffer.from('x') }],
    ['an empty password', { username: 'u', password: Buffer.alloc(0) }],
    ['a password alone', { password: Buffer.from('x') }],
  ])('refuses a client that shows %s, and asks nobody', async (_, given) => {
    const source = scriptedSource({ login: allow });
    const { chain } = chainOf([{ source }], options);
    const verdict = await chain.authenticate(credentialsOf({ anonymous: 'allow', ...given }));
    expect(verdict).toMatchObject({ outcome: 'deny', reasonCode: 0x86 });
    expect(source.asked).toEqual([]);
  });

  it('lets the others be asked about', async () => {
    expect(await loginOf([allow], { username: 'u' }, options)).toMatchObject({ outcome: 'allow' });
    const peer = { ...credentialsOf().peer, certificate };
    expect(await loginOf([allow], { peer }, options)).toMatchObject({ outcome: 'allow' });
  });

  it('means nothing where nobody checks logins', async () => {
    expect(await loginOf([], { anonymous: 'allow' }, options)).toMatchObject({ outcome: 'allow' });
  });
});

describe('a source that cannot answer', () => {
  it.each([
    ['throws', down],
    ['rejects', late(down)],
    ['has a mistake', () => JSON.parse('{')],
    ['answers nothing at all', () => undefined as unknown as LoginVerdict],
  ] as [string, Login][])('and %s refuses as "server unavailable"', async (_, login) => {
    const next = scriptedSource({ login: allow });
    const { chain } = chainOf([{ source: scriptedSource({ login }) }, { source: next }]);
    const verdict = await chain.authenticate(credentialsOf({ anonymous: 'allow' }));
    expect(verdict).toMatchObject({ outcome: 'deny', reasonCode: 0x88 });
    expect(next.asked).toEqual([]);
  });

  it('because it has too much to do refuses as "server busy"', async () => {
    const busy: Login = () => Promise.reject(new BackendError('PASSWORD_CHECKS_BUSY', 'Too many wait.'));
    expect(await loginOf([busy])).toMatchObject({ outcome: 'deny', reasonCode: 0x89 });
  });

  it('is passed over where the operator said so, and the rule for anonymous clients holds', async () => {
    for (const login of [down, late(down)]) {
      const sources = [
        { source: scriptedSource({ login }), onFailure: 'ignore' as const },
        { source: scriptedSource({ login: ignore }) },
      ];
      const { chain } = chainOf(sources);
      expect(await chain.authenticate(credentialsOf({ anonymous: 'deny' }))).toMatchObject({ outcome: 'deny' });
      expect(await chain.authenticate(credentialsOf({ anonymous: 'allow' }))).toMatchObject({ outcome: 'allow' });
    }
  });

  it('has failed when its time is over, and what it says later is not heard', async () => {
    let answer: (verdict: LoginVerdict) => void = () => {};
    const source = scriptedSource({ login: () => new Promise((resolve) => (answer = resolve)) });
    const { chain, clock } = chainOf([{ source, answerSecondsMax: 2 }]);
    const verdict = Promise.resolve(chain.authenticate(credentialsOf()));
    clock.advance(1_999);
    expect(chain.statistics.sources[0]).toMatchObject({ up: true });
    clock.advance(1);
    answer({ outcome: 'allow' });
    expect(await verdict).toMatchObject({ outcome: 'deny', reasonCode: 0x88 });
    expect(chain.statistics.sources[0]).toMatchObject({ up: false, lastFailure: { code: 'ACCESS_ANSWER_OVERDUE' } });
  });

  it('is told about once when it goes and once when it is back', async () => {
    let login: Login = late(down);
    const source = scriptedSource({ name: 'db', login: (credentials) => login(credentials) });
    const { chain, clock, lines } = chainOf([{ source }]);
    for (let i = 0; i < 5; i++) await chain.authenticate(credentialsOf());
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'An access source cannot answer',
        fields: {
          source: 'db',
          kind: 'scripted',
          code: 'DATABASE_UNREACHABLE',
          text: 'The database is away.',
          onFailure: 'deny',
        },
      },
    ]);
    login = late(allow);
    await chain.authenticate(credentialsOf());
    // A source that fails every other time is down all the time, as far as the log goes.
    expect(lines).toHaveLength(1);
    clock.advance(1_000);
    for (let i = 0; i < 5; i++) await chain.authenticate(credentialsOf());
    expect(lines.slice(1)).toMatchObject([{ level: 'info', message: 'An access source answers again' }]);
  });

  it('is not taken to be back by an answer for which it asked nobody', async () => {
    let isDown = true;
    // As a database: who names nobody is not known there, which it says without a look.
    const source = scriptedSource({
      name: 'db',
      login: (credentials) => {
        if (credentials.username === undefined) return ignore(credentials);
        return isDown ? late(down)(credentials) : late(allow)(credentials);
      },
    });
    const { chain, clock, lines } = chainOf([{ source }]);
    const somebody = credentialsOf({ username: 'ann' });
    const nobody = credentialsOf({ username: undefined });
    for (let i = 0; i < 3; i++) {
      await chain.authenticate(somebody);
      clock.advance(5_000);
      await chain.authenticate(nobody);
    }
    expect(lines).toHaveLength(1);
    expect(chain.statistics.sources[0]).toMatchObject({ up: false });
    isDown = false;
    await chain.authenticate(somebody);
    expect(lines.slice(1)).toMatchObject([{ level: 'info', message: 'An access source answers again' }]);
  });

  it('is taken to be back by an answer at once where it failed at once', async () => {
    let login: Login = down;
    const source = scriptedSource({ login: (credentials) => login(credentials) });
    const { chain, clock } = chainOf([{ source }]);
    await chain.authenticate(credentialsOf());
    expect(chain.statistics.sources[0]).toMatchObject({ up: false });
    login = ignore;
    clock.advance(1_000);
    await chain.authenticate(credentialsOf());
    expect(chain.statistics.sources[0]).toMatchObject({ up: true });
  });

  it('is counted, like every answer', async () => {
    const answers = [allow, deny, ignore, down];
    const source = scriptedSource({ login: (credentials) => answers.shift()!(credentials) });
    const { chain, clock } = chainOf([{ source }]);
    for (let i = 0; i < 4; i++) await chain.authenticate(credentialsOf());
    answers.push(() => new Promise((resolve) => clock.after(250, () => resolve({ outcome: 'allow' }))));
    const waited = chain.authenticate(credentialsOf());
    clock.advance(250);
    await waited;
    expect(chain.statistics).toMatchObject({ anonymousAllowed: 0, anonymousRefused: 1 });
    expect(chain.statistics.sources[0]!.logins).toEqual({
      allow: 2,
      deny: 1,
      ignore: 1,
      failed: 1,
      waited: 1,
      waitedMs: 250,
    });
  });
});

describe('listeners', () => {
  it('may have sources of their own, while what the program brings is asked everywhere', async () => {
    const sources = ['a', 'b'].map((name) => ({ source: scriptedSource({ name, login: ignore }) }));
    const asked: string[] = [];
    const hook = {
      name: 'hook',
      authenticate: () => {
        asked.push('hook');
        return { outcome: 'ignore' as const };
      },
    };
    const { chain } = chainOf(sources, { authenticators: [hook] });
    chain.limitListener('one', ['b']);
    chain.limitListener('none', []);
    for (const listener of ['one', 'none', 'other'])
      void chain.authenticate(credentialsOf({ listener, clientId: listener }));
    expect(sources.map(({ source }) => source.asked)).toEqual([['login other'], ['login one', 'login other']]);
    expect(asked).toHaveLength(3);
    expect(['one', 'none'].map((name) => chain.checksLogins(name))).toEqual([true, true]);
  });
});

describe('an enhanced authentication', () => {
  const method = (name: string, step: () => unknown): EnhancedAuthenticator => ({
    method: name,
    begin: () => ({ step: step as never }),
  });
  const source = (name: string, step: () => unknown) => ({
    source: { ...scriptedSource({ name }), enhancedAuthenticators: [method('M', step)] },
  });

  it('is provided by the first source that has the method, where the listener asks it', async () => {
    const { chain } = chainOf([source('a', () => ({ outcome: 'allow', username: 'a' })), source('b', allow as never)]);
    expect(await chain.exchange('M', credentialsOf())!.step(undefined)).toMatchObject({ username: 'a' });
    expect(chain.exchange('other', credentialsOf())).toBeUndefined();
    chain.limitListener('tcp', []);
    expect(chain.exchange('M', credentialsOf())).toBeUndefined();
  });

  it('goes on as long as the source wants, and is counted once', async () => {
    const steps = [{ outcome: 'continue', data: undefined }, { outcome: 'allow' }];
    const { chain } = chainOf([source('a', () => steps.shift())]);
    const exchange = chain.exchange('M', credentialsOf())!;
    expect(await exchange.step(undefined)).toMatchObject({ outcome: 'continue' });
    expect(await exchange.step(undefined)).toMatchObject({ outcome: 'allow' });
    expect(chain.statistics.sources[0]!.logins).toMatchObject({ allow: 1, deny: 0, failed: 0 });
  });

  it.each([
    ['refuses', () => ({ outcome: 'deny' }), 0x86, { deny: 1, failed: 0 }],
    ['throws', () => down(credentialsOf()), 0x88, { deny: 0, failed: 1 }],
    ['rejects', () => Promise.reject(new BackendError('X_BUSY', 'x')), 0x89, { deny: 0, failed: 1 }],
  ])('that %s ends with the code of every other login', async (_, step, reasonCode, counts) => {
    const { chain } = chainOf([{ ...source('a', step), onFailure: 'ignore' }]);
    const answer = await chain.exchange('M', credentialsOf())!.step(undefined);
    expect(answer).toMatchObject({ outcome: 'deny', reasonCode });
    expect(chain.statistics.sources[0]!.logins).toMatchObject(counts);
  });

  it('whose beginning fails is refused as well', async () => {
    const broken: EnhancedAuthenticator = { method: 'M', begin: () => JSON.parse('{') };
    const { chain } = chainOf([], { enhancedAuthenticators: [broken] });
    expect(await chain.exchange('M', credentialsOf())!.step(undefined)).toMatchObject({ reasonCode: 0x88 });
  });
});
