/** Effects of keys of emqx.conf about the broker itself: what it tells, its modules, its retained messages, its log. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause, until } from '../../listeners/listening.ts';
import type { HomeEffect } from './home-effect.ts';
import { settledFor } from './home-effects.ts';
import type { Running } from './running.ts';

const modules = (...names: readonly string[]): string => names.map((name) => `{${name}, true}.\n`).join('');

/** The first message that comes within a time. */
async function heard(b: Running, filter: string, withinMs: number): Promise<string | undefined> {
  const guest = await b.guest({ connect: { clientId: 'watcher' } });
  await guest.subscribe(filter);
  guest.packets.length = 0;
  await until(() => guest.publishes.length > 0, 'a message', withinMs).catch(() => undefined);
  return guest.publishes[0]?.topic;
}

/** How six messages are divided between the two members of a group. */
async function divided(b: Running): Promise<number[]> {
  const members = [await b.guest({ connect: { clientId: 'a' } }), await b.guest({ connect: { clientId: 'b' } })];
  for (const member of members) await member.subscribe('$share/g/t');
  const publisher = await b.guest({ connect: { clientId: 'publisher' } });
  for (let i = 0; i < 6; i++) await publisher.publish('t', String(i));
  for (const member of members) await settledFor(member, 150);
  return members.map(({ publishes }) => publishes.length).sort();
}

/** QoS of what tells that a client has come, or that nothing does. */
async function presence(b: Running): Promise<unknown> {
  const watcher = await b.guest({ connect: { clientId: 'watcher' } });
  await watcher.subscribe('$SYS/brokers/+/clients/late/connected', 2);
  await b.guest({ connect: { clientId: 'late' } });
  await settledFor(watcher, 300);
  return watcher.publishes[0]?.qos ?? 'nothing';
}

/** What a client is sent that has subscribed to nothing: of another one, of its own, and what was retained before. */
async function unasked(b: Running): Promise<unknown> {
  const other = await b.guest({ connect: { clientId: 'other' } });
  await other.publish('auto/guest', 'kept', { retain: true });
  const guest = await b.guest();
  await settledFor(guest, 150);
  await other.publish('auto/guest', 'live', { retain: true, qos: 1 });
  await guest.publish('auto/guest', 'own');
  await settledFor(guest, 150);
  return guest.publishes.map(({ payload, qos, retain }) => `${payload} ${qos}${retain ? ' retained' : ''}`);
}

const auto = { 'data/loaded_modules': modules('emqx_mod_subscription') };
const AUTO = 'module.subscription.1.topic = auto/%c\n';

/** Topics under which a message arrives, and what a subscription is for. */
async function rewritten(b: Running): Promise<unknown> {
  const all = await b.guest({ connect: { clientId: 'all' } });
  await all.subscribe('#');
  const guest = await b.guest({ connect: { clientId: 'some' } });
  await guest.subscribe('x/in');
  await guest.publish('x/in');
  await all.publish('y/in');
  await settledFor(all, 150);
  await settledFor(guest, 150);
  return [all.publishes.map(({ topic }) => topic), guest.publishes.length];
}

const rewriting = { 'data/loaded_modules': modules('emqx_mod_rewrite') };

