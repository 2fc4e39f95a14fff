/** What a request may not do, as the caller is told: an HTTP status, a stable code and a sentence. */

export type FailureCode =
  | 'bad_request'
  | 'login_required'
  | 'login_failed'
  | 'login_locked'
  | 'password_change_required'
  | 'csrf_token_missing'
  | 'host_not_allowed'
  | 'not_allowed'
  | 'not_found'
  | 'conflict'
  | 'not_possible'
  | 'unavailable'
  | 'internal';

const statuses: Readonly<Record<FailureCode, number>> = {
  bad_request: 400,
  login_required: 401,
  login_failed: 401,
  login_locked: 429,
  password_change_required: 403,
  csrf_token_missing: 403,
  host_not_allowed: 421,
  not_allowed: 403,
  not_found: 404,
  conflict: 409,
  not_possible: 422,
  unavailable: 503,
  internal: 500,
};

/** The fault of whoever asks, or of what stands behind the answer. Its message is shown to the caller as it stands. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly code: FailureCode;
  /** What is wrong part by part; left out where the message says it all. */
  readonly problems: readonly object[] | undefined;
  /** Whole seconds, for the header Retry-After; undefined where waiting does not help. */
  readonly retryAfterSeconds: number | undefined;

  /** @param message what was asked, got X, limit Y, what to do; never a secret */
  constructor(code: FailureCode, message: string, problems?: readonly object[], retryAfterSeconds?: number) {
    super(message);
    this.code = code;
    this.problems = problems;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The HTTP status. */
  get status(): number {
    return statuses[this.code];
  }

  /** The body of the answer. */
  get body(): { error: { code: FailureCode; message: string; problems?: readonly object[] } } {
    const { code, message, problems } = this;
    return { error: { code, message, ...(problems !== undefined && { problems }) } };
  }
}

/** Too many attempts have failed; `waitSeconds` until the next one is looked at. */
export function loginLocked(what: string, waitSeconds: number): ApiFailure {
  return new ApiFailure('login_locked', `Too many wrong ${what}; wait ${waitSeconds} s`, undefined, waitSeconds);
}
