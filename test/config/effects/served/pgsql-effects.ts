/** Effects of the keys of emqx_auth_pgsql on clients of a broker that asks a real PostgreSQL. */

import { expect } from 'vitest';
import type { PostgresqlServer } from '../../../services/postgresql.ts';
import { hashForms, hashRows } from './hash-forms.ts';
import { granted, login, lost, published, type ServedEffect, type ServedTable } from './served-effect.ts';
import { type ServerTls, serverTlsEffects, unusedTlsEffects } from './server-tls-effects.ts';

type Effect = ServedEffect<PostgresqlServer>;

const REFUSED = 0x87;
const UNAVAILABLE = 0x88;

/** What the rows here need besides the tables of a lesson about EMQTT 2.3, and in a database of the name `other`. */
export const pgsqlTables = {
  mqtt: `CREATE TABLE hashed (name text, hash text, salt text);
INSERT INTO hashed VALUES ${hashRows(hashForms)};
GRANT SELECT ON hashed TO mqtt;
INSERT INTO mqtt_user(is_superuser, username, password) VALUES (true, 'chief', 'chief');`,
  other: `CREATE TABLE mqtt_user (username text, password text);
INSERT INTO mqtt_user VALUES ('testuser', 'elsewhere');
GRANT SELECT ON mqtt_user TO mqtt`,
} as const;

const user = ['testuser', '123456'] as const;
const known: Effect['see'] = (b) => login(b, ...user);

const SLOW = "auth.pgsql.auth_query = select 'x' || pg_sleep(0.4)::text where '%u' <> ''\n";

/** Whether there are more than two connections after five logins at the same time, and whether all were right. */
const connections: Effect['see'] = async (b, server) => {
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((clientId) => login(b, 'u', 'x', clientId)));
  const [row] = await server.rows("select count(*)::int as count from pg_stat_activity where usename = 'mqtt'");
  return [Number(row?.['count']) > 2, answers.every((answer) => answer === 0)];
};

const connecting: readonly Effect[] = [
  {
    keys: ['auth.pgsql.server'],
    lines: 'auth.pgsql.server = {named}\n',
    otherwise: 'auth.pgsql.server = 127.0.0.1:1\n',
    see: known,
    with: 0,
    without: UNAVAILABLE,
  },
  {
    keys: ['auth.pgsql.username'],
    lines: 'auth.pgsql.username = nobody\n',
    see: known,
    with: UNAVAILABLE,
    without: 0,
  },
  { keys: ['auth.pgsql.password'], lines: 'auth.pgsql.password = wrong\n', see: known, with: UNAVAILABLE, without: 0 },
  {
    keys: ['auth.pgsql.database'],
    lines: 'auth.pgsql.database = other\n',
    see: (b) => login(b, 'testuser', 'elsewhere'),
    with: 0,
    without: REFUSED,
  },
  {
    keys: ['auth.pgsql.pool'],
    lines: `auth.pgsql.pool = 2\n${SLOW}`,
    otherwise: SLOW,
    see: connections,
    with: [false, true],
    without: [true, true],
  },
  {
    keys: ['auth.pgsql.encoding'],
    lines: 'auth.pgsql.encoding = latin1\n',
    see: async (b) => [await login(b, ...user), lost(b)],
    with: [0, expect.stringContaining('auth.pgsql.encoding (MQTT knows UTF-8 alone, and the server converts it;')],
    without: [0, ''],
  },
];

const asking: readonly Effect[] = [
  {
    keys: ['auth.pgsql.auth_query'],
    lines: "auth.pgsql.auth_query = select 'of the query' where '%u' = 'testuser'\n",
    see: (b) => login(b, 'testuser', 'of the query'),
    with: 0,
    without: REFUSED,
  },
  {
    // Where nothing is asked about logins, whoever comes is anonymous.
    keys: ['auth.pgsql.auth_query'],
    lines: 'auth.pgsql.auth_query =\nauth.pgsql.acl_query = {acl}\n',
    conf: 'allow_anonymous = true\n',
    see: (b) => login(b, 'testuser', 'wrong'),
    with: 0,
    without: REFUSED,
  },
  ...["'%c' = 'guest'", "'%a' = '127.0.0.1'", "'%P' = 'shown'"].map(
    (condition): Effect => ({
      keys: ['auth.pgsql.auth_query'],
      lines: `auth.pgsql.auth_query = select 'shown' where ${condition}\n`,
      see: async (b) => [await login(b, 'whoever', 'shown'), await login(b, 'whoever', 'other')],
      with: [0, REFUSED],
      without: [REFUSED, REFUSED],
    }),
  ),
  {
    keys: ['auth.pgsql.super_query'],
    lines: "auth.pgsql.super_query = select is_superuser from mqtt_user where username = '%u' limit 1\n",
    rules: '{deny, all}.\n',
    see: async (b) => [await granted(b, ['chief', 'chief'], 'a'), await granted(b, user, 'a')],
    with: [0, REFUSED],
    without: [REFUSED, REFUSED],
  },
  {
    keys: ['auth.pgsql.acl_query'],
    lines: 'auth.pgsql.acl_query = {acl}\n',
    see: async (b) => [await granted(b, user, '#'), await granted(b, user, 'a/#'), await published(b, user, 'a')],
    with: [REFUSED, 0, 0x10],
    without: [0, 0, 0x10],
  },
  ...hashForms.map(
    ({ form, name }): Effect => ({
      keys: ['auth.pgsql.password_hash'],
      lines: `auth.pgsql.password_hash = ${form}
auth.pgsql.auth_query = select hash, salt from hashed where name = '%u'
`,
      see: async (b) => [await login(b, name, 'public'), await login(b, name, 'Public')],
      with: [0, REFUSED],
      without: [REFUSED, REFUSED],
    }),
  ),
];

const ENCRYPTED = `auth.pgsql.auth_query = select ssl::text from pg_stat_ssl where pid = pg_backend_pid() and '%u' <> ''
`;

const tls: ServerTls<PostgresqlServer> = {
  prefix: 'auth.pgsql',
  on: 'auth.pgsql.ssl = on\n',
  showing: 'auth.pgsql.ssl = on\nauth.pgsql.username = certified\n',
  see: known,
  good: 0,
  bad: UNAVAILABLE,
};

export const pgsql: ServedTable<PostgresqlServer> = {
  plugin: 'emqx_auth_pgsql',
  common: `auth.pgsql.server = {at}
auth.pgsql.username = mqtt
auth.pgsql.password = mqtt
auth.pgsql.password_hash = plain
auth.pgsql.auth_query = select password from mqtt_user where username = '%u' limit 1
`,
  effects: [
    ...connecting,
    ...asking,
    {
      keys: ['auth.pgsql.ssl'],
      lines: `auth.pgsql.ssl = on\n${ENCRYPTED}`,
      otherwise: ENCRYPTED,
      see: async (b) => [await login(b, 'x', 'true'), await login(b, 'x', 'false')],
      with: [0, REFUSED],
      without: [REFUSED, 0],
    },
    ...serverTlsEffects(tls),
    ...serverTlsEffects(tls, 'ssl_opts'),
    ...unusedTlsEffects<PostgresqlServer>('auth.pgsql.ssl'),
    ...unusedTlsEffects<PostgresqlServer>('auth.pgsql.ssl_opts'),
  ],
};
