import { describe, expect, it } from 'vitest';
import { credentialsOf, type Script, scriptedSource } from '../../../test/doubles/access-source.ts';
import type { AccessRequest, ClientIdentity, PermissionRule } from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { AccessChain, type AccessChainOptions } from './access-chain.ts';
import { explainAccess } from './explain.ts';

type Answer = NonNullable<Script['permission']>;

const allow: Answer = () => 'allow';
const deny: Answer = () => 'deny';
const ignore: Answer = () => 'ignore';
const late =
  (answer: Answer): Answer =>
  async (...asked) =>
    await answer(...asked);
const down: Answer = () => {
  throw new BackendError('DATABASE_UNREACHABLE', 'The database is away.');
};

function chainOf(answers: Answer[], options: AccessChainOptions & { onFailure?: 'ignore' } = {}): AccessChain {
  const { onFailure, ...rest } = options;
  const sources = answers.map((permission, index) => ({
    source: scriptedSource({ name: `s${index}`, permission }),
    ...(onFailure && { onFailure }),
  }));
  return new AccessChain({ sources, clock: new FakeClock(), ...rest });
}

function permissionsOf(...permissions: PermissionRule[]): ClientIdentity {
  return { ...credentialsOf({ username: 'u' }), permissions };
}

const client: ClientIdentity = credentialsOf();
const publish = (chain: AccessChain, topic = 'a/b', who = client) => chain.authorize(who, 'publish', topic, 0, false);

describe('the permission chain', () => {
  it.each<[string, Answer[], boolean, boolean]>([
    ['the first that allows', [ignore, allow, deny], true, true],
    ['the first that denies', [ignore, deny, allow], false, false],
    ['nobody, so what is said for that', [ignore, ignore], true, false],
    ['nobody, because there is nobody', [], true, false],
  ])('is decided by %s', async (_, answers, ifAllow, ifDeny) => {
    for (const [unmatched, expected] of [
      ['allow', ifAllow],
      ['deny', ifDeny],
    ] as const) {
      expect(publish(chainOf(answers, { unmatched }))).toBe(expected);
      expect(await publish(chainOf(answers.map(late), { unmatched }))).toBe(expected);
    }
  });

  it('gives the request as it is', () => {
    const seen: AccessRequest[] = [];
    const chain = chainOf([
      (_, request) => {
        seen.push(request);
        return 'allow';
      },
    ]);
    void chain.authorize(client, 'subscribe', '+/#', 2, true);
    expect(seen).toEqual([{ action: 'subscribe', topic: '+/#', qos: 2, retain: true }]);
  });

  it('cannot be decided where a source cannot answer, unless that one is to be passed over', async () => {
    for (const failing of [down, late(down)]) {
      const chain = chainOf([failing, allow]);
      await expect((async () => publish(chain))()).rejects.toMatchObject({
        code: 'ACCESS_UNAVAILABLE',
        cause: { code: 'DATABASE_UNREACHABLE' },
      });
      expect(await publish(chainOf([failing, allow], { onFailure: 'ignore' }))).toBe(true);
      expect(await publish(chainOf([failing], { onFailure: 'ignore', unmatched: 'deny' }))).toBe(false);
      expect(chain.statistics.sources[0]).toMatchObject({ up: false, permissions: { failed: 1 } });
    }
  });

  it('takes nothing for a yes but a yes', () => {
    for (const odd of [true, 'ALLOW', 1, {}]) expect(publish(chainOf([() => odd as never]))).toBe(false);
  });

  it('asks a default last, about subscriptions alone, at every listener', () => {
    const chain = chainOf([(_, { topic }) => (topic === 'a' ? 'allow' : 'ignore')], {
      subscriptionDefault: { name: 'default', authorize: deny },
    });
    const subscribe = (topic: string) => chain.authorize(client, 'subscribe', topic, 0, false);
    expect([subscribe('a'), subscribe('b'), publish(chain, 'b')]).toEqual([true, false, true]);
    chain.limitListener('tcp', []);
    expect([subscribe('a'), publish(chain, 'a')]).toEqual([false, true]);
  });

  it('is not asked at a listener where permissions are not checked', async () => {
    const chain = chainOf([deny], { unmatched: 'deny' });
    expect(publish(chain)).toBe(false);
    chain.limitListener('tcp', undefined, { permissions: false });
    expect(publish(chain)).toBe(true);
    const request = { action: 'publish', topic: 'a', qos: 0, retain: false } as const;
    expect(await chain.explain(client, request)).toMatchObject({ allowed: true });
  });
});

describe('permissions that a login brought', () => {
  it('are asked first, and the first that speaks of the topic decides', () => {
    const who = permissionsOf(
      { effect: 'deny', action: 'publish', topic: 'a/secret' },
      { effect: 'allow', action: 'publish', topic: 'a/+' },
      { effect: 'allow', action: 'subscribe', topic: 'own/%u/#' },
    );
    const chain = chainOf([deny]);
    expect(publish(chain, 'a/b', who)).toBe(true);
    expect(publish(chain, 'a/secret', who)).toBe(false);
    expect(publish(chain, 'b', who)).toBe(false);
    expect(chain.authorize(who, 'subscribe', 'own/u/x', 0, false)).toBe(true);
    expect(chain.authorize(who, 'subscribe', 'own/v/x', 0, false)).toBe(false);
  });

  it('leave to the others what they do not speak of', () => {
    const who = permissionsOf({ effect: 'deny', action: 'all', topic: 'a' });
    expect(publish(chainOf([allow], { unmatched: 'deny' }), 'b', who)).toBe(true);
    expect(publish(chainOf([]), 'b', who)).toBe(true);
    expect(publish(chainOf([]), 'a', who)).toBe(false);
  });
});

