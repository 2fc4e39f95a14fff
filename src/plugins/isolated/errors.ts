/** Errors on their way between threads: the class is lost, what callers look at is not. */

import { BackendError } from '../../ports/backend-error.ts';
import type { SentError } from './protocol.ts';

const TEXT_LENGTH_MAX = 1000;

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error).slice(0, TEXT_LENGTH_MAX) };
  const { code, retryable, isUndecided } = error as { code?: unknown; retryable?: unknown; isUndecided?: unknown };
  return {
    name: String(error.name),
    message: String(error.message).slice(0, TEXT_LENGTH_MAX),
    ...(typeof code === 'string' && { code }),
    ...(retryable === true && { retryable }),
    ...(isUndecided === true && { isUndecided }),
  };
}

const classes: ReadonlyMap<string, new (message: string) => Error> = new Map([
  ['TypeError', TypeError],
  ['RangeError', RangeError],
  ['SyntaxError', SyntaxError],
]);

export function receivedError({ name, message, code, retryable, isUndecided }: SentError): Error {
  if (name === 'BackendError' && code !== undefined)
    return new BackendError(code, message, { retryable: retryable === true });
  const error = new (classes.get(name) ?? Error)(message);
  if (error.name !== name) error.name = name;
  return Object.assign(error, code !== undefined && { code }, isUndecided === true && { isUndecided });
}
