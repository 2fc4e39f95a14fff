/** Keys of logins and permissions: the chains, `acl.conf`, the built-in users, databases, services and tokens. */

import { count, flag, type KeyRow, list, path, secret, text, time, unusedRows, words } from '../key-row.ts';
import type { KeyType, KeyValue } from '../key-values.ts';

/** The name of the section of `access` that a plugin becomes. */
export type SourceName = 'mnesia' | 'pgsql' | 'mysql' | 'redis' | 'http' | 'jwt';

const chainRows: readonly KeyRow[] = [
  {
    key: 'allow_anonymous',
    type: words('true', 'false', 'false_quick_deny'),
    absent: 'false',
    shipped: 'true',
    effect: 'allow_anonymous and logins.require_credentials',
  },
  {
    key: 'acl_nomatch',
    type: words('allow', 'deny'),
    absent: 'deny',
    shipped: 'allow',
    effect: 'permissions.unmatched',
  },
  { key: 'acl_file', type: path, absent: 'etc/acl.conf', effect: 'access.acl.acl_conf.file' },
  { key: 'enable_acl_cache', type: flag, absent: 'on', effect: 'permissions.cache_entries_max' },
  { key: 'acl_cache_max_size', type: count, absent: '32', effect: 'permissions.cache_entries_max' },
  { key: 'acl_cache_ttl', type: time, absent: '1m', to: 'permissions.cache_seconds_max' },
  {
    key: 'acl_deny_action',
    type: words('ignore', 'disconnect'),
    absent: 'ignore',
    effect: 'mqtt.unauthorized_publish',
  },
  {
    key: 'flapping_detect_policy',
    type: list,
    absent: '30, 1m, 5m',
    effect: 'flapping.connects_max, flapping.window_seconds and flapping.ban_seconds',
  },
  { key: 'auth_order', type: list, absent: 'none', effect: 'access.NAME.order' },
  { key: 'acl_order', type: list, absent: 'none', effect: 'access.NAME.order' },
];

const mnesiaRows: readonly KeyRow[] = [
  {
    key: 'auth.mnesia.password_hash',
    type: words('plain', 'md5', 'sha', 'sha256', 'sha512'),
    absent: 'sha256',
    to: 'access.mnesia.builtin.password_hash',
  },
  { key: 'auth.client.$id.clientid', type: text, effect: 'access.mnesia.builtin.bootstrap_client_ids' },
  { key: 'auth.client.$id.password', type: secret, effect: 'access.mnesia.builtin.bootstrap_client_ids' },
  { key: 'auth.user.$id.username', type: text, effect: 'access.mnesia.builtin.bootstrap_users' },
  { key: 'auth.user.$id.password', type: secret, effect: 'access.mnesia.builtin.bootstrap_users' },
];

const isOn = (value: KeyValue): boolean => value === 'true' || value === 'verify_peer' || value === 'on';

/** The rows about TLS that all sources in the network have; `ssl_opts` is an older name of `ssl`. */
function tlsRows(prefix: string, to: string): readonly KeyRow[] {
  const verify: KeyType = words('true', 'false', 'on', 'off', 'verify_peer', 'verify_none');
  return ['ssl', 'ssl_opts'].flatMap((name): readonly KeyRow[] => [
    { key: `${prefix}.${name}.cacertfile|cafile`, type: path, to: `${to}.ssl_ca_file` },
    { key: `${prefix}.${name}.certfile`, type: path, to: `${to}.ssl_certificate_file` },
    { key: `${prefix}.${name}.keyfile`, type: path, to: `${to}.ssl_key_file` },
    {
      key: `${prefix}.${name}.verify`,
      type: verify,
      // The older name is not given a default, which would win over what is written.
      ...(name === 'ssl' && { absent: 'false' }),
      to: `${to}.ssl_verify`,
      native: isOn,
    },
    { key: `${prefix}.${name}.server_name_indication`, type: text, to: `${to}.ssl_server_name` },
    {
      key: `${prefix}.${name}.tls_versions`,
      type: list,
      shipped: ['tlsv1.3,tlsv1.2,tlsv1.1', 'tlsv1.3,tlsv1.2,tlsv1.1,tlsv1'],
      effect: `${to}.ssl_version_min; TLS 1.0 and 1.1 are not spoken`,
    },
    { key: `${prefix}.${name}.ciphers`, type: list, unused: 'Node.js chooses the ciphers' },
    { key: `${prefix}.${name}.depth|reuse_sessions|secure_renegotiate`, type: text, unused: 'TLS is left to Node.js' },
  ]);
}

