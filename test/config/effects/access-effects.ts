/** Effects of the options of mosquitto.conf that name files of logins and permissions, and of the one plugin. */

import { pbkdf2Sync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { type Effect, LISTEN, plainConf, refusedBecause } from './effect.ts';
import { Guest } from './guest.ts';
import type { Place, Running } from './running.ts';

const SALT = Buffer.from('0123456789ab');

function passwordFile({ path }: Place): void {
  const hash = pbkdf2Sync('pw', SALT, 101, 64, 'sha512');
  writeFileSync(join(path, 'passwd'), `ann:$7$101$${SALT.toString('base64')}$${hash.toString('base64')}\n`, {
    mode: 0o600,
  });
}

function dynamicSecurity({ path }: Place): void {
  const password = pbkdf2Sync('pw', SALT, 101, 64, 'sha512').toString('base64');
  const client = { username: 'ann', password, salt: SALT.toString('base64'), iterations: 101 };
  writeFileSync(join(path, 'd.json'), JSON.stringify({ clients: [client], groups: [], roles: [] }), { mode: 0o600 });
}

/** What a user with the right password, one with a wrong one, and nobody is told. */
async function logins(b: Running): Promise<unknown> {
  const login = (password: string): Promise<number | 'closed'> =>
    b.answer({ connect: { username: 'ann', password: Buffer.from(password) } });
  return [await login('pw'), await login('wrong'), await b.answer()];
}

/** The answer to a client of TLS with a pre-shared key. */
export async function pskAnswer(
  port: number,
  key: string,
  identity: string = 'pump',
  ciphers: string = 'PSK',
): Promise<number | string> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    ciphers,
    maxVersion: 'TLSv1.2',
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk: Buffer.from(key, 'hex'), identity }),
  });
  const guest = new Guest(socket);
  return await guest.connect();
}

const PLUGIN = 'plugin /usr/lib/mosquitto_dynamic_security.so';
const AUTH_PLUGIN = 'auth_plugin /usr/lib/mosquitto_dynamic_security.so';
const FILE = 'plugin_opt_config_file {dir}/d.json';
const AUTH_FILE = 'auth_opt_config_file {dir}/d.json';
const CLOSED = 'listener {port} 127.0.0.1\n';

/** Its file says who may come in; without one of the two lines the broker does not start. */
const pluginEffects: readonly Effect[] = (
  [
    ['plugin', PLUGIN, FILE, 'needs a plugin line'],
    ['auth_plugin', AUTH_PLUGIN, AUTH_FILE, 'needs a plugin line'],
    ['plugin_opt_*', FILE, PLUGIN, 'needs a line plugin_opt_config_file'],
    ['auth_opt_*', AUTH_FILE, AUTH_PLUGIN, 'needs a line plugin_opt_config_file'],
  ] as const
).map(([option, line, other, said]) => ({
  option,
  line,
  conf: option.includes('opt') ? `${CLOSED}${other}\nLINE\n` : `${CLOSED}LINE\n${other}\n`,
  prepare: dynamicSecurity,
  see: logins,
  with: [0, 0x87, 0x87],
  without: refusedBecause(said),
}));

export const accessEffects: readonly Effect[] = [
  {
    option: 'acl_file',
    line: 'acl_file {dir}/acl',
    prepare: ({ path }) => writeFileSync(join(path, 'acl'), 'topic read t\n'),
    see: async (b) => {
      const guest = await b.guest();
      await guest.publish('t', 'x', { qos: 1 });
      return (await guest.first('puback'))?.reasonCode;
    },
    with: 0x87,
    // Nobody has subscribed.
    without: 0x10,
  },
  {
    option: 'password_file',
    line: 'password_file {dir}/passwd',
    prepare: passwordFile,
    see: logins,
    with: [0, 0x87, 0],
    without: [0, 0, 0],
  },
  {
    option: 'psk_file',
    line: 'psk_file {dir}/psk',
    conf: `${plainConf}psk_hint here\n`,
    prepare: ({ path }) => writeFileSync(join(path, 'psk'), 'pump:00ff00ff\n'),
    see: async (b) => [await pskAnswer(b.port, '00ff00ff'), await pskAnswer(b.port, '00ff00fe')],
    with: [0, 'closed'],
    without: refusedBecause('psk_hint needs psk_file as well'),
  },
  {
    option: 'psk_hint',
    line: 'psk_hint here',
    conf: `${LISTEN}psk_file {dir}/psk\nLINE\n`,
    prepare: ({ path }) => writeFileSync(join(path, 'psk'), 'pump:00ff00ff\n'),
    see: async (b) => [await pskAnswer(b.port, '00ff00ff'), await b.answer({ connect: { clientId: 'plain' } })],
    with: [0, 'closed'],
    without: ['closed', 0],
  },
  ...pluginEffects,
];
