/**
 * One source as a step of the chains. Asks it, waits no longer than it may take, counts what it answers, and tells the
 * operator once when it ceases to answer and once when it answers again.
 */

import type {
  AccessRequest,
  Authenticator,
  Authorizer,
  ClientIdentity,
  Credentials,
  EnhancedAuthenticator,
  LoginVerdict,
  Permission,
} from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import type { RefusalCode } from './login-rules.ts';
import { type AnswerCounts, noAnswers, type SourceFailure, type SourceStatistics } from './statistics.ts';

/** What a step is made of; a source of the configuration, or what a program brings. */
export interface StepParts {
  readonly name: string;
  readonly kind: string;
  readonly authenticator?: Authenticator | undefined;
  readonly enhanced: readonly EnhancedAuthenticator[];
  readonly authorizer?: Authorizer | undefined;
  readonly onFailure: 'deny' | 'ignore';
  readonly answerSecondsMax: number;
  /** Whether the reason codes it gives itself hold, where others get the one that the operator chose. */
  readonly choosesCodes: boolean;
  /** The code of its refusals, where it is not that of all. */
  readonly refusalCode?: RefusalCode;
}

/** `failed` is no answer: what then holds is `onFailure`. */
export type LoginAnswer = LoginVerdict | { outcome: 'ignore' } | { readonly outcome: 'failed' };
export type PermissionAnswer = Permission | 'failed';

const FAILED = { outcome: 'failed' } as const;

/** A source is up again when it answers after so long without a failure; one that fails now and then is not logged each time. */
const QUIET_MS = 1000;

export class SourceStep {
  readonly parts: StepParts;
  readonly logins: AnswerCounts = noAnswers();
  readonly permissions: AnswerCounts = noAnswers();
  /** The last failure as it was thrown. */
  lastError: unknown = undefined;
  readonly #clock: Clock;
  readonly #log: Log;
  #lastFailure: SourceFailure | undefined;
  #up = true;
  #failedAt = 0;
  /** The last failure was one that had to be waited for; see `#answeredAtOnce`. */
  #failedLate = false;

  constructor(parts: StepParts, clock: Clock, log: Log) {
    this.parts = parts;
    this.#clock = clock;
    this.#log = log;
  }

  get statistics(): SourceStatistics {
    const { name, kind } = this.parts;
    const { logins, permissions } = this;
    return { name, kind, up: this.#up, logins, permissions, lastFailure: this.#lastFailure };
  }

  login(authenticator: Authenticator, credentials: Credentials): LoginAnswer | Promise<LoginAnswer> {
    return this.#ask<LoginAnswer>(
      () => authenticator.authenticate(credentials),
      FAILED,
      (answer) => {
        this.logins[answer.outcome]++;
      },
      this.logins,
    );
  }

  permission(
    authorizer: Authorizer,
    client: ClientIdentity,
    request: AccessRequest,
  ): PermissionAnswer | Promise<PermissionAnswer> {
    try {
      const answer = authorizer.authorize(client, request);
      if (!isPromiseLike(answer)) {
        this.permissions[answer]++;
        if (!this.#up) this.#answeredAtOnce();
        return answer;
      }
      return this.#wait<PermissionAnswer>(answer, 'failed', (late) => this.permissions[late]++, this.permissions);
    } catch (error) {
      this.failed(error);
      this.permissions.failed++;
      return 'failed';
    }
  }

  /** Asks for something of the step that is counted as a login, such as a step of an enhanced authentication. */
  #ask<T>(
    question: () => T | PromiseLike<T>,
    failed: T,
    count: (answer: T) => void,
    counts: AnswerCounts,
  ): T | Promise<T> {
    try {
      const answer = question();
      if (isPromiseLike(answer)) return this.#wait<T>(answer, failed, count, counts);
      count(answer);
      if (!this.#up) this.#answeredAtOnce();
      return answer;
    } catch (error) {
      this.failed(error);
      count(failed);
      return failed;
    }
  }

  /** As `login`, for whatever else a source is asked; a failure is `failed`. */
  async waitFor<T>(question: () => T | PromiseLike<T>, failed: (error: unknown) => T): Promise<T> {
    try {
      const answer = await this.#beforeDeadline(Promise.resolve(question()));
      if (!this.#up) this.#answered();
      return answer;
    } catch (error) {
      this.failed(error, true);
      return failed(error);
    }
  }

  async #wait<T>(answer: PromiseLike<T>, failed: T, count: (answer: T) => void, counts: AnswerCounts): Promise<T> {
    const from = this.#clock.monotonic();
    let result = failed;
    try {
      result = await this.#beforeDeadline(answer);
      if (!this.#up) this.#answered();
    } catch (error) {
      this.failed(error, true);
    }
    counts.waited++;
    counts.waitedMs += this.#clock.monotonic() - from;
    count(result);
    return result;
  }

  #beforeDeadline<T>(answer: PromiseLike<T>): Promise<T> {
    const { name, answerSecondsMax } = this.parts;
    return new Promise<T>((resolve, reject) => {
      const cancel = this.#clock.after(answerSecondsMax * 1000, () => {
        const message = `Access source ${name} gave no answer within ${answerSecondsMax} s (answer_seconds_max).`;
        reject(new BackendError('ACCESS_ANSWER_OVERDUE', message, { retryable: true }));
      });
      answer.then(
        (value) => {
          cancel();
          resolve(value);
        },
        (error: unknown) => {
          cancel();
          reject(error);
        },
      );
    });
  }

  /**
   * Notes that the source could not answer.
   * @param isLate it had to be waited for; false unless given
   */
  failed(error: unknown, isLate: boolean = false): void {
    const code = error instanceof BackendError ? error.code : 'UNEXPECTED';
    const text = error instanceof Error ? error.message : String(error);
    this.lastError = error;
    this.#failedAt = this.#clock.monotonic();
    this.#failedLate = isLate;
    this.#lastFailure = { code, text, atMs: this.#clock.now() };
    if (!this.#up) return;
    this.#up = false;
    const { name: source, kind, onFailure } = this.parts;
    this.#log.warn('An access source cannot answer', { source, kind, code, text, onFailure });
  }

  /**
   * A database that is away says at once that it does not know a client which named nobody to look for. Only who fails at
   * once is known to be back by an answer that comes at once.
   */
  #answeredAtOnce(): void {
    if (!this.#failedLate) this.#answered();
  }

  #answered(): void {
    if (this.#clock.monotonic() - this.#failedAt < QUIET_MS) return;
    this.#up = true;
    const { name: source, kind } = this.parts;
    this.#log.info('An access source answers again', { source, kind });
  }
}