const textOf = (b: Running, file: string): string => {
  const path = join(b.path, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

/** What the log of a file has of a client that comes and goes. */
async function logged(b: Running, file: string = 'log/emqx.log'): Promise<string> {
  await (await b.guest()).leave();
  await pause(50);
  await b.stop();
  return textOf(b, file);
}

export const brokerEffects: readonly HomeEffect[] = [
  {
    keys: ['broker.sys_interval'],
    lines: 'broker.sys_interval = 1s\n',
    see: (b) => heard(b, '$SYS/brokers/+/stats/connections.count', 2500),
    with: '$SYS/brokers/emqx@127.0.0.1/stats/connections.count',
    without: undefined,
  },
  {
    keys: ['broker.sys_heartbeat'],
    lines: 'broker.sys_heartbeat = 1s\n',
    see: (b) => heard(b, '$SYS/brokers/+/uptime', 2500),
    with: '$SYS/brokers/emqx@127.0.0.1/uptime',
    without: undefined,
  },
  {
    keys: ['broker.shared_subscription_strategy'],
    lines: 'broker.shared_subscription_strategy = sticky\n',
    see: divided,
    with: [0, 6],
    without: [3, 3],
  },
  {
    keys: ['node.name'],
    lines: 'node.name = emqx@10.0.0.1\n',
    see: async (b) => {
      const guest = await b.guest();
      await guest.subscribe('$SYS/brokers');
      await settledFor(guest, 150);
      return guest.payloads;
    },
    with: ['emqx@10.0.0.1'],
    without: ['emqx@127.0.0.1'],
  },
  {
    keys: ['node.data_dir'],
    lines: 'node.data_dir = var\n',
    see: ({ path }) => ['data/hoopoe', 'var/hoopoe'].filter((one) => existsSync(join(path, one))),
    with: ['var/hoopoe'],
    without: ['data/hoopoe'],
  },
  { keys: ['module.presence.qos'], lines: 'module.presence.qos = 0\n', see: presence, with: 0, without: 1 },
  { keys: ['module.presence'], lines: 'module.presence = off\n', see: presence, with: 'nothing', without: 1 },
  {
    keys: ['modules.loaded_file'],
    lines: 'modules.loaded_file = data/others\n',
    texts: { 'data/others': modules('emqx_mod_acl_internal') },
    see: presence,
    with: 'nothing',
    without: 1,
  },
  {
    keys: ['module.loaded_file'],
    lines: 'module.loaded_file = data/others\n',
    texts: { 'data/others': modules('emqx_mod_acl_internal') },
    see: presence,
    with: 'nothing',
    without: 1,
  },
  {
    keys: ['module.subscription.$n.topic'],
    lines: AUTO,
    texts: auto,
    see: unasked,
    with: ['kept 0 retained', 'live 0', 'own 0'],
    without: [],
  },
  {
    keys: ['module.subscription.$n.qos', 'module.subscription.$n.nl'],
    lines: 'module.subscription.1.qos = 1\nmodule.subscription.1.nl = 1\n',
    texts: { ...auto, 'etc/emqx.conf': AUTO },
    see: unasked,
    with: ['kept 0 retained', 'live 1'],
    without: ['kept 0 retained', 'live 0', 'own 0'],
  },
  {
    keys: ['module.subscription.$n.rap', 'module.subscription.$n.rh'],
    lines: 'module.subscription.1.rap = 1\nmodule.subscription.1.rh = 2\n',
    texts: { ...auto, 'etc/emqx.conf': AUTO },
    see: unasked,
    with: ['live 0 retained', 'own 0'],
    without: ['kept 0 retained', 'live 0', 'own 0'],
  },
  {
    keys: ['module.subscription'],
    lines: 'module.subscription = on\n',
    texts: { 'etc/emqx.conf': AUTO },
    see: unasked,
    with: ['kept 0 retained', 'live 0', 'own 0'],
    without: [],
  },
  {
    keys: ['module.rewrite.rule.$n'],
    lines: 'module.rewrite.rule.1 = x/# ^x/(.+)$ y/$1\n',
    texts: rewriting,
    see: rewritten,
    with: [['y/in', 'y/in'], 2],
    without: [['x/in', 'y/in'], 1],
  },
  {
    keys: ['module.rewrite.pub|sub.rule.$n'],
    lines: 'module.rewrite.pub.rule.1 = x/# ^x/(.+)$ z/$1\nmodule.rewrite.sub.rule.1 = x/# ^x/(.+)$ y/$1\n',
    texts: rewriting,
    see: rewritten,
    with: [['z/in', 'y/in'], 1],
    without: [['x/in', 'y/in'], 1],
  },
  {
    keys: ['module.rewrite'],
    lines: 'module.rewrite = on\n',
    texts: { 'etc/emqx.conf': 'module.rewrite.rule.1 = x/# ^x/(.+)$ y/$1\n' },
    see: rewritten,
    with: [['y/in', 'y/in'], 2],
    without: [['x/in', 'y/in'], 1],
  },
  {
    keys: ['retainer.max_retained_messages'],
    lines: 'retainer.max_retained_messages = 1\n',
    see: async (b) => {
      const guest = await b.guest();
      for (const topic of ['t/1', 't/2', 't/1']) await guest.publish(topic, 'x', { retain: true });
      await guest.subscribe('t/+');
      await settledFor(guest, 150);
      return guest.publishes.length;
    },
    with: 1,
    without: 2,
  },
];

const DEBUG = { 'etc/emqx.conf': 'log.level = debug\n' };

export const logEffects: readonly HomeEffect[] = [
  {
    keys: ['log.level'],
    lines: 'log.level = debug\n',
    see: async (b) => (await logged(b)).includes('client=guest'),
    with: true,
    without: false,
  },
  {
    keys: ['log.to'],
    lines: 'log.to = console\n',
    texts: DEBUG,
    see: async (b) => [(await logged(b)).includes('client=guest'), b.out.includes('client=guest')],
    with: [false, true],
    without: [true, false],
  },
  {
    keys: ['log.dir', 'log.file'],
    lines: 'log.dir = logs\nlog.file = broker.log\n',
    texts: DEBUG,
    see: async (b) => (await logged(b, 'logs/broker.log')).includes('client=guest'),
    with: true,
    without: false,
  },
  {
    keys: ['log.formatter'],
    lines: 'log.formatter = json\n',
    texts: DEBUG,
    see: async (b) => (await logged(b)).startsWith('{"'),
    with: true,
    without: false,
  },
  {
    keys: ['log.rotation.size', 'log.rotation.count'],
    lines: 'log.rotation.size = 4KB\nlog.rotation.count = 2\n',
    texts: DEBUG,
    see: async (b) => {
      for (let i = 0; i < 40; i++) await (await b.guest({ connect: { clientId: `${i}${'x'.repeat(80)}` } })).leave();
      await b.stop();
      return readdirSync(join(b.path, 'log')).sort();
    },
    with: ['emqx.log', 'emqx.log.1', 'emqx.log.2'],
    without: ['emqx.log'],
  },
  {
    keys: ['log.rotation'],
    lines: 'log.rotation = off\n',
    texts: { 'etc/emqx.conf': 'log.level = debug\nlog.rotation.size = 4KB\nlog.rotation.count = 2\n' },
    see: async (b) => {
      for (let i = 0; i < 40; i++) await (await b.guest({ connect: { clientId: `${i}${'x'.repeat(80)}` } })).leave();
      await b.stop();
      return readdirSync(join(b.path, 'log')).sort();
    },
    with: ['emqx.log'],
    without: ['emqx.log', 'emqx.log.1', 'emqx.log.2'],
  },
];
