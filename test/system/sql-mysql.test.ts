/** Logins and permissions from a real MariaDB, through the driver of MySQL. */

import { pbkdf2Sync } from 'node:crypto';
import { hashSync } from '@node-rs/bcrypt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mysqlDialect } from '../../src/access/mysql/open-mysql.ts';
import { mysqlRows } from '../../src/config/rows/access/mysql.ts';
import type { OptionValue } from '../../src/ports/option.ts';
import { lacksMariadb, MariadbServer } from '../services/mariadb.ts';
import { login, may } from '../services/remote-source.ts';
import { type OpenedSource, openSource, tested } from '../services/sql-source.ts';
import { guide, obey } from './mysql-guide.ts';

const missing = lacksMariadb();

/** Of the password `public`. */
const derived = pbkdf2Sync('public', 's', 1000, 20, 'sha256').toString('hex');
const bcrypted = hashSync('public', { cost: 4 });

let server: MariadbServer;

function open(values: Record<string, OptionValue> = {}): Promise<OpenedSource> {
  return openSource(mysqlDialect(), mysqlRows, {
    server: `127.0.0.1:${server.port}`,
    username: 'root',
    password: 'public',
    database: 'emqx',
    auth_query: guide.authQuery,
    ...values,
  });
}

beforeAll(async () => {
  if (missing) return;
  server = await MariadbServer.start();
  await obey(server);
  await server.sql("CREATE USER weak@'%' IDENTIFIED BY 'weak'; GRANT SELECT ON emqx.mqtt_user TO weak@'%'");
});

afterAll(() => server?.remove());

