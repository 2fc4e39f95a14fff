/** The modules that come with the broker: delayed messages, rewriting, automatic subscriptions, topic metrics. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { KeptStore } from '../../../test/broker/kept-store.ts';
import { type HostOptions, type PluginHost, pluginHost } from '../../../test/doubles/plugin-host.ts';
import { Counters } from '../../broker/counters.ts';
import { autoSubscribeModule } from './auto-subscribe.ts';
import { delayedModule } from './delayed.ts';
import { rewriteModule } from './rewrite.ts';
import { topicMetricsModule } from './topic-metrics.ts';

async function host(
  definition: unknown,
  given: Record<string, unknown> = {},
  options: HostOptions = {},
): Promise<PluginHost> {
  const opened = await pluginHost([definition], { given: new Map(Object.entries(given)), ...options });
  onTestFinished(() => opened.close());
  return opened;
}

describe('delayed messages', () => {
  it('come when their time has come, in order, as they were published', async () => {
    const { t } = await host(delayedModule(new Counters()));
    const client = await t.connect();
    await client.subscribe('#', { qos: 2, retainAsPublished: true });
    await client.publish('$delayed/20/b', 'second', { qos: 1, packetId: 1, retain: true });
    await client.publish('$delayed/10/a/b', 'first', {
      qos: 2,
      packetId: 2,
      properties: { userProperties: [['k', 'v']] },
    });
    await t.run();
    expect(client.take('puback')).toMatchObject({ reasonCode: 0 });
    expect(client.take('pubrec')).toMatchObject({ reasonCode: 0 });
    await t.advance(9_900);
    expect(client.takePublishes()).toEqual([]);
    await t.advance(200);
    expect(client.takePublishes()).toMatchObject([
      { topic: 'a/b', text: 'first', qos: 2, properties: { userProperties: [['k', 'v']] } },
    ]);
    await t.advance(10_000);
    expect(client.takePublishes()).toMatchObject([{ topic: 'b', text: 'second', qos: 1, retain: true }]);
  });

  it('can be given for a time, and not for one that is too far or none', async () => {
    const { t } = await host(delayedModule(new Counters()));
    const client = await t.connect();
    await client.subscribe('a');
    const seconds = Math.ceil(t.clock.now() / 1000) + 30;
    await client.publish(`$delayed/${seconds}/a`, 'x', { qos: 1 });
    await t.run();
    expect(client.take('puback')?.reasonCode).toBe(0);
    await t.advance(31_000);
    expect(client.takePublishes()).toHaveLength(1);
    for (const topic of [
      `$delayed/${seconds + 4_300_000}/a`,
      '$delayed/x/a',
      '$delayed/5',
      '$delayed/5/',
      '$delayed/-5/a',
      '$delayed/5/$delayed/5/a',
    ]) {
      await client.publish(topic, 'x', { qos: 1 });
      await t.run();
      expect(client.take('puback')?.reasonCode, topic).toBeGreaterThanOrEqual(0x80);
    }
  });

  it('need the permission for the topic itself, and never reach what is reserved', async () => {
    const { t } = await host(
      delayedModule(new Counters()),
      {},
      {
        access: {
          authorizers: [{ name: 'rules', authorize: (_client, { topic }) => (topic === 'secret' ? 'deny' : 'allow') }],
        },
      },
    );
    const client = await t.connect();
    for (const topic of ['$delayed/1/secret', '$delayed/1/$SYS/brokers', '$delayed/1/$share/g/a']) {
      await client.publish(topic, 'x', { qos: 1 });
      await t.run();
      expect(client.take('puback')?.reasonCode, topic).toBe(0x87);
    }
  });

  it('are published only if their client still may, and wait while nobody can tell', async () => {
    const rules = { isAllowed: true, fails: false };
    const { t } = await host(
      delayedModule(new Counters()),
      {},
      {
        access: {
          authenticators: [
            { name: 'x', authenticate: ({ clientId }) => ({ outcome: 'allow', superuser: clientId === 'root' }) },
          ],
          authorizers: [
            {
              name: 'rules',
              authorize: (_client, { action }) => {
                if (action !== 'publish') return 'allow';
                if (rules.fails) throw new TypeError('away');
                return rules.isAllowed ? 'allow' : 'deny';
              },
            },
          ],
        },
      },
    );
    const heard: string[] = [];
    t.broker.subscribe('#', ({ topic, publisher }) => heard.push(`${topic} of ${publisher}`));
    const publish = async (clientId: string, topic: string): Promise<void> => {
      const client = await t.connect({ clientId });
      await client.publish(topic, 'x', { qos: 1 });
      await t.run();
      await client.drop();
    };
    await publish('a', '$delayed/10/t/1');
    await publish('root', '$delayed/10/t/root');
    rules.isAllowed = false;
    await t.advance(11_000);
    expect(heard).toEqual(['t/root of root']);
    rules.isAllowed = true;
    await publish('a', '$delayed/10/t/2');
    rules.fails = true;
    await t.advance(30_000);
    expect(heard).toHaveLength(1);
    rules.fails = false;
    await t.advance(11_000);
    expect(heard).toEqual(['t/root of root', 't/2 of a']);
  });

  it("that were the will of a client are published as its own, not as the program's", async () => {
    const rules = { isAllowed: true };
    const { t } = await host(
      delayedModule(new Counters()),
      {},
      {
        access: {
          authenticators: [
            { name: 'x', authenticate: ({ clientId }) => ({ outcome: 'allow', superuser: clientId === 'root' }) },
          ],
          authorizers: [
            {
              name: 'rules',
              authorize: (_client, { action }) => (action !== 'publish' || rules.isAllowed ? 'allow' : 'deny'),
            },
          ],
        },
      },
    );
    const heard: string[] = [];
    t.broker.subscribe('#', ({ topic, publisher }) => heard.push(`${topic} of ${publisher}`));
    const die = async (clientId: string): Promise<void> => {
      const topic = `$delayed/10/gone/${clientId}`;
      const will = { topic, payload: Buffer.from('x'), qos: 1, retain: false, properties: undefined } as const;
      await (await t.connect({ clientId, connect: { will } })).drop();
      await t.run();
    };
    await die('first');
    await t.advance(11_000);
    expect(heard).toEqual(['gone/first of first']);
    await die('second');
    await die('root');
    rules.isAllowed = false;
    await t.advance(11_000);
    expect(heard).toEqual(['gone/first of first', 'gone/root of root']);
  });

  it('are there again after a restart, those whose time has passed at once', async () => {
    const store = new KeptStore();
    const first = await pluginHost([delayedModule(new Counters())], { store });
    const client = await first.t.connect();
    await client.publish('$delayed/10/a', '1', { qos: 1, packetId: 1 });
    await client.publish('$delayed/4000/a', '2', { qos: 1, packetId: 2 });
    await first.t.run();
    expect([client.take('puback'), client.take('puback')]).toMatchObject([{ reasonCode: 0 }, { reasonCode: 0 }]);
    // The broker is gone without a word; half an hour later there is another.
    const second = await pluginHost([delayedModule(new Counters())], { store, clock: first.t.clock });
    const heard: string[] = [];
    second.t.broker.subscribe('a', (message) => heard.push(message.payload.toString()));
    await second.t.advance(1_800_000);
    expect(heard).toEqual(['1']);
    expect(await second.plugins.run('delayed', 'list', [])).toMatchObject({ items: [{ topic: 'a', payloadBytes: 1 }] });
  });

  it('are bounded, listed and deleted', async () => {
    const counts = new Counters();
    const { t, plugins } = await host(delayedModule(counts), { messages_max: 2 });
    const client = await t.connect();
    for (const id of [1, 2, 3]) await client.publish('$delayed/50/a', 'x', { qos: 1, packetId: id });
    await t.run();
    const codes = [1, 2, 3].map(() => client.take('puback')?.reasonCode);
    expect(codes).toEqual([0, 0, 0x97]);
    const { items } = (await plugins.run('delayed', 'list', [])) as { items: { id: string }[] };
    expect(items).toHaveLength(2);
    await plugins.run('delayed', 'delete', [items[0]!.id]);
    expect(await plugins.run('delayed', 'count', [])).toEqual({ count: 1 });
    expect(counts).toMatchObject({ messagesDelayed: 2, delayedWaiting: 1, delayedWaitingMax: 2 });
    await expect(plugins.run('delayed', 'delete', ['../x'])).rejects.toThrow('No delayed message');
    await plugins.unload('delayed');
    expect(counts.delayedWaiting).toBe(0);
  });
});

describe('topic rewriting', () => {
  const rules = [
    'all y/+/z/# ^y/(.+)/z/(.+)$ y/z/$2',
    'publish x/# ^x/y/(\\d+)$ z/y/$1/%c/%u',
    'all x/# ^x/(.+)$ never/$1',
  ];

  it('changes publishes and subscriptions; of the rules the first whose filter matches decides', async () => {
    const { t } = await host(rewriteModule(), { rules });
    const client = t.client({ clientId: 'c$1' });
    await client.connect({ username: 'u%c' });
    const heard: string[] = [];
    t.broker.subscribe('#', ({ topic }) => heard.push(topic));
    for (const topic of ['y/a/z/b', 'x/y/7', 'x/y/no', 'other']) await client.publish(topic, 'x');
    // What a client is called is never looked at for placeholders.
    expect(heard).toEqual(['y/z/b', 'z/y/7/c$1/u%c', 'x/y/no', 'other']);
    await client.subscribe('$share/g/y/a/z/b');
    expect(t.broker.inspect.subscriptionsOf('c$1')?.map(({ fullFilter }) => fullFilter)).toEqual(['$share/g/y/z/b']);
    await client.unsubscribe('$share/g/y/a/z/b');
    expect(t.broker.inspect.subscriptionsOf('c$1')).toEqual([]);
  });

  it('knows whose a will is', async () => {
    const { t } = await host(rewriteModule(), { rules: ['publish a/# ^a/(.*)$ gone/%c/%u/$1'] });
    const client = t.client({ clientId: 'c' });
    const heard: string[] = [];
    t.broker.subscribe('#', ({ topic }) => heard.push(topic));
    const will = { topic: 'a/x', payload: Buffer.from('x'), qos: 0, retain: false, properties: undefined } as const;
    await client.connect({ username: 'u', will });
    await client.drop();
    await t.run();
    expect(heard).toEqual(['gone/c/u/x']);
  });

  it('does not make of a name what is no topic', async () => {
    const { t } = await host(rewriteModule(), { rules: ['publish a/# ^a/(.*)$ b/%c'] });
    const client = await t.connect({ clientId: 'c/#' });
    const heard: string[] = [];
    t.broker.subscribe('#', ({ topic }) => heard.push(topic));
    await client.publish('a/1', 'x');
    expect(heard).toEqual(['a/1']);
  });

  it.each([
    ['a pattern that explodes', 'all # ^(a+)+$ x'],
    ['another', 'all # ^(q+q+)+y$ x'],
    ['a pattern that is none', 'all # ( x'],
    ['a filter that is none', 'all a#/b x y'],
    ['too little', 'all #'],
    ['another word', 'some # a b'],
  ])('refuses %s', async (_what, rule) => {
    await expect(pluginHost([rewriteModule()], { given: new Map([['rules', [rule]]]) })).rejects.toMatchObject({
      code: 'PLUGIN_OPTIONS',
    });
  });
});

describe('automatic subscriptions', () => {
  const topics = ['clients/%c/in 1', 'users/%u/in 2 1 1 1', 'all'];

  it('are made for each client, with its names as whole levels', async () => {
    const { t } = await host(autoSubscribeModule(), { topics });
    const client = t.client({ clientId: 'c1' });
    await client.connect({ username: 'ann' });
    await t.run();
    const filters = t.broker.inspect.subscriptionsOf('c1')?.map(({ filter, qos, noLocal }) => [filter, qos, noLocal]);
    expect(filters).toEqual([
      ['clients/c1/in', 1, false],
      ['users/ann/in', 2, true],
      ['all', 0, false],
    ]);
  });

  it.each([['#'], ['+'], ['a/b'], ['%u']])('give a client called %s nothing of others', async (clientId) => {
    const { t } = await host(autoSubscribeModule(), { topics });
    const client = t.client({ clientId });
    await client.connect();
    await t.run();
    const filters = t.broker.inspect.subscriptionsOf(clientId)?.map(({ filter }) => filter);
    expect(filters).toEqual(clientId === '%u' ? ['clients/%u/in', 'all'] : ['all']);
  });
});

describe('topic metrics', () => {
  it('count in, out and dropped on the chosen topics alone', async () => {
    const { t, plugins } = await host(topicMetricsModule(), { topics: ['a'] });
    const client = await t.connect();
    await client.subscribe('#', { qos: 1 });
    await client.publish('a', 'x', { qos: 1, packetId: 1 });
    await client.publish('b', 'x', { qos: 1, packetId: 2 });
    await t.advance(5000);
    const read = async () => ((await plugins.run('topic_metrics', 'list', [])) as { items: unknown[] }).items;
    expect(await read()).toMatchObject([
      {
        topic: 'a',
        metrics: {
          'messages.in.count': 1,
          'messages.qos1.in.count': 1,
          'messages.out.count': 1,
          'messages.in.rate': 0.2,
          'messages.dropped.count': 0,
        },
      },
    ]);
    await plugins.run('topic_metrics', 'add', ['b']);
    await expect(plugins.run('topic_metrics', 'add', ['b/#'])).rejects.toThrow('wildcard');
    await plugins.run('topic_metrics', 'remove', ['a']);
    expect(await read()).toMatchObject([{ topic: 'b', metrics: { 'messages.in.count': 0 } }]);
    for (let i = 0; i < 511; i++) await plugins.run('topic_metrics', 'add', [`t/${i}`]);
    await expect(plugins.run('topic_metrics', 'add', ['one/more'])).rejects.toThrow('512');
  });
});
