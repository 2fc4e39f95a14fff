/**
 * Errors of servers as an operator reads them: one code for each kind of trouble, and a text that says who, what
 * happened, and what to do. Nothing that a client said gets into a text, and no password.
 */

import { BackendError } from '../../ports/backend-error.ts';
import { shorten } from '../../std/shorten.ts';

export interface FailureText {
  readonly what: string;
  /** What to do. */
  readonly advice: string;
  /** Whether the same may work later without anybody changing anything. False unless given. */
  readonly passes?: boolean;
}

/** Whose failure it is. */
export interface FailureSubject {
  /** The name of the section. */
  readonly source: string;
  /** For people: `Redis at 127.0.0.1:6379`. */
  readonly who: string;
  /** How codes begin: `REDIS`. */
  readonly codePrefix: string;
}

/** Makes an error. `saying` is what the server, the driver or the machine says, and is shown in quotes. */
export type Failure<K extends string> = (kind: K, saying?: string, cause?: unknown) => BackendError;

const SAYING_LENGTH_MAX = 300;

export function failureOf<K extends string>(
  { source, who, codePrefix }: FailureSubject,
  texts: Readonly<Record<K, FailureText>>,
): Failure<K> {
  return (kind, saying, cause) => {
    const { what, advice, passes = false } = texts[kind];
    const quoted = saying === undefined ? '' : ` (${oneLine(saying)})`;
    return new BackendError(`${codePrefix}_${kind}`, `Access source '${source}': ${who} ${what}${quoted}; ${advice}.`, {
      retryable: passes,
      ...(cause !== undefined && { cause }),
    });
  };
}

/** Quoted, shortened and on one line: what others say cannot forge a line of a log. */
export function oneLine(text: string): string {
  return JSON.stringify(shorten(text, SAYING_LENGTH_MAX));
}

/** What became of a connection, as far as the code of an error of Node tells. */
export type NetworkTrouble = 'UNREACHABLE' | 'CONNECTION_LOST' | 'TLS_UNTRUSTED';

const troubles: ReadonlyMap<string, NetworkTrouble> = new Map([
  ['ECONNREFUSED', 'UNREACHABLE'],
  ['ENOTFOUND', 'UNREACHABLE'],
  ['EAI_AGAIN', 'UNREACHABLE'],
  ['EAI_FAIL', 'UNREACHABLE'],
  ['EHOSTUNREACH', 'UNREACHABLE'],
  ['ENETUNREACH', 'UNREACHABLE'],
  ['EHOSTDOWN', 'UNREACHABLE'],
  ['ENOENT', 'UNREACHABLE'],
  ['EACCES', 'UNREACHABLE'],
  ['EADDRNOTAVAIL', 'UNREACHABLE'],
  ['ETIMEDOUT', 'UNREACHABLE'],
  ['ECONNRESET', 'CONNECTION_LOST'],
  ['EPIPE', 'CONNECTION_LOST'],
  ['ECONNABORTED', 'CONNECTION_LOST'],
]);

const UNTRUSTED = /^(?:ERR_TLS_CERT_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|ERR_OSSL_|HOSTNAME_MISMATCH)/;

/** Undefined for errors that are none of a connection. */
export function networkTrouble(error: unknown): NetworkTrouble | undefined {
  const code = codeOf(error);
  return UNTRUSTED.test(code) ? 'TLS_UNTRUSTED' : troubles.get(code);
}

/** The code of an error of Node or of a driver, or nothing; of several attempts at one name the first counts. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What an error says for itself, which some leave to their code. */
export function sayingOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  return error instanceof AggregateError && error.errors.length > 0 ? sayingOf(error.errors[0]) : codeOf(error);
}
