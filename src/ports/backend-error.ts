/**
 * The world's fault: a disk that is full, a database that cannot be reached. Whoever throws it fails closed; whoever
 * catches it tells the operator once for each change of state. The code is stable, the text is for people.
 */

export interface BackendErrorOptions {
  readonly cause?: unknown;
  /** Whether the same may succeed later without anybody changing the configuration. False unless given. */
  readonly retryable?: boolean;
}

export class BackendError extends Error {
  override readonly name = 'BackendError';
  /** Upper-case words beginning with the backend: `STORE_DISK_FULL`. Never changes its meaning. */
  readonly code: string;
  readonly retryable: boolean;

  /** @param message who, what happened, and what to do */
  constructor(code: string, message: string, options: BackendErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
