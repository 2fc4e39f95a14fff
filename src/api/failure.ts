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

  /** @param message what was asked, got X, limit Y, what to do; never a secret */
  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
  }

  /** The HTTP status. */
  get status(): number {
    return statuses[this.code];
  }

  /** The body of the answer. */
  get body(): { error: { code: FailureCode; message: string } } {
    return { error: { code: this.code, message: this.message } };
  }
}
