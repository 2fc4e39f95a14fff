/** What the codes of MySQL, MariaDB and their driver mean (MySQL 8.0 and MariaDB 10.11, error references). */

import { codeOf } from '../remote/failures.ts';
import type { FailureKind } from '../sql/connection.ts';

const kinds: ReadonlyMap<string, FailureKind> = new Map([
  ['ER_ACCESS_DENIED_ERROR', 'LOGIN_REFUSED'],
  ['ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'LOGIN_REFUSED'],
  ['ER_HOST_NOT_PRIVILEGED', 'LOGIN_REFUSED'],
  ['ER_HOST_IS_BLOCKED', 'LOGIN_REFUSED'],
  ['ER_NOT_SUPPORTED_AUTH_MODE', 'LOGIN_REFUSED'],
  ['ER_ACCOUNT_HAS_BEEN_LOCKED', 'LOGIN_REFUSED'],
  ['ER_MUST_CHANGE_PASSWORD', 'LOGIN_REFUSED'],
  ['ER_SECURE_TRANSPORT_REQUIRED', 'LOGIN_REFUSED'],
  ['AUTH_SWITCH_PLUGIN_ERROR', 'LOGIN_REFUSED'],
  ['ER_DBACCESS_DENIED_ERROR', 'DATABASE_UNKNOWN'],
  ['ER_BAD_DB_ERROR', 'DATABASE_UNKNOWN'],
  ['ER_NO_DB_ERROR', 'DATABASE_UNKNOWN'],
  ['ER_NO_SUCH_TABLE', 'TABLE_MISSING'],
  ['ER_BAD_FIELD_ERROR', 'COLUMN_MISSING'],
  ['ER_PARSE_ERROR', 'QUERY_INVALID'],
  ['ER_WRONG_ARGUMENTS', 'QUERY_INVALID'],
  ['ER_SP_DOES_NOT_EXIST', 'QUERY_INVALID'],
  ['ER_TABLEACCESS_DENIED_ERROR', 'QUERY_FORBIDDEN'],
  ['ER_COLUMNACCESS_DENIED_ERROR', 'QUERY_FORBIDDEN'],
  ['ER_CON_COUNT_ERROR', 'CONNECTIONS_EXHAUSTED'],
  ['ER_TOO_MANY_USER_CONNECTIONS', 'CONNECTIONS_EXHAUSTED'],
  ['ER_USER_LIMIT_REACHED', 'CONNECTIONS_EXHAUSTED'],
  ['ER_SERVER_SHUTDOWN', 'NOT_READY'],
  ['ER_CONNECTION_KILLED', 'CONNECTION_LOST'],
  ['PROTOCOL_CONNECTION_LOST', 'CONNECTION_LOST'],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'TLS_MISSING'],
  ['HANDSHAKE_SSL_ERROR', 'TLS_UNTRUSTED'],
  ['HANDSHAKE_UNKNOWN_ERROR', 'CONNECTION_LOST'],
  // Texts that a column's character set cannot hold.
  ['ER_CANT_AGGREGATE_2COLLATIONS', 'VALUE_REFUSED'],
  ['ER_CANT_AGGREGATE_NCOLLATIONS', 'VALUE_REFUSED'],
  ['ER_INVALID_CHARACTER_STRING', 'VALUE_REFUSED'],
  ['ER_TRUNCATED_WRONG_VALUE', 'VALUE_REFUSED'],
  ['ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', 'VALUE_REFUSED'],
  ['ER_WRONG_VALUE', 'VALUE_REFUSED'],
  ['ER_NET_PACKET_TOO_LARGE', 'VALUE_REFUSED'],
]);

/** Errors that the driver has no names for, by their numbers. */
const numbers: ReadonlyMap<number, FailureKind> = new Map([
  [1927, 'CONNECTION_LOST'],
  [1967, 'QUERY_OVERDUE'],
  [1969, 'QUERY_OVERDUE'],
  [3024, 'QUERY_OVERDUE'],
  [3159, 'LOGIN_REFUSED'],
  [4031, 'CONNECTION_LOST'],
]);

/** What the driver has no codes for, or the wrong ones. */
const texts: readonly (readonly [RegExp, FailureKind])[] = [
  [/^Client network socket disconnected/, 'CONNECTION_LOST'],
  [/closed state/, 'CONNECTION_LOST'],
  [/^Connection lost/, 'CONNECTION_LOST'],
];

export function mysqlKindOf(error: unknown): FailureKind | undefined {
  const message = error instanceof Error ? error.message : '';
  const known = texts.find(([text]) => text.test(message))?.[1] ?? kinds.get(codeOf(error));
  if (known !== undefined || !(error instanceof Error)) return known;
  return 'errno' in error && typeof error.errno === 'number' ? numbers.get(error.errno) : undefined;
}
