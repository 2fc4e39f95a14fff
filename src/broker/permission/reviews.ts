/**
 * Asks again, when rules have changed, about the subscriptions that connected clients hold, and takes away what is not
 * permitted any more. It goes from session to session in slices, so that nobody has to wait for it. Sessions without
 * connection are looked at when they are resumed: until then nothing leaves them.
 *
 * A source that cannot answer takes nothing away: what was given holds, and is asked about again until there is an
 * answer.
 */

import { attempt } from '../../std/attempt.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { AnswerOverdue } from '../connection/flow/awaited.ts';
import type { BrokerContext } from '../context.ts';
import type { Session, SessionConnection } from '../session/session.ts';
import type { Subscription } from '../session/subscription.ts';
import { findForbidden } from './find-forbidden.ts';
import { takeAway } from './take-away.ts';

/** Sessions and subscriptions looked at before others get their turn. */
const UNITS_PER_TURN = 1000;

/** Sessions whose answers are waited for at the same time. */
const SESSIONS_AT_ONCE = 16;

/** How long to wait before what could not be answered is asked again, in milliseconds. */
const RETRY_MS = 10_000;

export class SubscriptionReviews {
  readonly #context: BrokerContext;
  /** Sessions to look at besides those of a walk. */
  readonly #single = new Set<Session>();
  /** Those for which nobody could answer. */
  readonly #unanswered = new Set<Session>();
  /** All sessions are to be looked at, from the first. */
  #isWalkWanted = false;
  #isRunning = false;
  #isClosed = false;
  /** The last answer was a failure, and the operator knows. */
  #isFailing = false;
  #stopRetry: (() => void) | undefined;

  constructor(context: BrokerContext) {
    this.#context = context;
  }

  /** Rules have changed: everybody is looked at. While that goes on, further changes make one more walk. */
  reviewAll(): void {
    this.#isWalkWanted = true;
    this.#start();
  }

  /** What one session holds has to be looked at: who has it may be another, or was allowed by rules that have changed. */
  review(session: Session): void {
    this.#single.add(session);
    this.#start();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopRetry?.();
  }

  #start(): void {
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    // Several changes in one turn are one.
    await this.#nextTurn();
    while (!this.#isClosed && (this.#isWalkWanted || this.#single.size > 0)) {
      const isWalk = this.#isWalkWanted;
      this.#isWalkWanted = false;
      const sessions = isWalk ? this.#context.sessions : [...this.#single];
      this.#single.clear();
      await this.#walk(sessions);
    }
    this.#isRunning = false;
  }

  async #walk(sessions: Iterable<Session>): Promise<void> {
    const asked = new Set<Promise<void>>();
    let units = 0;
    for (const session of sessions) {
      if (this.#isClosed) return;
      units += 1 + session.subscriptions.size;
      const answer = this.#look(session);
      if (answer !== undefined) {
        const done = answer.finally(() => asked.delete(done));
        asked.add(done);
      }
      if (asked.size >= SESSIONS_AT_ONCE) await Promise.race(asked);
      if (units < UNITS_PER_TURN) continue;
      units = 0;
      await this.#nextTurn();
    }
    await Promise.all(asked);
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => this.#context.clock.soon(resolve));
  }

  /** A promise, which never rejects, when somebody has to be asked. */
  #look(session: Session): Promise<void> | undefined {
    const { connection } = session;
    if (connection === undefined || !connection.isConnected || session.subscriptions.size === 0) return;
    const { identity } = connection;
    const { revision } = this.#context.access;
    const answer = attempt(() => findForbidden(connection, session));
    const answered = (forbidden: readonly Subscription[]): void => {
      this.#isFailing = false;
      // Whoever has the session now, or has become somebody else, is asked about for itself; so is everybody again
      // when rules have changed meanwhile.
      const isCurrent = session.connection === connection && connection.identity === identity;
      if (isCurrent && revision === this.#context.access.revision) this.#apply(session, connection, forbidden);
    };
    if (!isPromiseLike(answer)) {
      answered(answer);
      return;
    }
    return this.#inTime(answer).then(answered, (error: unknown) => this.#failed(session, error));
  }

  #apply(session: Session, connection: SessionConnection, forbidden: readonly Subscription[]): void {
    if (forbidden.length === 0) return;
    takeAway(this.#context, session, connection.identity, forbidden);
    session.pump();
  }

  #failed(session: Session, error: unknown): void {
    if (!this.#isFailing) {
      this.#isFailing = true;
      const cause = error instanceof Error ? error.message : String(error);
      this.#context.log.warn('Subscriptions could not be checked again; they hold until they can be', { cause });
    }
    this.#unanswered.add(session);
    this.#stopRetry ??= this.#context.clock.after(RETRY_MS, this.#retry);
  }

  readonly #retry = (): void => {
    this.#stopRetry = undefined;
    for (const session of this.#unanswered) this.#single.add(session);
    this.#unanswered.clear();
    this.#start();
  };

  /** Whoever does not answer has failed; a walk must not wait for it for ever. */
  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { clock, options } = this.#context;
    return new Promise((resolve, reject) => {
      const stop = clock.after(options.answerSecondsMax * 1000, () => reject(new AnswerOverdue(options)));
      answer.then(resolve, reject).finally(stop);
    });
  }
}
