/** The rows of the kind `redis`: logins and permissions from Redis. */

import type { OptionRow, TextRule } from '../../../ports/option.ts';
import { serverTlsRows } from './server-tls.ts';

const serverRule: TextRule = {
  allowed: 'a port, a host, host:port, [::1]:port, or the path of a Unix socket',
  test: (text) =>
    /^(?:\/.{0,107}|\d{1,5}|[A-Za-z0-9_.-]{1,253}(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?|[0-9A-Fa-f:.]+)$/.test(
      text,
    ),
};

const connectionRows: readonly OptionRow[] = [
  {
    name: 'redis.mode',
    type: { kind: 'one-of', values: ['single', 'sentinel', 'cluster'] },
    default: 'single',
    reloadable: false,
    sentence: 'Whether server names one Redis, the Sentinels that know which one it is, or nodes of a Redis Cluster.',
    emqx: 'auth.redis.type',
  },
  {
    name: 'redis.server',
    type: { kind: 'list', rule: serverRule },
    default: ['127.0.0.1:6379'],
    reloadable: false,
    sentence: 'Where it is, or where they are: host and port, or for one Redis the path of its Unix socket.',
    emqx: 'auth.redis.server',
  },
  {
    name: 'redis.sentinel',
    type: { kind: 'string' },
    default: undefined,
    unset: 'an error in the mode sentinel',
    reloadable: false,
    sentence: 'Name by which the Sentinels know the Redis that is to be asked.',
    emqx: 'auth.redis.sentinel',
  },
  {
    name: 'redis.sentinel_password',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'none is given',
    reloadable: false,
    sentence: 'Password for the Sentinels.',
  },
  {
    name: 'redis.username',
    type: { kind: 'string' },
    default: undefined,
    unset: 'the default user',
    reloadable: false,
    sentence: 'User of Redis 6 and later; it needs no more than the commands below, on the keys that they name.',
  },
  {
    name: 'redis.password',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'none is given',
    reloadable: false,
    sentence: 'Password of that user.',
    emqx: 'auth.redis.password',
  },
  {
    name: 'redis.database',
    type: { kind: 'integer', min: 0, max: 65_535 },
    default: 0,
    reloadable: false,
    sentence: 'Number of the database; a Redis Cluster has only 0.',
    emqx: 'auth.redis.database',
  },
];

const commandRows: readonly OptionRow[] = [
  {
    name: 'redis.auth_cmd',
    type: { kind: 'string' },
    default: 'HMGET mqtt_user:%u password',
    reloadable: false,
    sentence:
      'Command (GET, MGET, HGET, HMGET or HGETALL) that gives the stored password of a client, and the salt second or ' +
      'as a field named salt; no value means that the client is not known here, and %u, %c, %C and %d stand for user ' +
      'name, client id, and common name and subject of the certificate; empty for no logins.',
    emqx: 'auth.redis.auth_cmd',
  },
  {
    name: 'redis.password_hash',
    type: { kind: 'string' },
    default: 'plain',
    reloadable: false,
    sentence:
      'How passwords are stored: plain, md5, sha, sha256, sha512, any of these with "salt," before or ",salt" after ' +
      'it, bcrypt, or "pbkdf2, sha256, 1000, 20" with digest, iterations and bytes.',
    emqx: 'auth.redis.password_hash',
  },
  {
    name: 'redis.super_cmd',
    type: { kind: 'string' },
    default: 'HGET mqtt_user:%u is_superuser',
    reloadable: false,
    sentence:
      'Command that gives 1 for a client that may do everything; where it fails nobody is a superuser, and empty asks ' +
      'nothing.',
    emqx: 'auth.redis.super_cmd',
  },
  {
    name: 'redis.acl_cmd',
    type: { kind: 'string' },
    default: undefined,
    unset: 'no permissions are read',
    reloadable: false,
    sentence:
      'Command (HGETALL) that gives what a client may do, such as "HGETALL mqtt_acl:%u": topic filters, each with 1 ' +
      '(subscribe), 2 (publish) or 3 (both); what is not among them is denied, but where there are none at all the ' +
      'next source is asked.',
    emqx: 'auth.redis.acl_cmd',
  },
];

const boundRows: readonly OptionRow[] = [
  {
    name: 'redis.waiting_max',
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    default: 10_000,
    reloadable: false,
    sentence: 'Commands that may wait for their answer; what comes beyond fails.',
  },
  {
    name: 'redis.connect_seconds_max',
    type: { kind: 'duration', min: 0.1, max: 300 },
    default: 5,
    reloadable: false,
    sentence: 'Time until a connection must be there, TLS included.',
  },
  {
    name: 'redis.query_seconds_max',
    type: { kind: 'duration', min: 0.1, max: 300 },
    default: 5,
    reloadable: false,
    sentence: 'Time until a command must be answered; while Redis is down commands fail at once.',
    emqx: 'auth.redis.query_timeout',
  },
  {
    name: 'redis.reconnect_seconds_max',
    type: { kind: 'duration', min: 0.1, max: 3600 },
    default: 5,
    reloadable: false,
    sentence: 'Longest pause between two attempts to reach Redis while it is down; the first are shorter.',
  },
];

export const redisRows: readonly OptionRow[] = [
  ...connectionRows,
  ...commandRows,
  ...boundRows,
  {
    name: 'redis.ssl',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence: 'Whether connections to Redis, and to Sentinels, are encrypted.',
    emqx: 'auth.redis.ssl',
  },
  ...serverTlsRows('redis', 'Redis', 'auth.redis'),
];
