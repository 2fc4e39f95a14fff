/** Hooks: what each is told and may answer, and that nothing a plugin does wrong reaches further than its answer. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { hostOf, pluginForms } from '../../test/doubles/plugin-forms.ts';
import type { HostOptions, PluginHost } from '../../test/doubles/plugin-host.ts';
import type { HookName, PluginDefinition } from '../ports/plugin.ts';
import { definePlugin } from './define.ts';
import { hookNames, isEventHook } from './hook-names.ts';

const single = (hooks: PluginDefinition['hooks']): unknown => definePlugin({ name: 'test', hooks: hooks! });

/** Lets everything happen that sets off hooks: two clients, a takeover, messages at every QoS, a clean start, an end. */
async function life({ t }: PluginHost): Promise<void> {
  const properties = { sessionExpiryInterval: 100 };
  const one = t.client({ clientId: 'one' });
  await one.connect({ username: 'ann', cleanStart: true, properties });
  await one.subscribe('a/#', { qos: 2 });
  for (const qos of [0, 1, 2] as const) await one.publish('a/b', `q${qos}`, { qos, packetId: qos });
  await one.ack('pubrel', 2);
  for (const { qos, packetId } of one.takePublishes()) {
    if (qos === 1) await one.ack('puback', packetId);
    if (qos === 2) await one.ack('pubrec', packetId);
  }
  await one.unsubscribe('a/#');
  await one.publish('nobody', 'x', { qos: 1, packetId: 9 });
  const again = t.client({ clientId: 'one' });
  await again.connect({ cleanStart: false, properties });
  const clean = t.client({ clientId: 'one' });
  await clean.connect({ cleanStart: true });
  await clean.disconnect();
  await t.advance(60_000);
}

