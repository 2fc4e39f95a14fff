/**
 * Errors of a database as an operator reads them: one code for each kind of trouble, and a text that says who, what
 * happened, and what to do. Nothing that a client said gets into a text, and no password.
 */

import { BackendError } from '../../ports/backend-error.ts';
import { codeOf, networkTrouble, oneLine, sayingOf } from '../remote/failures.ts';
import type { FailureKind, ServerAddress, SqlDialect } from './connection.ts';

/** Whose failure it is. */
export interface FailureContext {
  /** The name of the section. */
  readonly source: string;
  readonly dialect: SqlDialect;
  readonly server: ServerAddress;
  readonly username: string | undefined;
  readonly database: string;
}

interface FailureText {
  readonly what: string;
  /** What to do; `$k` stands for how the options begin. */
  readonly advice: string;
  /** Whether the same may work later without anybody changing anything. */
  readonly passes?: boolean;
}

const texts: Readonly<Record<FailureKind, FailureText>> = {
  UNREACHABLE: {
    what: 'cannot be reached',
    advice: 'check that it runs, that $k.server is right, and that no firewall stands between',
    passes: true,
  },
  CONNECTION_LOST: { what: 'ended the connection', advice: 'see its log; it is tried again', passes: true },
  CONNECT_OVERDUE: {
    what: 'did not answer in time',
    advice: 'check $k.server and firewalls, or raise $k.connect_seconds_max',
    passes: true,
  },
  NOT_READY: { what: 'is starting or stopping', advice: 'it is tried again', passes: true },
  CONNECTIONS_EXHAUSTED: {
    what: 'has no connection left',
    advice: 'lower $k.connections_max or raise the limit of the server',
    passes: true,
  },
  LOGIN_REFUSED: { what: 'refused the login', advice: 'check $k.username, $k.password and who may connect from here' },
  DATABASE_UNKNOWN: { what: 'has no such database for this user', advice: 'check $k.database' },
  TLS_MISSING: { what: 'does not speak TLS', advice: 'switch it on at the server, or set $k.ssl to false' },
  TLS_UNTRUSTED: {
    what: 'showed a certificate that is not trusted',
    advice: 'check $k.ssl_ca_file, $k.ssl_server_name and the certificate',
  },
  TABLE_MISSING: { what: 'has no such table', advice: 'create it or correct the query' },
  COLUMN_MISSING: { what: 'has no such column', advice: 'add it or correct the query' },
  QUERY_INVALID: { what: 'does not understand a query', advice: 'correct the query' },
  QUERY_FORBIDDEN: { what: 'does not let this user read that', advice: 'grant SELECT on the tables of the queries' },
  QUERY_FAILED: { what: 'could not answer a query', advice: 'see its log' },
  RESULT_UNUSABLE: { what: 'gave a result that cannot be used', advice: 'correct the query' },
  QUERY_OVERDUE: {
    what: 'did not answer a query in time',
    advice: 'look for locks and missing indexes, or raise $k.query_seconds_max',
    passes: true,
  },
  BUSY: {
    what: 'is asked more than it can answer',
    advice: 'raise $k.connections_max or $k.waiting_max, or make its answers faster',
    passes: true,
  },
  VALUE_REFUSED: { what: 'cannot compare what a client says with a column', advice: 'make the columns texts in UTF-8' },
  DRIVER_MISSING: { what: 'cannot be asked, because its driver is not installed', advice: 'run' },
  TLS_FILE: { what: 'cannot be asked safely', advice: 'mend the file' },
  SETTING_INVALID: { what: 'cannot be asked', advice: 'correct the setting' },
  CLOSED: { what: 'is not asked any more', advice: 'the broker is stopping' },
};

/**
 * @param saying what the database or the driver says, shown in quotes
 * @param advice instead of the usual
 */
export function failure(
  context: FailureContext,
  kind: FailureKind,
  saying: string | undefined,
  options: { readonly cause?: unknown; readonly advice?: string } = {},
): BackendError {
  const { dialect, source } = context;
  const { what, advice, passes = false } = texts[kind];
  const details = detailsOf(context, kind);
  // Of a value that is refused, databases cite the value.
  const quoted = saying === undefined || kind === 'VALUE_REFUSED' ? '' : ` (${oneLine(saying)})`;
  const what2do = (options.advice ?? advice).replaceAll('$k', dialect.kind);
  return new BackendError(
    `${dialect.codePrefix}_${kind}`,
    `Access source '${source}': ${dialect.title} at ${addressText(context.server)} ${what}${details}${quoted}; ${what2do}.`,
    { retryable: passes, ...(options.cause !== undefined && { cause: options.cause }) },
  );
}

/** An error of the driver in the same form; one that is in it already stays as it is. */
export function failureOf(context: FailureContext, error: unknown): BackendError {
  if (error instanceof BackendError) return error;
  const kind = kindOfError(context.dialect, error);
  const advice = adviceFor(context.dialect, kind, error);
  return failure(context, kind, sayingOf(error), {
    cause: error,
    ...(advice !== undefined && { advice }),
  });
}

function kindOfError(dialect: SqlDialect, error: unknown): FailureKind {
  const known = dialect.kindOf(error);
  if (known !== undefined) return known;
  // The drivers say so of their own time limit for connecting.
  if (codeOf(error) === 'ETIMEDOUT') return 'CONNECT_OVERDUE';
  return networkTrouble(error) ?? 'QUERY_FAILED';
}

function adviceFor(dialect: SqlDialect, kind: FailureKind, error: unknown): string | undefined {
  // 42P18: PostgreSQL cannot tell the type of a parameter, as in concat('%u', '@example.org').
  if (kind === 'QUERY_INVALID' && dialect.kind === 'postgresql' && codeOf(error) === '42P18') {
    return "say which type a placeholder has, as in '%u'::text";
  }
  return undefined;
}

function detailsOf({ username, database }: FailureContext, kind: FailureKind): string {
  if (kind === 'LOGIN_REFUSED') return ` of user ${oneLine(username ?? '')}`;
  if (kind === 'DATABASE_UNKNOWN') return `: ${oneLine(database)}`;
  return '';
}

function addressText(server: ServerAddress): string {
  if ('path' in server) return server.path;
  return server.host.includes(':') ? `[${server.host}]:${server.port}` : `${server.host}:${server.port}`;
}
