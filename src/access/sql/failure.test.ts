import { describe, expect, it } from 'vitest';
import { BackendError } from '../../ports/backend-error.ts';
import { mysqlDialect } from '../mysql/open-mysql.ts';
import { postgresqlDialect } from '../postgresql/open-postgresql.ts';
import { failureOf } from './failure.ts';

const dialects = { postgresql: postgresqlDialect(), mysql: mysqlDialect() };

function told(database: keyof typeof dialects, error: unknown): BackendError {
  const server = { host: 'fd00::1', port: 5432 };
  const context = { source: 'devices', dialect: dialects[database], server, username: 'mqtt', database: 'mqtt' };
  return failureOf(context, error);
}

const coded = (code: string, message: string = 'it said so', more: object = {}): Error =>
  Object.assign(new Error(message), { code, ...more });

describe('an error of a database', () => {
  it.each([
    ['postgresql', coded('57P03', 'the database system is starting up'), 'POSTGRESQL_NOT_READY'],
    ['postgresql', coded('53300', 'sorry, too many clients already'), 'POSTGRESQL_CONNECTIONS_EXHAUSTED'],
    ['postgresql', coded('28000', 'no pg_hba.conf entry for host'), 'POSTGRESQL_LOGIN_REFUSED'],
    ['postgresql', coded('22P02', 'invalid input syntax'), 'POSTGRESQL_VALUE_REFUSED'],
    ['postgresql', coded('XX000', 'internal'), 'POSTGRESQL_QUERY_FAILED'],
    ['postgresql', new Error('The server does not support SSL connections'), 'POSTGRESQL_TLS_MISSING'],
    ['postgresql', new Error('Connection terminated unexpectedly'), 'POSTGRESQL_CONNECTION_LOST'],
    ['postgresql', coded('ECONNRESET'), 'POSTGRESQL_CONNECTION_LOST'],
    ['postgresql', coded('EPIPE'), 'POSTGRESQL_CONNECTION_LOST'],
    ['postgresql', coded('ENOTFOUND'), 'POSTGRESQL_UNREACHABLE'],
    ['postgresql', coded('CERT_HAS_EXPIRED'), 'POSTGRESQL_TLS_UNTRUSTED'],
    ['postgresql', coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'POSTGRESQL_TLS_UNTRUSTED'],
    ['mysql', coded('ER_CON_COUNT_ERROR', 'Too many connections'), 'MYSQL_CONNECTIONS_EXHAUSTED'],
    ['mysql', coded('HANDSHAKE_NO_SSL_SUPPORT'), 'MYSQL_TLS_MISSING'],
    ['mysql', coded('HANDSHAKE_SSL_ERROR', 'self-signed certificate'), 'MYSQL_TLS_UNTRUSTED'],
    ['mysql', coded('HANDSHAKE_SSL_ERROR', 'Client network socket disconnected before'), 'MYSQL_CONNECTION_LOST'],
    ['mysql', coded('PROTOCOL_CONNECTION_LOST'), 'MYSQL_CONNECTION_LOST'],
    ['mysql', coded('UNKNOWN_CODE', 'x', { errno: 3159 }), 'MYSQL_LOGIN_REFUSED'],
    ['mysql', coded('ER_CANT_AGGREGATE_2COLLATIONS'), 'MYSQL_VALUE_REFUSED'],
    ['mysql', new Error("Can't add new command when connection is in closed state"), 'MYSQL_CONNECTION_LOST'],
    ['mysql', new AggregateError([coded('ECONNREFUSED', 'connect ECONNREFUSED ::1:3306')]), 'MYSQL_UNREACHABLE'],
    ['mysql', 'no error at all', 'MYSQL_QUERY_FAILED'],
  ] as const)('of %s, %s, has the code %s', (database, error, code) => {
    const failure = told(database, error);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(/^Access source 'devices': \w+ at \[fd00::1\]:5432 .*\.$/);
    expect(failure.message).not.toContain('$k');
  });

  it('says who says what on one line, not at any length, and what to do', () => {
    const { message } = told('postgresql', coded('42601', `bad\n2026-01-01 ERROR forged ${'x'.repeat(10_000)}`));
    expect(message).toContain('\\n2026-01-01 ERROR forged');
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(600);
    expect(message).toMatch(/; correct the query\.$/);
  });

  it('does not cite what a client said', () => {
    const error = coded('22P02', 'invalid input syntax for type integer: "of a client"');
    expect(told('postgresql', error).message).not.toContain('of a client');
  });

  it('is passed on when it is known already', () => {
    const known = new BackendError('POSTGRESQL_BUSY', 'x');
    expect(told('postgresql', known)).toBe(known);
  });

  it('says whether it may pass by itself', () => {
    expect(told('mysql', coded('ECONNREFUSED')).retryable).toBe(true);
    expect(told('mysql', coded('ER_PARSE_ERROR')).retryable).toBe(false);
  });
});
