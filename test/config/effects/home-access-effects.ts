/** Effects of keys of emqx.conf about logins, permissions and bans, and of the files that they name. */

import { loaded } from '../emqx-homes.ts';
import type { HomeEffect } from './home-effect.ts';
import type { Running } from './running.ts';

const admin = { username: 'admin', password: Buffer.from('secret') };

const login =
  (connect: object = {}): HomeEffect['see'] =>
  (b) =>
    b.answer({ connect });

const subscribing =
  (filter: string): HomeEffect['see'] =>
  async (b) =>
    await (await b.guest()).subscribe(filter);

const users = {
  'etc/emqx.conf': 'allow_anonymous = false\n',
  'data/loaded_plugins': loaded('emqx_auth_mnesia'),
  'etc/plugins/emqx_auth_mnesia.conf': 'auth.user.1.username = admin\nauth.user.1.password = secret\n',
};

const denying = { 'etc/acl.conf': '{deny, all, pubsub, ["secret/#"]}.\n' };
const rules = { ...denying, 'etc/emqx.conf': 'zone.external.enable_acl = on\n' };

/** The code of PUBACK, or that the connection has ended. */
async function publishing(b: Running): Promise<unknown> {
  const guest = await b.guest();
  await guest.publish('secret/1', 'x', { qos: 1 });
  const answer = await guest.first('puback');
  return answer === undefined ? 'ended' : answer.reasonCode;
}

/** The answer to a client that has come again and again. */
async function afterMany(b: Running): Promise<number | 'closed'> {
  for (let i = 0; i < 6; i++) {
    const guest = await b.guest().catch(() => undefined);
    await guest?.leave();
  }
  return await b.answer();
}

export const accessEffects: readonly HomeEffect[] = [
  { keys: ['allow_anonymous'], lines: 'allow_anonymous = false\n', see: login(), with: 0x87, without: 0 },
  {
    keys: ['zone.external.allow_anonymous'],
    lines: 'zone.external.allow_anonymous = false\n',
    see: login({ username: 'ann' }),
    with: 0x87,
    without: 0,
  },
  {
    keys: ['bypass_auth_plugins'],
    value: 'true',
    texts: { ...users, 'etc/emqx.conf': 'allow_anonymous = true\n' },
    see: login({ ...admin, password: Buffer.from('wrong') }),
    with: 0,
    without: 0x86,
  },
  { keys: ['enable_acl'], value: 'on', texts: denying, see: subscribing('secret/1'), with: [0x87], without: [0] },
  {
    keys: ['acl_deny_action'],
    lines: 'acl_deny_action = disconnect\n',
    texts: rules,
    see: publishing,
    with: 'ended',
    without: 0x87,
  },
  {
    keys: ['zone.external.acl_deny_action'],
    lines: 'zone.external.acl_deny_action = disconnect\n',
    texts: rules,
    see: publishing,
    with: 'ended',
    without: 0x87,
  },
  {
    keys: ['acl_nomatch'],
    lines: 'acl_nomatch = deny\n',
    texts: rules,
    see: subscribing('other'),
    with: [0x87],
    without: [0],
  },
  {
    keys: ['zone.external.acl_nomatch'],
    lines: 'zone.external.acl_nomatch = deny\n',
    texts: rules,
    see: subscribing('other'),
    with: [0x87],
    without: [0],
  },
  {
    keys: ['acl_file'],
    lines: 'acl_file = etc/other.conf\n',
    texts: { ...rules, 'etc/other.conf': '{deny, all, pubsub, ["other/#"]}.\n' },
    see: subscribing('other/1'),
    with: [0x87],
    without: [0],
  },
  {
    keys: ['flapping_detect_policy', 'zone.external.enable_flapping_detect'],
    lines: 'flapping_detect_policy = 3, 1m, 5m\nzone.external.enable_flapping_detect = on\n',
    see: afterMany,
    with: 0x8a,
    without: 0,
  },
  {
    keys: ['zone.external.flapping_threshold'],
    lines: 'zone.external.flapping_threshold = 3, 1m\n',
    texts: { 'etc/emqx.conf': 'zone.external.enable_flapping_detect = on\n' },
    see: afterMany,
    with: 0x8a,
    without: 0,
  },
  {
    keys: ['auth.user.$id.username', 'auth.user.$id.password'],
    lines: 'auth.user.2.username = eve\nauth.user.2.password = other\n',
    texts: users,
    see: login({ username: 'eve', password: Buffer.from('other') }),
    with: 0,
    without: 0x87,
  },
  {
    keys: ['auth.client.$id.clientid', 'auth.client.$id.password'],
    lines: 'auth.client.1.clientid = guest\nauth.client.1.password = other\n',
    texts: users,
    see: login({ username: 'whoever', password: Buffer.from('other') }),
    with: 0,
    without: 0x87,
  },
  {
    keys: ['auth.mnesia.password_hash'],
    lines: 'auth.mnesia.password_hash = plain\n',
    texts: users,
    // What is stored nobody sees: this is what the source is told, and the login works with it.
    see: async (b) => [
      b.loaded.settings.entries.get('access')?.get('mnesia')?.text('builtin.password_hash'),
      await b.answer({ connect: admin }),
    ],
    with: ['plain', 0],
    without: ['sha256', 0],
  },
  {
    keys: ['plugins.loaded_file'],
    lines: 'plugins.loaded_file = data/others\n',
    texts: { ...users, 'data/others': loaded() },
    see: login(admin),
    with: 0x87,
    without: 0,
  },
  {
    keys: ['plugins.etc_dir'],
    lines: 'plugins.etc_dir = etc/others\n',
    texts: {
      ...users,
      'etc/others/emqx_auth_mnesia.conf': 'auth.user.1.username = admin\nauth.user.1.password = new\n',
    },
    see: login(admin),
    with: 0x86,
    without: 0,
  },
];
