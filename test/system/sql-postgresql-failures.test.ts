/** What can go wrong between the broker and a real PostgreSQL, and how connections are made. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresqlDialect } from '../../src/access/postgresql/open-postgresql.ts';
import { postgresqlRows } from '../../src/config/rows/access/postgresql.ts';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import type { BackendError } from '../../src/ports/backend-error.ts';
import type { OptionValue } from '../../src/ports/option.ts';
import { lacks } from '../clients/programs.ts';
import { clientCertificate, folder, pause } from '../listeners/listening.ts';
import { lacksPostgresql, type PostgresqlServer } from '../services/postgresql.ts';
import { login } from '../services/remote-source.ts';
import { type OpenedSource, openSource, tested } from '../services/sql-source.ts';
import { openAt, postgresqlWithTables } from './sql-lesson.ts';

const missing = lacksPostgresql();

let server: PostgresqlServer;

const open = (values: Record<string, OptionValue> = {}): Promise<OpenedSource> => openAt(server, values);

beforeAll(async () => {
  if (!missing) server = await postgresqlWithTables();
});

afterAll(() => server?.remove());

describe.skipIf(missing)('what can go wrong with PostgreSQL', () => {
  it.each([
    [
      { password: 'wrong' },
      'POSTGRESQL_LOGIN_REFUSED',
      /refused the login of user "mqtt".*password authentication failed.*postgresql\.password/,
    ],
    [{ username: 'nobody' }, 'POSTGRESQL_LOGIN_REFUSED', /user "nobody"/],
    [{ database: 'nowhere' }, 'POSTGRESQL_DATABASE_UNKNOWN', /no such database.*"nowhere".*postgresql\.database/],
    [
      { server: '127.0.0.1:1' },
      'POSTGRESQL_UNREACHABLE',
      /127\.0\.0\.1:1 cannot be reached.*ECONNREFUSED.*postgresql\.server/,
    ],
    [{ server: '/nowhere' }, 'POSTGRESQL_UNREACHABLE', /nowhere cannot be reached/],
    [{ server: 'does-not-exist.invalid' }, 'POSTGRESQL_UNREACHABLE', /does-not-exist\.invalid:5432/],
    [{ auth_query: "select p from users where u = '%u'" }, 'POSTGRESQL_TABLE_MISSING', /no such table.*users/],
    [{ auth_query: "select hash from mqtt_user where username = '%u'" }, 'POSTGRESQL_COLUMN_MISSING', /column.*hash/],
    [{ auth_query: "selct password from mqtt_user where username = '%u'" }, 'POSTGRESQL_QUERY_INVALID', /selct/],
    [
      { auth_query: "select rolpassword from pg_authid where rolname = '%u'" },
      'POSTGRESQL_QUERY_FORBIDDEN',
      /grant SELECT/,
    ],
    [{ auth_query: "select concat('%u', '@x')" }, 'POSTGRESQL_QUERY_INVALID', /'%u'::text/],
    [{ auth_query: 'select 1; select 2' }, 'POSTGRESQL_QUERY_INVALID', /multiple commands/],
    [{ password_hash: 'salt,sha256' }, 'POSTGRESQL_RESULT_UNUSABLE', /salt/],
    [{ acl_query: 'select 1' }, 'POSTGRESQL_RESULT_UNUSABLE', /allow, ipaddr, username/],
  ])('is found by a test of %j', async (values, code, text) => {
    const { source } = await open(values);
    const error = await tested(source);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(/^Access source 'devices': PostgreSQL at /);
    expect(error?.message).toMatch(text);
    expect(error?.message).not.toMatch(/mqtt'|wrong/);
    if (!('acl_query' in values)) expect(await login(source, { username: 'testuser', password: '123456' })).toBe(code);
  });

  it.each([
    [
      { auth_query: 'select password from mqtt_user where username = %u' },
      'POSTGRESQL_QUERY_INVALID',
      /auth_query: %u stands without quotes/,
    ],
    [{ acl_query: "select '" }, 'POSTGRESQL_QUERY_INVALID', /acl_query/],
    [{ password_hash: 'rot13' }, 'POSTGRESQL_SETTING_INVALID', /password_hash: got 'rot13'/],
    [{ server: '99999' }, 'POSTGRESQL_SETTING_INVALID', /server/],
    [{ ssl: true, ssl_ca_file: '/nowhere.pem' }, 'POSTGRESQL_TLS_FILE', /ssl_ca_file.*nowhere\.pem/],
    [{ ssl: true, ssl_ca_file: '/dev/null' }, 'POSTGRESQL_TLS_FILE', /nothing in PEM/],
    [{ ssl: true, server: '/tmp' }, 'POSTGRESQL_SETTING_INVALID', /Unix socket/],
  ])('stops the start with %j', async (values, code, text) => {
    await expect(open(values)).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
  });

  it('includes a driver that is not installed', async () => {
    const gone = postgresqlDialect(() => Promise.reject(new TypeError("Cannot find package 'pg'")));
    await expect(openSource(gone, postgresqlRows, {})).rejects.toMatchObject({
      code: 'POSTGRESQL_DRIVER_MISSING',
      message: expect.stringContaining('run: npm install pg'),
    });
  });

  it('includes too many connections', async () => {
    await server.sql('ALTER ROLE mqtt CONNECTION LIMIT 2');
    try {
      const { source } = await open({ connections_max: 8, auth_query: "select pg_sleep(0.02)::text where '%u' <> ''" });
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => login(source, { username: 'x', password: 'x' })),
      );
      // pg_sleep gives an empty text, which is nobody's password.
      expect(new Set(answers)).toEqual(new Set(['deny']));
    } finally {
      await server.sql('ALTER ROLE mqtt CONNECTION LIMIT -1');
    }
  });

  it('includes a query that takes too long', async () => {
    const { source } = await open({ query_seconds_max: 0.2, auth_query: "select pg_sleep(30)::text where '%u' <> ''" });
    const started = performance.now();
    expect(await login(source, { username: 'x', password: 'x' })).toBe('POSTGRESQL_QUERY_OVERDUE');
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe.skipIf(missing)('a connection to PostgreSQL', () => {
  it('is made through a Unix socket too', async () => {
    const { source } = await open({ server: `${server.socketFolder}/.s.PGSQL.${server.port}` });
    expect(await login(source, { username: 'testuser', password: '123456' })).toBe('allow');
  });

  it('is encrypted, and only with a server that can be trusted', async () => {
    const trusted = { ssl: true, ssl_ca_file: server.caPath };
    const query = "select ssl::text as password from pg_stat_ssl where pid = pg_backend_pid() and '%u' <> ''";
    const { source } = await open({ ...trusted, auth_query: query, super_query: '' });
    expect(await login(source, { username: 'x', password: 'true' })).toBe('allow');
    expect(await tested((await open({ ...trusted, server: `localhost:${server.port}` })).source)).toBeUndefined();

    const strange = await tested((await open({ ssl: true })).source);
    expect(strange).toMatchObject({
      code: 'POSTGRESQL_TLS_UNTRUSTED',
      message: expect.stringContaining('ssl_ca_file'),
    });
    const misnamed = await tested((await open({ ...trusted, ssl_server_name: 'db.example.org' })).source);
    expect(misnamed).toMatchObject({
      code: 'POSTGRESQL_TLS_UNTRUSTED',
      message: expect.stringContaining('db.example.org'),
    });
    for (const values of [
      { ...trusted, ssl_server_name: 'localhost' },
      { ...trusted, ssl_server_name: 'disable' },
      { ssl: true, ssl_verify: false },
      { ...trusted, ssl_version_min: '1.3' },
    ]) {
      expect(await tested((await open(values)).source)).toBeUndefined();
    }
  });

  it.skipIf(lacks('openssl'))('shows a certificate where the server wants one', async () => {
    const { cert, key } = clientCertificate('/CN=certified');
    await server.sql('CREATE ROLE certified LOGIN; GRANT mqtt TO certified');
    await server.trustCertificates(cert, 'certified');
    const path = folder();
    writeFileSync(join(path, 'cert.pem'), cert);
    writeFileSync(join(path, 'key.pem'), key);
    const values = { ssl: true, ssl_ca_file: server.caPath, username: 'certified' };
    const shown = { ssl_certificate_file: join(path, 'cert.pem'), ssl_key_file: join(path, 'key.pem') };
    let error: BackendError | undefined;
    for (let i = 0; i < 500; i++) {
      // The server reads its settings again in its own time.
      error = await tested((await open({ ...values, ...shown })).source);
      if (error === undefined) break;
      await pause(10);
    }
    expect(error).toBeUndefined();
    expect(await tested((await open(values)).source)).toMatchObject({ code: 'POSTGRESQL_LOGIN_REFUSED' });
  });

  it('uses the files of TLS as they are after a reload, and keeps the old ones where the new are none', async () => {
    const path = folder();
    const file = join(path, 'ca.pem');
    const { ca } = await ensureCertificates(join(path, 'others'), Date.now());
    writeFileSync(file, ca);
    const { source } = await open({ ssl: true, ssl_ca_file: file, reconnect_seconds_max: 0.1 });
    expect(await tested(source)).toMatchObject({ code: 'POSTGRESQL_TLS_UNTRUSTED' });
    writeFileSync(file, server.ca);
    await source.reload?.();
    writeFileSync(file, '');
    await expect(source.reload?.()).rejects.toMatchObject({ code: 'POSTGRESQL_TLS_FILE' });
    const deadline = performance.now() + 10_000;
    while ((await tested(source)) !== undefined && performance.now() < deadline) await pause(10);
    expect(await login(source, { username: 'testuser', password: '123456' })).toBe('allow');
  });

  it('takes nothing from the environment', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { PGPASSWORD: 'mqtt', PGSSLMODE: 'require', PGHOST: '192.0.2.1', PGDATABASE: 'x' });
    try {
      const { source } = await open({ password: 'wrong' });
      expect(await login(source, { username: 'x', password: 'x' })).toBe('POSTGRESQL_LOGIN_REFUSED');
    } finally {
      for (const name of ['PGPASSWORD', 'PGSSLMODE', 'PGHOST', 'PGDATABASE']) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
});
