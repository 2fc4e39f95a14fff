/** What can be wrong with Redis, as an operator reads it, and what its errors and those of its driver mean. */

import { BackendError } from '../../ports/backend-error.ts';
import { type Failure, type FailureText, failureOf, networkTrouble, sayingOf } from '../remote/failures.ts';

/**
 * - `UNREACHABLE`, `CONNECTION_LOST`, `NOT_READY`: the server or the network
 * - `LOGIN_REFUSED`, `COMMAND_FORBIDDEN`, `DATABASE_UNKNOWN`, `TLS_UNTRUSTED`, `MASTER_UNKNOWN`: settings of the connection
 * - `COMMAND_INVALID`, `COMMAND_FAILED`: the commands
 * - `KEY_UNFIT`: a key that a client names holds something else; concerns that client alone
 * - `ANSWER_OVERDUE`, `BUSY`: too much at once
 * - `DRIVER_MISSING`, `TLS_FILE`, `SETTING_INVALID`: what this machine has
 * - `CLOSED`: the broker stops
 */
export type RedisFailureKind =
  | 'UNREACHABLE'
  | 'CONNECTION_LOST'
  | 'NOT_READY'
  | 'LOGIN_REFUSED'
  | 'COMMAND_FORBIDDEN'
  | 'DATABASE_UNKNOWN'
  | 'TLS_UNTRUSTED'
  | 'MASTER_UNKNOWN'
  | 'COMMAND_INVALID'
  | 'COMMAND_FAILED'
  | 'KEY_UNFIT'
  | 'ANSWER_OVERDUE'
  | 'BUSY'
  | 'DRIVER_MISSING'
  | 'TLS_FILE'
  | 'SETTING_INVALID'
  | 'CLOSED';

const texts: Readonly<Record<RedisFailureKind, FailureText>> = {
  UNREACHABLE: {
    what: 'cannot be reached',
    advice: 'check that it runs, that redis.server and redis.ssl are right, and that no firewall stands between',
    passes: true,
  },
  CONNECTION_LOST: { what: 'ended the connection', advice: 'see its log; it is tried again', passes: true },
  NOT_READY: { what: 'is not ready', advice: 'wait until it has loaded or the cluster is whole', passes: true },
  LOGIN_REFUSED: {
    what: 'refused the login',
    advice: 'check redis.username, redis.password and redis.sentinel_password',
  },
  COMMAND_FORBIDDEN: {
    what: 'does not let this user run a command',
    advice: 'grant the commands of the section on the keys that they name',
  },
  DATABASE_UNKNOWN: { what: 'has no such database', advice: 'correct redis.database' },
  TLS_UNTRUSTED: {
    what: 'does not speak TLS, or showed a certificate that is not trusted',
    advice: 'check redis.ssl_ca_file, redis.ssl_server_name and the certificate, or set redis.ssl to false',
  },
  MASTER_UNKNOWN: { what: 'knows no master of this name', advice: 'correct redis.sentinel', passes: true },
  COMMAND_INVALID: { what: 'does not understand a command', advice: 'correct the commands of the section' },
  COMMAND_FAILED: { what: 'could not answer a command', advice: 'see its log' },
  KEY_UNFIT: { what: 'holds something else in a key that a client names', advice: 'use keys that nothing else uses' },
  ANSWER_OVERDUE: {
    what: 'did not answer in time',
    advice: 'look for slow commands, or raise redis.query_seconds_max',
    passes: true,
  },
  BUSY: { what: 'is asked more than it can answer', advice: 'raise redis.waiting_max', passes: true },
  DRIVER_MISSING: { what: 'cannot be asked, because its driver is not installed', advice: 'run: npm install ioredis' },
  TLS_FILE: { what: 'cannot be asked safely', advice: 'mend the file' },
  SETTING_INVALID: { what: 'cannot be asked', advice: 'correct the setting' },
  CLOSED: { what: 'is not asked any more', advice: 'the broker is stopping' },
};

/** @param servers where it is, for people */
export function redisFailure(source: string, servers: string): Failure<RedisFailureKind> {
  return failureOf({ source, who: `Redis at ${servers}`, codePrefix: 'REDIS' }, texts);
}

/** How errors of Redis begin. */
const replyKinds: readonly (readonly [RegExp, RedisFailureKind])[] = [
  [/^WRONGTYPE\b/, 'KEY_UNFIT'],
  [/^(?:NOAUTH|WRONGPASS)\b|^ERR (?:invalid password|Client sent AUTH)/i, 'LOGIN_REFUSED'],
  [/^NOPERM\b/, 'COMMAND_FORBIDDEN'],
  [/^ERR (?:DB index|invalid DB|SELECT is not allowed)/i, 'DATABASE_UNKNOWN'],
  [/^(?:LOADING|MASTERDOWN|CLUSTERDOWN|BUSY|TRYAGAIN|MISCONF|DENIED)\b/, 'NOT_READY'],
  [/^ERR (?:unknown command|wrong number of arguments|unknown subcommand)|^CROSSSLOT\b/i, 'COMMAND_INVALID'],
  [/^ERR max number of clients/i, 'UNREACHABLE'],
];

/** How errors of the driver begin. */
const driverKinds: readonly (readonly [RegExp, RedisFailureKind])[] = [
  [/^connected to sentinel .* invalid reply: null$|^failed to connect to sentinel .* No such master/, 'MASTER_UNKNOWN'],
  [/^failed to connect to sentinel .* because (?:NOAUTH|WRONGPASS|ERR invalid password)/, 'LOGIN_REFUSED'],
  [/^failed to connect to sentinel|^All sentinels are unreachable/, 'UNREACHABLE'],
  [/^Connection is closed|^Socket timeout|^Reached the max retries|^Command aborted/, 'CONNECTION_LOST'],
  [/^connect ETIMEDOUT|^Failed to refresh slots cache|^Cluster isn't ready|^Stream isn't writeable/, 'UNREACHABLE'],
  [/^None of startup nodes is available|^Cluster is ended|^Too many Cluster redirections/, 'UNREACHABLE'],
];

/** An error of Redis or of its driver in words for people; one that is in them already stays as it is. */
export function redisError(failure: Failure<RedisFailureKind>, error: unknown): BackendError {
  if (error instanceof BackendError) return error;
  const saying = sayingOf(error);
  const trouble = networkTrouble(error);
  const kind =
    replyKinds.find(([beginning]) => beginning.test(saying))?.[1] ??
    trouble ??
    driverKinds.find(([beginning]) => beginning.test(saying))?.[1] ??
    'COMMAND_FAILED';
  // Of a command that was not understood, Redis cites arguments, which clients choose.
  const isCiting = kind === 'COMMAND_INVALID' || kind === 'KEY_UNFIT' || kind === 'COMMAND_FORBIDDEN';
  return failure(kind, isCiting ? undefined : saying);
}