describe.skipIf(missing)('logins from MySQL', () => {
  it('let in who the guide lets in, and know no superuser where there is no column for it', async () => {
    const { source, logged } = await open({ acl_query: guide.aclQuery });
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('allow');
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('allow');
    expect(await login(source, { username: 'emqx', password: 'Public' })).toBe('deny');
    expect(await login(source, { username: 'emqx', password: '' })).toBe('deny');
    expect(await login(source, { username: 'emqx' })).toBe('deny');
    expect(await login(source, { username: 'nobody', password: 'public' })).toBe('ignore');
    expect(await login(source, { username: '', password: '' })).toBe('ignore');
    expect(await login(source, { password: 'public' })).toBe('ignore');
    expect(await tested(source)).toBeUndefined();
    expect(logged.map(({ fields }) => fields?.['code'])).toEqual(['MYSQL_COLUMN_MISSING']);
  });

  it('know superusers', async () => {
    for (const [value, expected] of [
      ['1', 'superuser'],
      ["b'1'", 'superuser'],
      ['cast(1 as unsigned)', 'superuser'],
      ["'1'", 'superuser'],
      ['true', 'superuser'],
      ['0', 'allow'],
      ['2', 'allow'],
      ['null', 'allow'],
      ["'yes'", 'allow'],
    ] as const) {
      const { source } = await open({ super_query: `select ${value} from mqtt_user where username = '%u'` });
      expect(await login(source, { username: 'emqx', password: 'public' }), value).toBe(expected);
    }
    const { source } = await open({ super_query: "select 1 from mqtt_user where username = 'x%u'" });
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('allow');
  });

  it.each([
    ['salt,sha256', "select sha2(concat('s', 'public'), 256) as password, 's' as salt from dual where '%u' = 'u'"],
    ['sha256,salt', "select sha2(concat('public', 's'), 256) `password`, 's' `Salt` from dual where '%u' = 'u'"],
    ['sha512,salt', "select 's' as salt, sha2(concat('public', 's'), 512) as password from dual where '%u' = 'u'"],
    ['sha', "select sha1('public') as password from dual where '%u' = 'u'"],
    ['md5', "select md5('public') as password from dual where '%u' = 'u'"],
    ['plain', "select 'public' as password from dual where '%u' = 'u'"],
    ['plain', "select cast('public' as binary) as password from dual where '%u' = 'u'"],
    ['pbkdf2, sha256, 1000, 20', `select '${derived}' as password, 's' as salt from dual where '%u' = 'u'`],
    ['bcrypt', `select '${bcrypted}' as password from dual where '%u' = 'u'`],
  ])('follow the rule %s with %s', async (rule, query) => {
    const { source } = await open({ password_hash: rule, auth_query: query, super_query: '' });
    expect(await login(source, { username: 'u', password: 'public' })).toBe('allow');
    expect(await login(source, { username: 'u', password: 'private' })).toBe('deny');
    expect(await login(source, { username: 'x', password: 'public' })).toBe('ignore');
  });

  it('take the first row alone, by the names of its columns', async () => {
    const query =
      "select 2 as place, 'b' as x, 'second' as password where '%u' <> '' union select 1, 'a', 'first' order by place";
    const { source } = await open({ password_hash: 'plain', auth_query: query, super_query: '' });
    expect(await login(source, { username: 'u', password: 'first' })).toBe('allow');
    expect(await login(source, { username: 'u', password: 'second' })).toBe('deny');
  });

  it('let nobody in without a password of their own', async () => {
    for (const stored of ['null', "''"]) {
      const query = `select ${stored} as password where '%u' <> ''`;
      const { source } = await open({ password_hash: 'plain', auth_query: query, super_query: '' });
      for (const password of ['', 'null', undefined]) {
        expect(await login(source, { username: 'u', password })).toBe('deny');
      }
    }
  });

  it.each([
    "' or '1'='1",
    "emqx' -- ",
    "emqx'; drop table mqtt_user; -- ",
    "\\' or 1=1 -- ",
    '\\',
    "'",
    "''",
    '?',
    '%u',
    "'%u'",
    '"',
    'emqx\0',
    '😀',
    '\ud800',
    '__proto__',
    'x'.repeat(65_535),
    "'".repeat(65_535),
  ])('treat a name that begins with %.10j as a name', async (name) => {
    const { source } = await open({
      acl_query: guide.aclQuery,
      auth_query: "select password from mqtt_user where username = '%u' or username = '%c' limit 1",
    });
    expect(await login(source, { username: name, password: 'public' })).toBe('ignore');
    expect(await login(source, { clientId: name, username: 'x', password: 'public' })).toBe('ignore');
    expect(await may(source, { username: name, address: '10.0.0.1' }, 'subscribe', '$SYS/x')).toBe('deny');
    expect(await may(source, { clientId: name, address: '10.0.0.1' }, 'subscribe', '$SYS/x')).toBe('deny');
  });

  it('refuse a client that no column can hold, without blaming the database', async () => {
    await server.sql(
      "CREATE TABLE old (name varchar(50), password varchar(50)) DEFAULT CHARSET=latin1; INSERT INTO old VALUES ('a', 'x')",
      'emqx',
    );
    const { source, logged } = await open({
      password_hash: 'plain',
      super_query: '',
      auth_query: "select password from old where name = '%u'",
      acl_query: "select 1, null, name, null, 3, '#' from old where name = '%u'",
    });
    expect(await login(source, { username: 'a', password: 'x' })).toBe('allow');
    for (let i = 0; i < 2; i++) {
      expect(['deny', 'ignore']).toContain(await login(source, { username: '😀', password: 'x' }));
      expect(['deny', 'ignore']).toContain(await may(source, { username: '😀' }, 'publish', 'a'));
    }
    expect(logged.length).toBeLessThanOrEqual(2);
  });

  it('do not lose a denial by another spelling of a name', async () => {
    await server.sql("INSERT INTO mqtt_acl (allow, username, access, topic) VALUES (0, 'emqx', 3, 'secret/#')", 'emqx');
    const { source } = await open({ acl_query: guide.aclQuery });
    // The database takes both names for one, and so lets in both.
    expect(await login(source, { username: 'EMQX', password: 'public' })).toBe('allow');
    for (const username of ['emqx', 'EMQX', 'emqx ', 'émqx']) {
      expect(await may(source, { username }, 'publish', 'secret/x'), username).toBe('deny');
    }
    expect(await may(source, { username: 'other' }, 'publish', 'secret/x')).toBe('ignore');
  });
});

