/** Effects of the keys of emqx_auth_mysql on clients of a broker that asks a real MariaDB. */

import type { MariadbServer } from '../../../services/mariadb.ts';
import { hashForms, hashRows } from './hash-forms.ts';
import { granted, login, published, type ServedEffect, type ServedTable } from './served-effect.ts';
import { type ServerTls, serverTlsEffects, unusedTlsEffects } from './server-tls-effects.ts';

type Effect = ServedEffect<MariadbServer>;

const REFUSED = 0x87;
const UNAVAILABLE = 0x88;

/** Tables as EMQX 4.3 brings them, with users whose passwords are plain. */
export const mysqlTables = {
  mqtt: `CREATE TABLE mqtt_user (id int unsigned AUTO_INCREMENT PRIMARY KEY, username varchar(100) UNIQUE,
  password varchar(100), salt varchar(35), is_superuser tinyint(1) DEFAULT 0, created datetime);
INSERT INTO mqtt_user (username, password, is_superuser) VALUES ('ann', 'pw', 0), ('chief', 'chief', 1);
CREATE TABLE mqtt_acl (id int AUTO_INCREMENT PRIMARY KEY, allow int(1), ipaddr varchar(60), username varchar(100),
  clientid varchar(100), access int(2) NOT NULL, topic varchar(100) NOT NULL DEFAULT '');
INSERT INTO mqtt_acl (allow, username, access, topic) VALUES (0, '$all', 1, '$SYS/#'), (0, '$all', 1, 'eq #'),
  (0, '$all', 3, 'secret/#'), (1, 'ann', 2, 'secret/ann');
CREATE TABLE hashed (name varchar(100), hash varchar(200), salt varchar(100));
INSERT INTO hashed VALUES ${hashRows(hashForms)};`,
  other:
    "CREATE TABLE mqtt_user (username varchar(100), password varchar(100)); INSERT INTO mqtt_user VALUES ('ann', 'new')",
  users: `CREATE USER mqtt@'%' IDENTIFIED BY 'mqtt'; GRANT SELECT ON *.* TO mqtt@'%';
CREATE USER certified@'%' IDENTIFIED BY 'mqtt' REQUIRE X509; GRANT SELECT ON *.* TO certified@'%'`,
} as const;

const ann = ['ann', 'pw'] as const;
const known: Effect['see'] = (b) => login(b, ...ann);

const SLOW = "auth.mysql.auth_query = select concat('x', sleep(0.4)) as password from dual where '%u' <> ''\n";

/** Whether there are more than two connections after five logins at the same time, and whether all were right. */
const connections: Effect['see'] = async (b, server) => {
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((clientId) => login(b, 'u', 'x0', clientId)));
  const rows = await server.rows("select count(*) as count from information_schema.processlist where user = 'mqtt'");
  return [Number(rows[0]?.['count']) > 2, answers.every((answer) => answer === 0)];
};

const connecting: readonly Effect[] = [
  {
    keys: ['auth.mysql.server'],
    lines: 'auth.mysql.server = {named}\n',
    otherwise: 'auth.mysql.server = 127.0.0.1:1\n',
    see: known,
    with: 0,
    without: UNAVAILABLE,
  },
  { keys: ['auth.mysql.username'], lines: 'auth.mysql.username = no\n', see: known, with: UNAVAILABLE, without: 0 },
  { keys: ['auth.mysql.password'], lines: 'auth.mysql.password = no\n', see: known, with: UNAVAILABLE, without: 0 },
  {
    keys: ['auth.mysql.database'],
    lines: 'auth.mysql.database = other\n',
    see: (b) => login(b, 'ann', 'new'),
    with: 0,
    without: REFUSED,
  },
  {
    keys: ['auth.mysql.pool'],
    lines: `auth.mysql.pool = 2\n${SLOW}`,
    otherwise: SLOW,
    see: connections,
    with: [false, true],
    without: [true, true],
  },
  {
    keys: ['auth.mysql.query_timeout'],
    lines: `auth.mysql.query_timeout = 200ms\n${SLOW}`,
    otherwise: SLOW,
    see: (b) => login(b, 'u', 'x0'),
    with: UNAVAILABLE,
    without: 0,
  },
];