function sqlRows(plugin: 'pgsql' | 'mysql', port: number): readonly KeyRow[] {
  const to = `access.${plugin}.${plugin === 'pgsql' ? 'postgresql' : 'mysql'}`;
  return [
    { key: `auth.${plugin}.server`, type: text, absent: `127.0.0.1:${port}`, to: `${to}.server` },
    { key: `auth.${plugin}.pool`, type: count, absent: '8', to: `${to}.connections_max` },
    {
      key: `auth.${plugin}.username`,
      type: text,
      ...(plugin === 'pgsql' && { absent: 'root' }),
      to: `${to}.username`,
    },
    { key: `auth.${plugin}.password`, type: secret, to: `${to}.password` },
    { key: `auth.${plugin}.database`, type: text, absent: 'mqtt', to: `${to}.database` },
    { key: `auth.${plugin}.auth_query`, type: text, effect: `${to}.auth_query; without it, no logins` },
    { key: `auth.${plugin}.password_hash`, type: text, absent: 'sha256', to: `${to}.password_hash` },
    { key: `auth.${plugin}.super_query`, type: text, effect: `${to}.super_query; without it, no superusers` },
    { key: `auth.${plugin}.acl_query`, type: text, to: `${to}.acl_query` },
    ...(plugin === 'pgsql'
      ? [
          {
            key: 'auth.pgsql.encoding',
            type: text,
            shipped: ['utf8', 'unicode'],
            unused: 'MQTT knows UTF-8 alone, and the server converts it',
          },
        ]
      : [
          {
            key: 'auth.mysql.query_timeout',
            type: time,
            absent: '300s',
            shipped: '5s',
            to: `${to}.query_seconds_max`,
          },
        ]),
    { key: `auth.${plugin}.ssl`, type: flag, absent: 'off', to: `${to}.ssl` },
    ...tlsRows(`auth.${plugin}`, to),
  ];
}

const redis = 'access.redis.redis';

const redisRows: readonly KeyRow[] = [
  {
    key: 'auth.redis.type',
    type: words('single', 'sentinel', 'cluster'),
    absent: 'single',
    to: `${redis}.mode`,
  },
  { key: 'auth.redis.server', type: list, absent: '127.0.0.1:6379', to: `${redis}.server` },
  { key: 'auth.redis.sentinel', type: text, to: `${redis}.sentinel` },
  { key: 'auth.redis.pool', type: count, shipped: '8', unused: 'one connection carries all commands' },
  { key: 'auth.redis.database', type: count, absent: '0', to: `${redis}.database` },
  { key: 'auth.redis.password', type: secret, to: `${redis}.password` },
  { key: 'auth.redis.query_timeout', type: time, absent: '5s', to: `${redis}.query_seconds_max` },
  { key: 'auth.redis.auth_cmd', type: text, effect: `${redis}.auth_cmd; without it, no logins` },
  { key: 'auth.redis.password_hash', type: text, absent: 'plain', to: `${redis}.password_hash` },
  { key: 'auth.redis.super_cmd', type: text, effect: `${redis}.super_cmd; without it, no superusers` },
  { key: 'auth.redis.acl_cmd', type: text, to: `${redis}.acl_cmd` },
  { key: 'auth.redis.ssl', type: flag, absent: 'off', to: `${redis}.ssl` },
  ...tlsRows('auth.redis', redis),
];

const http = 'access.http.http';

