/** Effects of the keys of emqx_auth_redis on clients of a broker that asks a real Redis, a Sentinel and a cluster. */

import { expect } from 'vitest';
import type { RedisPrivateServer } from '../../../services/redis.ts';
import { hashForms } from './hash-forms.ts';
import { granted, login, lost, published, type ServedEffect, type ServedTable } from './served-effect.ts';
import { type ServerTls, serverTlsEffects, unusedTlsEffects } from './server-tls-effects.ts';

type Effect = ServedEffect<RedisPrivateServer>;

const REFUSED = 0x87;
const UNAVAILABLE = 0x88;

/** What a server has to hold. */
export const redisCommands: readonly (readonly string[])[] = [
  ['HSET', 'mqtt_user:ann', 'password', 'pw', 'is_superuser', '0'],
  ['HSET', 'mqtt_user:chief', 'password', 'chief', 'is_superuser', '1'],
  ['HSET', 'mqtt_acl:ann', 'in', '1', 'out', '2', 'both/#', '3'],
  ['HSET', 'device:guest', 'secret', 'of the device'],
  ...hashForms.map(({ name, stored, salt }) => ['HSET', `hashed:${name}`, 'password', stored, 'salt', salt]),
];

const ann = ['ann', 'pw'] as const;
const known: Effect['see'] = (b) => login(b, ...ann);

const connecting: readonly Effect[] = [
  {
    keys: ['auth.redis.server'],
    lines: 'auth.redis.server = {named}\n',
    otherwise: 'auth.redis.server = 127.0.0.1:1\n',
    see: known,
    with: 0,
    without: UNAVAILABLE,
  },
  { keys: ['auth.redis.password'], lines: 'auth.redis.password = no\n', see: known, with: UNAVAILABLE, without: 0 },
  {
    keys: ['auth.redis.database'],
    lines: 'auth.redis.database = 3\n',
    see: (b) => login(b, 'elsewhere', 'x'),
    with: 0,
    without: REFUSED,
  },
  {
    keys: ['auth.redis.type'],
    lines: 'auth.redis.type = sentinel\nauth.redis.server = {sentinel}\nauth.redis.sentinel = mymaster\n',
    otherwise: 'auth.redis.type = single\nauth.redis.server = {sentinel}\nauth.redis.sentinel = mymaster\n',
    see: known,
    with: 0,
    without: UNAVAILABLE,
  },
  {
    keys: ['auth.redis.sentinel'],
    lines: 'auth.redis.type = sentinel\nauth.redis.server = {sentinel}\nauth.redis.sentinel = mymaster\n',
    otherwise: 'auth.redis.type = sentinel\nauth.redis.server = {sentinel}\nauth.redis.sentinel = other\n',
    see: known,
    with: 0,
    without: UNAVAILABLE,
  },
  {
    keys: ['auth.redis.type'],
    lines: 'auth.redis.type = cluster\nauth.redis.server = 127.0.0.1:1,{cluster}\n',
    otherwise: 'auth.redis.type = single\nauth.redis.server = 127.0.0.1:1,{cluster}\n',
    see: known,
    with: 0,
    without: expect.stringContaining('the mode single has one server'),
  },
  {
    keys: ['auth.redis.query_timeout'],
    lines: 'auth.redis.query_timeout = 200ms\n',
    see: async (b, server) => {
      await login(b, ...ann);
      // The pause ends by itself; while it lasts nothing is answered, not even what would end it.
      await server.command('CLIENT', 'PAUSE', '700', 'ALL');
      return await login(b, ...ann);
    },
    with: UNAVAILABLE,
    without: 0,
  },
  {
    keys: ['auth.redis.pool'],
    lines: 'auth.redis.pool = 9\n',
    see: async (b) => [await login(b, ...ann), lost(b)],
    with: [0, expect.stringContaining('auth.redis.pool (one connection carries all commands;')],
    without: [0, ''],
  },
];

const asking: readonly Effect[] = [
  {
    keys: ['auth.redis.auth_cmd'],
    lines: 'auth.redis.auth_cmd = HGET device:%c secret\n',
    see: (b) => login(b, 'whoever', 'of the device'),
    with: 0,
    without: REFUSED,
  },
  {
    // Where nothing is asked about logins, whoever comes is anonymous.
    keys: ['auth.redis.auth_cmd'],
    lines: 'auth.redis.auth_cmd =\nauth.redis.acl_cmd = HGETALL mqtt_acl:%u\n',
    conf: 'allow_anonymous = true\n',
    see: (b) => login(b, 'ann', 'wrong'),
    with: 0,
    without: REFUSED,
  },
  {
    keys: ['auth.redis.super_cmd'],
    lines: 'auth.redis.super_cmd = HGET mqtt_user:%u is_superuser\n',
    rules: '{deny, all}.\n',
    see: async (b) => [await granted(b, ['chief', 'chief'], 'a'), await granted(b, ann, 'a')],
    with: [0, REFUSED],
    without: [REFUSED, REFUSED],
  },
  {
    keys: ['auth.redis.acl_cmd'],
    lines: 'auth.redis.acl_cmd = HGETALL mqtt_acl:%u\n',
    // Whoever has a list may do what it says and nothing else; whoever has none is left to the next rules.
    see: async (b) => [
      await granted(b, ann, 'in'),
      await granted(b, ann, 'out'),
      await published(b, ann, 'out'),
      await published(b, ann, 'both/a'),
      await granted(b, ['chief', 'chief'], 'other'),
    ],
    with: [0, REFUSED, 0x10, 0x10, 0],
    without: [0, 0, 0x10, 0x10, 0],
  },
  ...hashForms
    .filter(({ form }) => /^(plain|sha256|salt,sha256|sha256,salt|bcrypt|pbkdf2, .*)$/.test(form))
    .map(
      ({ form, name }): Effect => ({
        keys: ['auth.redis.password_hash'],
        lines: `auth.redis.password_hash = ${form}\nauth.redis.auth_cmd = HMGET hashed:%u password salt\n`,
        see: async (b) => [await login(b, name, 'public'), await login(b, name, 'Public')],
        with: [0, REFUSED],
        without: [REFUSED, REFUSED],
      }),
    ),
];

const tls: ServerTls<RedisPrivateServer> = {
  prefix: 'auth.redis',
  on: 'auth.redis.ssl = on\nauth.redis.server = {secure}\n',
  showing: 'auth.redis.ssl = on\nauth.redis.server = {strict}\n',
  see: known,
  good: 0,
  bad: UNAVAILABLE,
};

export const redis: ServedTable<RedisPrivateServer> = {
  plugin: 'emqx_auth_redis',
  common: `auth.redis.server = {at}
auth.redis.password = only for tests
auth.redis.auth_cmd = HMGET mqtt_user:%u password
`,
  effects: [
    ...connecting,
    ...asking,
    {
      keys: ['auth.redis.ssl'],
      lines: 'auth.redis.ssl = on\nauth.redis.server = {secure}\n',
      otherwise: 'auth.redis.server = {secure}\n',
      see: known,
      with: 0,
      without: UNAVAILABLE,
    },
    ...serverTlsEffects(tls),
    ...serverTlsEffects(tls, 'ssl_opts'),
    ...unusedTlsEffects<RedisPrivateServer>('auth.redis.ssl'),
    ...unusedTlsEffects<RedisPrivateServer>('auth.redis.ssl_opts'),
  ],
};