const asking: readonly Effect[] = [
  {
    keys: ['auth.mysql.auth_query'],
    lines: "auth.mysql.auth_query = select 'of the query' as password from dual where '%u' = 'ann'\n",
    see: (b) => login(b, 'ann', 'of the query'),
    with: 0,
    without: REFUSED,
  },
  {
    // Where nothing is asked about logins, whoever comes is anonymous.
    keys: ['auth.mysql.auth_query'],
    lines: 'auth.mysql.auth_query =\nauth.mysql.acl_query = {acl}\n',
    conf: 'allow_anonymous = true\n',
    see: (b) => login(b, 'ann', 'wrong'),
    with: 0,
    without: REFUSED,
  },
  {
    keys: ['auth.mysql.super_query'],
    lines: "auth.mysql.super_query = select is_superuser from mqtt_user where username = '%u' limit 1\n",
    rules: '{deny, all}.\n',
    see: async (b) => [await granted(b, ['chief', 'chief'], 'a'), await granted(b, ann, 'a')],
    with: [0, REFUSED],
    without: [REFUSED, REFUSED],
  },
  {
    keys: ['auth.mysql.acl_query'],
    lines: 'auth.mysql.acl_query = {acl}\n',
    // The last row that speaks of a request decides.
    see: async (b) => [
      await granted(b, ann, '#'),
      await granted(b, ann, 'a/#'),
      await published(b, ann, 'secret/bob'),
      await published(b, ann, 'secret/ann'),
    ],
    with: [REFUSED, 0, REFUSED, 0x10],
    without: [0, 0, 0x10, 0x10],
  },
  ...hashForms
    .filter(({ form }) => /^(plain|sha256|salt,sha256|sha256,salt|bcrypt|salt,bcrypt|pbkdf2, .*)$/.test(form))
    .map(
      ({ form, name }): Effect => ({
        keys: ['auth.mysql.password_hash'],
        lines: `auth.mysql.password_hash = ${form}
auth.mysql.auth_query = select hash as password, salt from hashed where name = '%u'
`,
        see: async (b) => [await login(b, name, 'public'), await login(b, name, 'Public')],
        with: [0, REFUSED],
        without: [REFUSED, REFUSED],
      }),
    ),
];

const ENCRYPTED = `auth.mysql.auth_query = select variable_value <> '' as password from \
information_schema.session_status where variable_name = 'Ssl_cipher' and '%u' <> ''
`;

const tls: ServerTls<MariadbServer> = {
  prefix: 'auth.mysql',
  on: 'auth.mysql.ssl = on\n',
  // The driver compares names alone, and no addresses.
  named: 'auth.mysql.server = {named}\n',
  showing: 'auth.mysql.ssl = on\nauth.mysql.username = certified\n',
  see: known,
  good: 0,
  bad: UNAVAILABLE,
};

export const mysql: ServedTable<MariadbServer> = {
  plugin: 'emqx_auth_mysql',
  common: `auth.mysql.server = {at}
auth.mysql.username = mqtt
auth.mysql.password = mqtt
auth.mysql.password_hash = plain
auth.mysql.auth_query = select password from mqtt_user where username = '%u' limit 1
`,
  effects: [
    ...connecting,
    ...asking,
    {
      keys: ['auth.mysql.ssl'],
      lines: `auth.mysql.ssl = on\n${ENCRYPTED}`,
      otherwise: ENCRYPTED,
      see: async (b) => [await login(b, 'x', '1'), await login(b, 'x', '0')],
      with: [0, REFUSED],
      without: [REFUSED, 0],
    },
    ...serverTlsEffects(tls),
    ...serverTlsEffects(tls, 'ssl_opts'),
    ...unusedTlsEffects<MariadbServer>('auth.mysql.ssl'),
    ...unusedTlsEffects<MariadbServer>('auth.mysql.ssl_opts'),
  ],
};