describe.skipIf(missing)('permissions from MySQL', () => {
  it('are those of the rows of the guide', async () => {
    const { source } = await open({ acl_query: guide.aclQuery });
    const said = { username: 'u', clientId: 'mine', address: '10.0.0.1' };
    expect(await may(source, said, 'subscribe', '$SYS/brokers/x')).toBe('deny');
    expect(await may(source, { ...said, address: '10.59.1.100' }, 'subscribe', '$SYS/brokers/x')).toBe('allow');
    expect(await may(source, said, 'subscribe', '/smarthome/other/temperature')).toBe('deny');
    expect(await may(source, said, 'subscribe', '/smarthome/+/temperature')).toBe('deny');
    expect(await may(source, said, 'subscribe', '/smarthome/mine/temperature')).toBe('allow');
    expect(await may(source, said, 'publish', '/smarthome/other/temperature')).toBe('ignore');
    expect(await may(source, { ...said, username: undefined }, 'subscribe', '$SYS/x')).toBe('deny');
    expect(await may(source, { ...said, clientId: '+' }, 'subscribe', '/smarthome/other/temperature')).toBe('deny');
  });

  it('fail where the query does, and never allow', async () => {
    const { source } = await open({ acl_query: "select topic from mqtt_acl where username = '%u'" });
    expect(await may(source, {}, 'publish', 'a')).toBe('MYSQL_RESULT_UNUSABLE');
    const { source: other } = await open({ acl_query: "select * from nowhere where username = '%u'" });
    expect(await may(other, {}, 'publish', 'a')).toBe('MYSQL_TABLE_MISSING');
  });
});