function requestRows(request: string, part: 'auth' | 'super' | 'acl', params: string): readonly KeyRow[] {
  return [
    { key: `auth.http.${request}.url`, type: text, to: `${http}.${part}_url` },
    { key: `auth.http.${request}`, type: text, to: `${http}.${part}_url` },
    { key: `auth.http.${request}.method`, type: words('post', 'get'), absent: 'post', to: `${http}.${part}_method` },
    {
      key: `auth.http.${request}.headers.content_type|content-type`,
      type: words('application/x-www-form-urlencoded', 'application/json'),
      to: `${http}.${part}_content_type`,
      native: (value) => (value === 'application/json' ? 'json' : 'form'),
    },
    { key: `auth.http.${request}.headers.$name`, type: text, effect: `${http}.headers` },
    { key: `auth.http.${request}.params`, type: list, absent: params, to: `${http}.${part}_params` },
  ];
}

const httpRows: readonly KeyRow[] = [
  ...requestRows('auth_req', 'auth', 'clientid=%c,username=%u,password=%P'),
  ...requestRows('super_req', 'super', 'clientid=%c,username=%u'),
  ...requestRows('acl_req', 'acl', 'access=%A,username=%u,clientid=%c,ipaddr=%a,topic=%t,mountpoint=%m'),
  { key: 'auth.http.timeout|request_timeout', type: time, to: `${http}.answer_seconds_max` },
  { key: 'auth.http.connect_timeout', type: time, absent: '5s', to: `${http}.connect_seconds_max` },
  { key: 'auth.http.pool_size', type: count, absent: '32', to: `${http}.connections_max` },
  ...unusedRows('a connection carries one question at a time', [
    ['auth.http.enable_pipelining', text, ['100', 'true', 'false']],
    ['auth.http.retry_interval|retry_times|retry_backoff', text, ['1s', '3', '2.0']],
  ]),
  ...tlsRows('auth.http', http),
];

const jwt = 'access.jwt.jwt';

const jwtRows: readonly KeyRow[] = [
  { key: 'auth.jwt.secret', type: secret, to: `${jwt}.secret` },
  { key: 'auth.jwt.pubkey', type: path, to: `${jwt}.public_key_file` },
  { key: 'auth.jwt.jwks', type: text, to: `${jwt}.jwks_url` },
  { key: 'auth.jwt.jwks.refresh_interval', type: time, absent: '5m', to: `${jwt}.jwks_refresh_seconds` },
  { key: 'auth.jwt.from', type: words('password', 'username'), absent: 'password', to: `${jwt}.from` },
  { key: 'auth.jwt.verify_claims', type: flag, absent: 'off', effect: `${jwt}.verify_claims` },
  { key: 'auth.jwt.verify_claims.$name', type: text, effect: `${jwt}.verify_claims` },
  { key: 'auth.jwt.acl_claim_name', type: text, absent: 'acl', to: `${jwt}.acl_claim` },
  {
    key: 'auth.jwt.signature_format',
    type: words('der', 'raw'),
    shipped: 'der',
    unused: 'signatures have the form that the standard gives them',
  },
  ...tlsRows('auth.jwt', jwt),
];

const missingRows: readonly KeyRow[] = [
  ...['auth.mongo.**', 'auth.ldap.**'].map((key) => ({
    key,
    type: text,
    unused: 'there is no such source here; its plugin is refused',
  })),
];

const pskRows: readonly KeyRow[] = [
  { key: 'psk.file.path', type: path, absent: 'etc/psk.txt', effect: 'listeners.NAME.psk_file' },
  { key: 'psk.file.delimiter', type: text, absent: ':', effect: 'listeners.NAME.psk_delimiter' },
];

export const accessKeys: readonly KeyRow[] = [
  ...chainRows,
  ...mnesiaRows,
  ...sqlRows('pgsql', 5432),
  ...sqlRows('mysql', 3306),
  ...redisRows,
  ...httpRows,
  ...jwtRows,
  ...missingRows,
  ...pskRows,
];