describe('deliveries', () => {
  const receive = (chain: AccessChain, topic: string, who = client) => chain.authorize(who, 'receive', topic, 0, false);

  it('are asked only of sources that look at them, and allowed where none speaks', () => {
    const looks = scriptedSource({
      name: 'looks',
      checksDelivery: true,
      permission: (_, { topic }) => (topic === 'a' ? 'deny' : 'ignore'),
    });
    const other = scriptedSource({ name: 'other', permission: deny });
    const chain = new AccessChain({ sources: [{ source: other }, { source: looks }], unmatched: 'deny' });
    expect(chain.checksDelivery).toBe(true);
    expect([receive(chain, 'a'), receive(chain, 'b')]).toEqual([false, true]);
    expect(other.asked).toEqual([]);
    expect(receive(chain, 'a', permissionsOf({ effect: 'allow', action: 'subscribe', topic: '#' }))).toBe(true);
  });

  it('are not asked about where no source looks at them', () => {
    const chain = chainOf([deny]);
    expect(chain.checksDelivery).toBe(false);
    expect(receive(chain, 'a')).toBe(true);
  });
});

describe('a change of rules', () => {
  it('raises the revision and is told to whoever listens', () => {
    const chain = chainOf([]);
    const seen: number[] = [];
    const stop = chain.onChange(() => seen.push(chain.revision));
    chain.rulesChanged();
    chain.rulesChanged();
    stop();
    chain.rulesChanged();
    expect(seen).toEqual([1, 2]);
    expect(chain.revision).toBe(3);
  });
});

describe('an explanation', () => {
  const request: AccessRequest = { action: 'publish', topic: 'a', qos: 0, retain: false };
  const standing = { mountpoint: '', superuser: false };

  it('shows everybody in order, with the one that decides', async () => {
    const sources = [
      { source: scriptedSource({ name: 'first', permission: ignore, because: 'no rule' }) },
      { source: scriptedSource({ name: 'second', permission: late(deny), because: 'rule 3' }) },
      { source: scriptedSource({ name: 'third', permission: allow }) },
    ];
    const chain = new AccessChain({ sources });
    expect(await chain.explain(client, request)).toEqual({
      allowed: false,
      steps: [
        { source: 'first', kind: 'scripted', answer: 'ignore', because: 'no rule', decides: false },
        { source: 'second', kind: 'scripted', answer: 'deny', because: 'rule 3', decides: true },
        { source: 'third', kind: 'scripted', answer: 'allow', because: 'it gives no reason', decides: false },
        {
          source: 'nobody else',
          kind: 'broker',
          answer: 'allow',
          because: 'permissions.unmatched is allow',
          decides: false,
        },
      ],
    });
    expect(chain.statistics.sources[1]!.permissions.deny).toBe(0);
  });

  it('agrees with what the chain does, whoever decides', async () => {
    const answers = [allow, deny, ignore, late(allow), late(deny), down, late(down)];
    for (const first of answers) {
      for (const second of answers) {
        for (const options of [{ onFailure: 'ignore' }, {}, { unmatched: 'deny' }] as const) {
          const chain = chainOf([first, second], options);
          const does = await (async () => publish(chain))().catch(() => false);
          const explained = await chain.explain(client, request);
          expect(explained.allowed).toBe(does);
          expect(explained.steps.filter(({ decides }) => decides)).toHaveLength(1);
        }
      }
    }
  });

  it('names what a login brought, and why a source could not answer', async () => {
    const who = permissionsOf({ effect: 'allow', action: 'publish', topic: 'b' });
    const { steps, allowed } = await chainOf([down]).explain(who, request);
    expect(allowed).toBe(false);
    expect(steps[0]).toMatchObject({ kind: 'login', answer: 'ignore', because: 'none of 1 rules speaks of it' });
    expect(steps[1]).toMatchObject({
      answer: 'failed',
      decides: true,
      because: 'The database is away. (on_failure: deny)',
    });
  });

  it('knows what holds for everybody, the mountpoint included', async () => {
    const chain = chainOf([allow]);
    const ask = (topic: string, superuser = false, mountpoint = '') =>
      explainAccess(chain, client, { ...request, topic }, { superuser, mountpoint });
    expect(await ask('$SYS/a', true)).toMatchObject({ allowed: false });
    expect(await ask('$SYS/broker/connection/c/state')).toMatchObject({ allowed: true });
    expect((await ask('a', true)).steps).toMatchObject([{ because: 'a superuser may do everything' }]);
    const seen: string[] = [];
    const noting = chainOf([
      (_, { topic }) => {
        seen.push(topic);
        return 'allow';
      },
    ]);
    await explainAccess(noting, client, request, { ...standing, mountpoint: 'site/' });
    expect(seen).toEqual(['site/a']);
  });
});