describe.skipIf(missing)('what can go wrong with MySQL', () => {
  it.each([
    [{ password: 'wrong' }, 'MYSQL_LOGIN_REFUSED', /refused the login of user "root".*Access denied.*mysql\.password/],
    [{ username: 'nobody' }, 'MYSQL_LOGIN_REFUSED', /user "nobody"/],
    [{ database: 'nowhere' }, 'MYSQL_DATABASE_UNKNOWN', /no such database.*"nowhere".*mysql\.database/],
    [{ username: 'weak', password: 'weak', database: 'mysql' }, 'MYSQL_DATABASE_UNKNOWN', /mysql\.database/],
    [{ server: '127.0.0.1:1' }, 'MYSQL_UNREACHABLE', /127\.0\.0\.1:1 cannot be reached.*ECONNREFUSED.*mysql\.server/],
    [{ server: '/nowhere.sock' }, 'MYSQL_UNREACHABLE', /nowhere\.sock cannot be reached/],
    [{ server: 'does-not-exist.invalid' }, 'MYSQL_UNREACHABLE', /does-not-exist\.invalid:3306/],
    [{ auth_query: "select password from users where u = '%u'" }, 'MYSQL_TABLE_MISSING', /no such table.*users/],
    [{ auth_query: "select hash from mqtt_user where username = '%u'" }, 'MYSQL_COLUMN_MISSING', /hash/],
    [{ auth_query: "selct password from mqtt_user where username = '%u'" }, 'MYSQL_QUERY_INVALID', /selct/],
    [{ auth_query: 'select 1 as password; select 2' }, 'MYSQL_QUERY_INVALID', /syntax/],
    [{ auth_query: "select username from mqtt_user where username = '%u'" }, 'MYSQL_RESULT_UNUSABLE', /password/],
    [{ password_hash: 'salt,sha256' }, 'MYSQL_RESULT_UNUSABLE', /salt/],
    [
      { username: 'weak', password: 'weak', auth_query: "select topic as password from mqtt_acl where '%u' = ''" },
      'MYSQL_QUERY_FORBIDDEN',
      /grant SELECT/,
    ],
    [{ ssl: true, ssl_server_name: 'localhost' }, 'MYSQL_TLS_UNTRUSTED', /ssl_ca_file/],
  ])('is found by a test of %j', async (values, code, text) => {
    const { source } = await open(values);
    const error = await tested(source);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(/^Access source 'devices': MySQL at /);
    expect(error?.message).toMatch(text);
    expect(error?.message).not.toMatch(/public|wrong/);
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe(code);
  });

  it.each([
    [{ auth_query: 'select password from mqtt_user where username = %u' }, 'MYSQL_QUERY_INVALID', /auth_query: %u/],
    [{ ssl: true }, 'MYSQL_SETTING_INVALID', /ssl_server_name/],
    [{ ssl: true, ssl_verify: false, ssl_key_file: '/nowhere' }, 'MYSQL_TLS_FILE', /nowhere/],
  ])('stops the start with %j', async (values, code, text) => {
    await expect(open(values)).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
  });

  it('includes a driver that is not installed', async () => {
    const gone = mysqlDialect(() => Promise.reject(new TypeError("Cannot find package 'mysql2'")));
    await expect(openSource(gone, mysqlRows, {})).rejects.toMatchObject({
      code: 'MYSQL_DRIVER_MISSING',
      message: expect.stringContaining('run: npm install mysql2'),
    });
  });

  it('includes a query that takes too long', async () => {
    const { source } = await open({
      query_seconds_max: 0.2,
      auth_query: "select sleep(30) as password where '%u' <> ''",
    });
    const started = performance.now();
    expect(await login(source, { username: 'x', password: 'x' })).toBe('MYSQL_QUERY_OVERDUE');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('includes too many connections', async () => {
    await server.sql("GRANT USAGE ON *.* TO weak@'%' WITH MAX_USER_CONNECTIONS 2");
    const { source } = await open({
      username: 'weak',
      password: 'weak',
      super_query: '',
      auth_query: "select sleep(0.02) as password where '%u' <> ''",
      password_hash: 'plain',
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => login(source, { username: 'x', password: '0' })),
    );
    expect(new Set(answers)).toEqual(new Set(['allow']));
  });
});

describe.skipIf(missing)('a connection to MySQL', () => {
  it('is made through a Unix socket too', async () => {
    const { source } = await open({ server: server.socketPath, username: 'weak', password: 'weak' });
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('allow');
  });

  it('is encrypted, and only with a server that can be trusted', async () => {
    const trusted = { ssl: true, ssl_ca_file: server.caPath };
    const named = { ...trusted, ssl_server_name: 'localhost' };
    const query =
      "select variable_value <> '' as password from information_schema.session_status where variable_name = 'Ssl_cipher' and '%u' <> ''";
    const { source } = await open({ ...named, auth_query: query, super_query: '', password_hash: 'plain' });
    expect(await login(source, { username: 'x', password: '1' })).toBe('allow');
    const misnamed = await tested((await open({ ...trusted, ssl_server_name: 'db.example.org' })).source);
    expect(misnamed).toMatchObject({ code: 'MYSQL_TLS_UNTRUSTED', message: expect.stringContaining('db.example.org') });
    for (const values of [
      { ...trusted, server: `localhost:${server.port}` },
      { ...trusted, ssl_server_name: 'disable' },
      { ssl: true, ssl_verify: false },
    ]) {
      expect(await tested((await open(values)).source)).toBeUndefined();
    }
    const { source: plain } = await open({ auth_query: query, super_query: '', password_hash: 'plain' });
    expect(await login(plain, { username: 'x', password: '0' })).toBe('allow');
  });
});
