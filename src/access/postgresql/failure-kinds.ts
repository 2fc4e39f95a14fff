/** What the codes and texts of PostgreSQL and of its driver mean (PostgreSQL 15, appendix A). */

import { codeOf } from '../remote/failures.ts';
import type { FailureKind } from '../sql/connection.ts';

const kinds: ReadonlyMap<string, FailureKind> = new Map([
  ['28P01', 'LOGIN_REFUSED'],
  ['28000', 'LOGIN_REFUSED'],
  ['3D000', 'DATABASE_UNKNOWN'],
  ['42P01', 'TABLE_MISSING'],
  ['3F000', 'TABLE_MISSING'],
  ['42703', 'COLUMN_MISSING'],
  ['42501', 'QUERY_FORBIDDEN'],
  ['53300', 'CONNECTIONS_EXHAUSTED'],
  ['57P03', 'NOT_READY'],
  ['57P01', 'NOT_READY'],
  ['57P02', 'NOT_READY'],
  ['57P05', 'CONNECTION_LOST'],
]);

/** Classes of codes: their first two characters. */
const classes: ReadonlyMap<string, FailureKind> = new Map([
  ['08', 'CONNECTION_LOST'],
  ['22', 'VALUE_REFUSED'],
  ['28', 'LOGIN_REFUSED'],
  ['42', 'QUERY_INVALID'],
]);

/** The driver has no codes for these. */
const texts: readonly (readonly [RegExp, FailureKind])[] = [
  [/does not support SSL/, 'TLS_MISSING'],
  [/error establishing an SSL connection/, 'TLS_MISSING'],
  [/^Connection terminated/, 'CONNECTION_LOST'],
  [/^Client has encountered a connection error/, 'CONNECTION_LOST'],
  [/^(?:SASL|SCRAM)/, 'LOGIN_REFUSED'],
];

export function postgresqlKindOf(error: unknown): FailureKind | undefined {
  const code = codeOf(error);
  if (/^[0-9A-Z]{5}$/.test(code)) {
    const known = kinds.get(code) ?? classes.get(code.slice(0, 2));
    if (known !== undefined) return known;
  }
  if (code !== '' || !(error instanceof Error)) return undefined;
  return texts.find(([text]) => text.test(error.message))?.[1];
}
