/** Logins and permissions from a real PostgreSQL. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OptionValue } from '../../src/ports/option.ts';
import { lacksPostgresql, type PostgresqlServer } from '../services/postgresql.ts';
import { login, may } from '../services/remote-source.ts';
import { type OpenedSource, tested } from '../services/sql-source.ts';
import { aclQuery, openAt, postgresqlWithTables } from './sql-lesson.ts';

const missing = lacksPostgresql();

let server: PostgresqlServer;

const open = (values: Record<string, OptionValue> = {}): Promise<OpenedSource> => openAt(server, values);

beforeAll(async () => {
  if (!missing) server = await postgresqlWithTables();
});

afterAll(() => server?.remove());

describe.skipIf(missing)('logins from PostgreSQL', () => {
  it('let in who the lesson lets in', async () => {
    const { source, logged } = await open();
    expect(await login(source, { username: 'testuser', password: '123456' })).toBe('allow');
    expect(await login(source, { username: 'testuser', password: '12345' })).toBe('deny');
    expect(await login(source, { username: 'testuser', password: '' })).toBe('deny');
    expect(await login(source, { username: 'testuser' })).toBe('deny');
    expect(await login(source, { username: 'nobody', password: '123456' })).toBe('ignore');
    expect(await login(source, { username: '', password: '' })).toBe('ignore');
    expect(await login(source, { password: '123456' })).toBe('ignore');
    expect(await login(source, {})).toBe('ignore');
    expect(await tested(source)).toBeUndefined();
    expect(logged).toEqual([]);
  });

  it('know superusers', async () => {
    await server.sql("INSERT INTO mqtt_user(is_superuser, username, password) VALUES (true, 'chief', 'x')", 'mqtt');
    const { source } = await open();
    expect(await login(source, { username: 'chief', password: 'x' })).toBe('superuser');
    expect(await login(source, { username: 'chief', password: 'y' })).toBe('deny');
    for (const [value, expected] of [
      ["'t'::text", 'superuser'],
      ['1', 'superuser'],
      ['true', 'superuser'],
      ['0', 'allow'],
      ["'f'::text", 'allow'],
      ['null', 'allow'],
    ] as const) {
      const other = await open({ super_query: `select ${value} where '%u' = 'chief'` });
      expect(await login(other.source, { username: 'chief', password: 'x' }), value).toBe(expected);
    }
    const none = await open({ super_query: '' });
    expect(await login(none.source, { username: 'chief', password: 'x' })).toBe('allow');
  });

  it('take a table without superusers for one in which there are none, and say so once', async () => {
    const { source, logged } = await open({ super_query: "select nonsense from mqtt_user where username = '%u'" });
    for (let i = 0; i < 3; i++) expect(await login(source, { username: 'chief', password: 'x' })).toBe('allow');
    expect(logged).toHaveLength(1);
    expect(logged[0]?.fields).toMatchObject({ source: 'devices', code: 'POSTGRESQL_COLUMN_MISSING' });
    expect(await tested(source)).toBeUndefined();
  });

  it('take the salt of the second column, or of the one with its name, and the first row alone', async () => {
    await server.sql(
      `CREATE TABLE salted (name text, hash text, salt text, place int);
       INSERT INTO salted VALUES
         ('a', encode(sha256(convert_to('s1' || 'secret', 'UTF8')), 'hex'), 's1', 1),
         ('a', encode(sha256(convert_to('s2' || 'other', 'UTF8')), 'hex'), 's2', 2),
         ('b', encode(sha256(convert_to('secret' || 's1', 'UTF8')), 'hex'), 's1', 1),
         ('n', NULL, NULL, 1), ('e', '', 's', 1), ('unsalted', repeat('0', 64), NULL, 1);
       GRANT SELECT ON salted TO mqtt`,
      'mqtt',
    );
    for (const columns of ['hash, salt', 'hash as h, salt as s, place', 'place, salt, hash as password']) {
      const { source } = await open({
        password_hash: 'salt, sha256',
        auth_query: `select ${columns} from salted where name = '%u' order by place`,
      });
      expect(await login(source, { username: 'a', password: 'secret' }), columns).toBe('allow');
      expect(await login(source, { username: 'a', password: 'other' }), columns).toBe('deny');
      expect(await login(source, { username: 'b', password: 'secret' }), columns).toBe('deny');
    }
    const { source, logged } = await open({
      password_hash: 'sha256,salt',
      auth_query: "select hash, salt from salted where name = '%u'",
    });
    expect(await login(source, { username: 'b', password: 'secret' })).toBe('allow');
    expect(await login(source, { username: 'n', password: '' })).toBe('deny');
    expect(await login(source, { username: 'e', password: '' })).toBe('deny');
    expect(await login(source, { username: 'unsalted', password: 'x' })).toBe('deny');
    expect(logged).toHaveLength(1);
  });

  it('ask about everything that a client shows', async () => {
    const { source } = await open({
      super_query: '',
      auth_query:
        "select 'right' where '%u' = 'u' and '%c' = 'c' and '%a' = '10.1.2.3' and '%C' = 'cn' and '%d' = 'CN=cn' and '%P' = 'right'",
    });
    const certificate = { commonName: 'cn', subject: 'CN=cn' };
    const said = { username: 'u', clientId: 'c', address: '10.1.2.3', certificate, password: 'right' };
    expect(await login(source, said)).toBe('allow');
    for (const wrong of [{ username: 'x' }, { clientId: 'x' }, { address: '10.1.2.4' }, { password: 'x' }]) {
      // Where the query compares passwords, no row may mean a wrong one.
      expect(await login(source, { ...said, ...wrong })).toBe('deny');
    }
    expect(await login(source, { ...said, password: undefined })).toBe('ignore');
    expect(await login(source, { ...said, password: Buffer.from([0xff, 0xfe]) })).toBe('deny');
    expect(await login(source, { ...said, password: 'right\0' })).toBe('deny');
  });

  it.each([
    "' or '1'='1",
    "testuser' --",
    "testuser'; drop table mqtt_user; --",
    "\\' or 1=1 --",
    '\\',
    "'",
    "''",
    '$1',
    '%u',
    "'%u'",
    '"',
    'testuser\0',
    'testuser ',
    'TESTUSER',
    '😀',
    '\ud800',
    '__proto__',
    'x'.repeat(65_535),
    "'".repeat(65_535),
  ])('treat a name that begins with %.10j as a name', async (name) => {
    const { source } = await open({
      acl_query: aclQuery,
      auth_query: "select password from mqtt_user where username = '%u' or username = '%c' limit 1",
    });
    expect(await login(source, { username: name, password: '123456' })).toBe('ignore');
    expect(await login(source, { clientId: name, username: 'x', password: '123456' })).toBe('ignore');
    expect(await login(source, { username: 'testuser', clientId: name, password: '123456' })).toBe(
      name.includes('\0') || name === '\ud800' ? 'ignore' : 'allow',
    );
    expect(await may(source, { username: name, address: '10.0.0.1' }, 'subscribe', '$SYS/x')).toBe('deny');
    expect(await may(source, { clientId: name, address: '10.0.0.1' }, 'subscribe', '$SYS/x')).toBe('deny');
  });

  it('refuse a client that cannot be compared with a column, without blaming the database', async () => {
    const { source, logged } = await open({
      auth_query: "select password from mqtt_user where id = '%u'",
      super_query: '',
    });
    expect(await login(source, { username: '1', password: '123456' })).toBe('allow');
    expect(await login(source, { username: 'one', password: '123456' })).toBe('deny');
    expect(await login(source, { username: 'two', password: '123456' })).toBe('deny');
    expect(logged.map(({ fields }) => fields?.['code'])).toEqual(['POSTGRESQL_VALUE_REFUSED']);
    expect(JSON.stringify(logged)).not.toContain('one');
  });
});

describe.skipIf(missing)('permissions from PostgreSQL', () => {
  it('are those of the rows that EMQX brings', async () => {
    const { source } = await open({ acl_query: aclQuery });
    const remote = { username: 'emqx', address: '10.0.0.1' };
    expect(await may(source, remote, 'publish', 'a/b')).toBe('allow');
    expect(await may(source, remote, 'subscribe', '$SYS/brokers')).toBe('deny');
    expect(await may(source, remote, 'subscribe', '#')).toBe('deny');
    expect(await may(source, remote, 'subscribe', 'a/#')).toBe('ignore');
    expect(await may(source, { ...remote, username: 'dashboard' }, 'subscribe', '$SYS/#')).toBe('allow');
    expect(await may(source, { ...remote, username: undefined }, 'subscribe', '$SYS/#')).toBe('deny');
    expect(await may(source, { username: 'x', address: '127.0.0.1' }, 'publish', '$SYS/x')).toBe('allow');
    expect(await may(source, { username: '$x', address: '10.0.0.1' }, 'publish', 'a')).toBe('ignore');
    expect(await may(source, { username: '$x', address: '10.0.0.1' }, 'subscribe', '#')).toBe('deny');
  });

  it('are none without a query for them', async () => {
    const { source } = await open();
    expect(source.authorizer).toBeUndefined();
    const { source: alone } = await open({ auth_query: '', acl_query: aclQuery });
    expect(alone.authenticator).toBeUndefined();
    expect(await may(alone, {}, 'publish', 'a')).toBe('allow');
  });

  it('tell of rows that count for nothing, once', async () => {
    const { source, logged } = await open({
      acl_query: 'select 1, null::text, null::text, null::text, 3, $$a$$::text',
    });
    for (let i = 0; i < 3; i++) expect(await may(source, {}, 'publish', 'a')).toBe('ignore');
    expect(logged.map(({ fields }) => fields?.['cause'])).toEqual([expect.stringContaining('$all')]);
  });

  it('fail where the query does, and never allow', async () => {
    const { source } = await open({ acl_query: "select topic from mqtt_acl where username = '%u'" });
    expect(await may(source, {}, 'publish', 'a')).toBe('POSTGRESQL_RESULT_UNUSABLE');
    const { source: other } = await open({ acl_query: "select * from nowhere where username = '%u'" });
    expect(await may(other, {}, 'publish', 'a')).toBe('POSTGRESQL_TABLE_MISSING');
    const { source: number } = await open({
      acl_query: "select allow,ipaddr,username,clientid,access,topic from mqtt_acl where id = '%u' or username='$all'",
    });
    expect(await may(number, { username: 'x' }, 'publish', 'a')).toBe('deny');
  });

  it('are asked for once by questions at the same time', async () => {
    await server.sql('CREATE SEQUENCE asked; GRANT USAGE ON asked TO mqtt', 'mqtt');
    const { source } = await open({
      acl_query: "select 1, null::text, '$all'::text, null::text, 3, 'n/' || nextval('asked')::text",
    });
    const answers = await Promise.all(['n/1', 'n/2', 'n/1'].map((topic) => may(source, {}, 'publish', topic)));
    expect(answers).toEqual(['allow', 'ignore', 'allow']);
    expect(await may(source, {}, 'publish', 'n/2')).toBe('allow');
  });

  it('can be explained', async () => {
    const { source } = await open({ acl_query: aclQuery });
    const client = { clientId: 'c', username: 'u', peer: { address: '10.0.0.1' } } as never;
    const explain = (topic: string): unknown =>
      source.authorizer?.explain?.(client, { action: 'subscribe', topic, qos: 0, retain: false });
    expect(await explain('$SYS/x')).toEqual({ answer: 'deny', because: 'deny $all subscribe $SYS/#' });
    expect(await explain('x')).toEqual({ answer: 'ignore', because: 'none of 3 rows speaks of it' });
  });
});