describe.each(pluginForms)('a plugin that runs %s', (form) => {
  async function host(definitions: readonly unknown[], options: HostOptions = {}): Promise<PluginHost> {
    const opened = await hostOf(form, definitions, options);
    onTestFinished(() => opened.close());
    return opened;
  }

  describe('hooks are told what happens', () => {
    it('each of them, in an ordinary life', async () => {
      const told = new Map<string, number>();
      const hooks = Object.fromEntries(
        hookNames.map((name) => [name, () => void told.set(name, (told.get(name) ?? 0) + 1)]),
      );
      const opened = await host([single(hooks)]);
      // A message nobody can have: dropped.
      const away = await opened.t.connect({ clientId: 'away', connect: { properties: { sessionExpiryInterval: 50 } } });
      await away.subscribe('a/b', { qos: 0 });
      await away.drop();
      await life(opened);
      expect(hookNames.filter((name) => !told.has(name))).toEqual([]);
      expect(told.get('session.takenover')).toBe(1);
      expect(told.get('session.discarded')).toBe(1);
      expect(told.get('session.resumed')).toBe(1);
      expect(told.get('message.publish')).toBe(4);
      expect(told.get('message.acked')).toBe(2);
    });

    it('nothing of the broker is occupied by hooks that nobody uses', async () => {
      const { t, plugins } = await host([definePlugin({ name: 'test' })]);
      const { hooks } = t.broker;
      expect([hooks.connect, hooks.subscribe, hooks.unsubscribe, hooks.publish]).toEqual(new Array(4).fill(undefined));
      expect(plugins.list()[0]).toMatchObject({ state: 'loaded', hooks: [] });
    });
  });

  const never = (): Promise<never> => new Promise<never>(() => {});

  describe('what a plugin does wrong at any hook is contained', () => {
    const wrongs: readonly [string, () => unknown][] = [
      [
        'throws',
        () => {
          throw new TypeError('mistake of the plugin');
        },
      ],
      ['rejects', () => Promise.reject(new TypeError('mistake of the plugin'))],
      ['hangs', never],
      ['gives nonsense', () => ({ nonsense: 1 })],
      ['gives a thenable that throws', () => Object.defineProperty({}, 'then', { get: () => mistake() })],
      ['gives what is no Reason Code', () => ({ refuse: 7 })],
    ];
    const mistake = (): never => {
      throw new TypeError('mistake of the plugin');
    };

    for (const [what, wrong] of wrongs) {
      for (const hook of hookNames) {
        it(`${hook} ${what}, and goes on where it fails open`, async () => {
          const opened = await host([single({ [hook]: { handle: wrong, onFailure: 'open', deadlineSeconds: 0.5 } })]);
          const { t } = opened;
          const running = life(opened);
          for (let i = 0; i < 40; i++) await t.advance(600);
          await running;
          const client = t.client({ clientId: 'after' });
          const connecting = client.connect();
          for (let i = 0; i < 4; i++) await t.advance(600);
          await connecting;
          expect(client.take('connack') ?? { reasonCode: 0 }).toMatchObject({ reasonCode: 0 });
          const [statistics] = opened.plugins.list()[0]!.hooks;
          const isNothingWrong = isEventHook(hook) && (what === 'gives nonsense' || what.includes('Reason Code'));
          expect(statistics!.calls).toBeGreaterThan(0);
          if (!isNothingWrong) expect(statistics!.failures).toBe(statistics!.calls);
        });
      }
    }

    const closed: readonly [HookName, (opened: PluginHost) => Promise<number | undefined>][] = [
      ['client.connect', async ({ t }) => (await t.client().connect())?.reasonCode],
      ['client.authenticate', async ({ t }) => (await t.client().connect())?.reasonCode],
      [
        'client.check_acl',
        async ({ t }) => {
          const client = await t.connect();
          await client.publish('a', 'x', { qos: 1 });
          return client.take('puback')?.reasonCode;
        },
      ],
      ['client.subscribe', async ({ t }) => (await (await t.connect()).subscribe('a'))?.reasonCodes[0]],
      [
        'client.unsubscribe',
        async ({ t }) => {
          const client = await t.connect();
          await client.subscribe('a');
          return ((await client.unsubscribe('a')) as { reasonCodes: number[] } | undefined)?.reasonCodes[0];
        },
      ],
      [
        'message.publish',
        async ({ t }) => {
          const client = await t.connect();
          await client.publish('a', 'x', { qos: 1 });
          return client.take('puback')?.reasonCode;
        },
      ],
    ];
    it.each(closed)('%s that throws refuses where it fails closed', async (hook, ask) => {
      const opened = await host([single({ [hook]: { handle: mistake, onFailure: 'closed' } })]);
      expect(await ask(opened)).toBeGreaterThanOrEqual(0x80);
      expect(opened.lines.some(({ message }) => message === 'A hook of a plugin failed')).toBe(true);
    });

    it('a hook that failed too often is not called any more and still fails as declared', async () => {
      let calls = 0;
      const handle = (): never => {
        calls++;
        return mistake();
      };
      const { t, plugins } = await host([
        single({ 'message.publish': { handle, failuresMax: 3, onFailure: 'closed' } }),
      ]);
      const client = await t.connect();
      for (let id = 1; id <= 10; id++) {
        await client.publish('a', 'x', { qos: 1, packetId: id });
        expect(client.take('puback')?.reasonCode).toBe(0x83);
      }
      expect(calls).toBe(3);
      expect(plugins.list()[0]!.hooks[0]).toMatchObject({ isDisabled: true, failures: 3 });
    });

    it('calls that hang do not pile up', async () => {
      const { t, plugins } = await host([single({ 'message.delivered': never })]);
      const client = await t.connect();
      await client.subscribe('a');
      // An isolated plugin answers a turn later at the earliest, so more may wait for it.
      const limit = form === 'isolated' ? 10_000 : 1000;
      for (let i = 0; i < limit + 200; i++) await t.broker.publish({ topic: 'a', payload: 'x' });
      await t.run();
      expect(plugins.list()[0]!.hooks[0]!.calls).toBe(limit);
      expect(client.takePublishes()).toHaveLength(limit + 200);
    });
  });

  describe('filters change and refuse', () => {
    it('a message', async () => {
      const { t } = await host([
        single({
          'message.publish': ({ message }) => {
            if (message.topic === 'refused') return { refuse: 0x99 };
            if (message.topic === 'taken') return 'taken';
            return {
              topic: `x/${message.topic}`,
              payload: message.text.toUpperCase(),
              userProperties: [['by', 'test']],
            };
          },
        }),
      ]);
      const client = await t.connect();
      await client.subscribe('#');
      await client.publish('a', 'text', { qos: 1 });
      expect(client.take('publish')).toMatchObject({
        topic: 'x/a',
        text: 'TEXT',
        properties: { userProperties: [['by', 'test']] },
      });
      expect(client.take('puback')?.reasonCode).toBe(0);
      await client.publish('refused', 'x', { qos: 1 });
      expect(client.take('puback')?.reasonCode).toBe(0x99);
      await client.publish('taken', 'x', { qos: 2, packetId: 5 });
      expect(client.take('pubrec')).toMatchObject({ packetId: 5, reasonCode: 0 });
      expect(client.takePublishes()).toEqual([]);
    });

    it('subscriptions and their ends, one by one', async () => {
      const { t } = await host([
        single({
          'client.subscribe': ({ subscriptions }) =>
            subscriptions.map(({ filter }) => (filter === 'no' ? { refuse: 0x87 } : { filter: `x/${filter}`, qos: 0 })),
          'client.unsubscribe': ({ filters }) => filters.map((filter) => `x/${filter}`),
        }),
      ]);
      const client = await t.connect();
      expect((await client.subscribe('a', { qos: 2 }))?.reasonCodes).toEqual([0]);
      expect((await client.subscribe('no'))?.reasonCodes).toEqual([0x87]);
      await t.broker.publish({ topic: 'x/a', payload: '1' });
      await t.run();
      expect(client.takePublishes().map(({ topic }) => topic)).toEqual(['x/a']);
      expect(await client.unsubscribe('a')).toMatchObject({ reasonCodes: [0] });
    });

    it('a client before its login, and a login', async () => {
      const { t } = await host([
        single({
          'client.connect': ({ client }) => (client.clientId === 'bad' ? { refuse: 0x8a } : undefined),
          'client.authenticate': ({ credentials }) => credentials.username === 'ann',
        }),
      ]);
      expect((await t.client({ clientId: 'bad' }).connect({ username: 'ann' }))?.reasonCode).toBe(0x8a);
      expect((await t.client().connect({ username: 'bob' }))?.reasonCode).toBe(0x86);
      expect((await t.client().connect({ username: 'ann' }))?.reasonCode).toBe(0);
    });

    it('permissions, and what was allowed before is looked at when it is loaded', async () => {
      const { t, plugins } = await host([single({ 'client.check_acl': ({ topic }) => topic !== 'secret' })], {
        isEnabled: false,
      });
      const client = await t.connect();
      await client.subscribe('secret');
      await plugins.load('test');
      await t.run();
      await t.broker.publish({ topic: 'secret', payload: 'x' });
      await t.run();
      expect(client.takePublishes()).toEqual([]);
      expect((await client.subscribe('secret'))?.reasonCodes).toEqual([0x87]);
    });
  });
});
