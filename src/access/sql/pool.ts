/**
 * A few connections to one database, opened when they are needed and replaced when they are lost. Everything has a
 * bound: connections, questions that wait, the time of a connection attempt and of a question. While the database is
 * down, questions fail at once and one attempt after another, further and further apart, finds out when it is back.
 */

import type { BackendError } from '../../ports/backend-error.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { FailureKind, SqlConnection, SqlResult } from './connection.ts';
import type { SqlValue } from './template-values.ts';

export interface SqlPoolOptions {
  readonly connectionsMax: number;
  /** Questions that wait for a connection. */
  readonly waitingMax: number;
  readonly connectSecondsMax: number;
  /** From the question to its answer, waiting included. */
  readonly querySecondsMax: number;
  /** Between two attempts to reach a database that is down. */
  readonly reconnectSecondsMax: number;
  /** Gives up when the signal says so. */
  readonly connect: (signal: AbortSignal) => Promise<SqlConnection>;
  /** What an error of the driver means. */
  readonly failureOf: (error: unknown) => BackendError;
  /** A failure that the pool itself finds. */
  readonly failure: (kind: FailureKind, saying?: string) => BackendError;
  readonly clock: Clock;
  readonly random: Random;
}

interface Question {
  readonly text: string;
  readonly values: readonly SqlValue[];
  readonly resolve: (result: SqlResult) => void;
  readonly reject: (error: BackendError) => void;
  /** Ends its time limit. */
  readonly settle: () => void;
  connection: SqlConnection | undefined;
}

const FIRST_PAUSE_MS = 100;

/** For the words with which a connection ends in good order. */
const FAREWELL_MS = 500;

export class SqlPool {
  readonly #options: SqlPoolOptions;
  /** In their order: a Set, so that one whose time is over leaves from the middle. */
  readonly #waiting = new Set<Question>();
  readonly #running = new Set<Question>();
  readonly #connections = new Set<SqlConnection>();
  /** The one used last comes last. */
  readonly #idle: SqlConnection[] = [];
  readonly #attempts = new Set<AbortController>();
  /** Why every question fails at present. */
  #down: BackendError | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  /** Before this time no further connection is tried while others are open. */
  #growsAtMs = 0;
  #stopRetry: (() => void) | undefined;
  #isClosed = false;

  constructor(options: SqlPoolOptions) {
    this.#options = options;
  }

  /** Rejects with a BackendError. The question may be asked twice where a connection breaks. */
  query(text: string, values: readonly SqlValue[]): Promise<SqlResult> {
    const { failure, waitingMax, querySecondsMax, clock } = this.#options;
    if (this.#isClosed) return Promise.reject(failure('CLOSED'));
    if (this.#down !== undefined) return Promise.reject(this.#down);
    if (this.#waiting.size >= waitingMax)
      return Promise.reject(failure('BUSY', `${waitingMax} questions wait already`));
    return new Promise((resolve, reject) => {
      const settle = clock.after(querySecondsMax * 1000, () => this.#overdue(question));
      const question: Question = { text, values, resolve, reject, settle, connection: undefined };
      this.#waiting.add(question);
      this.#serve();
    });
  }

  /** What is asked or waits fails; no connection is left when it resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopRetry?.();
    this.#failWaiting(this.#options.failure('CLOSED'));
    for (const question of this.#running) this.#fail(question, this.#options.failure('CLOSED'));
    for (const attempt of this.#attempts) attempt.abort();
    const idle = this.#idle.splice(0);
    for (const connection of this.#connections) if (!idle.includes(connection)) connection.destroy();
    this.#connections.clear();
    await Promise.all(idle.map((connection) => this.#end(connection)));
  }

  async #end(connection: SqlConnection): Promise<void> {
    let stop: (() => void) | undefined;
    const overdue = new Promise<void>((resolve) => {
      stop = this.#options.clock.after(FAREWELL_MS, resolve);
    });
    await Promise.race([connection.end().catch(() => {}), overdue]);
    stop?.();
    connection.destroy();
  }

  #serve(): void {
    this.#prune();
    for (const question of this.#waiting) {
      const connection = this.#idle.pop();
      if (connection === undefined) break;
      this.#waiting.delete(question);
      void this.#run(question, connection, true);
    }
    const room = this.#room();
    while (this.#attempts.size < this.#waiting.size && this.#attempts.size + this.#connections.size < room) {
      void this.#open();
    }
  }

  /** How many connections there may be now. The first one finds out whether the database is there at all. */
  #room(): number {
    const open = this.#connections.size;
    if (open === 0) return 1;
    return this.#options.clock.monotonic() >= this.#growsAtMs ? this.#options.connectionsMax : open;
  }

  /** Forgets connections that were lost while nobody used them. */
  #prune(): void {
    for (const connection of this.#connections) {
      if (!connection.isLost) continue;
      this.#connections.delete(connection);
      const at = this.#idle.indexOf(connection);
      if (at >= 0) this.#idle.splice(at, 1);
    }
  }

  async #run(question: Question, connection: SqlConnection, isReused: boolean): Promise<void> {
    question.connection = connection;
    this.#running.add(question);
    try {
      const result = await connection.query(question.text, question.values);
      if (this.#running.delete(question)) {
        question.settle();
        question.resolve(result);
      }
    } catch (error) {
      if (this.#running.delete(question)) {
        // One that was idle may have been lost unseen, which says nothing about the database.
        if (connection.isLost && isReused && !this.#isClosed) this.#waiting.add(question);
        else this.#fail(question, this.#options.failureOf(error));
      }
    }
    if (connection.isLost) this.#connections.delete(connection);
    else if (this.#connections.has(connection)) this.#idle.push(connection);
    if (!this.#isClosed) this.#serve();
  }

  async #open(): Promise<void> {
    const { connect, connectSecondsMax, failure, failureOf, clock } = this.#options;
    const attempt = new AbortController();
    this.#attempts.add(attempt);
    let isOver = false;
    const overdue = new Promise<never>((_, reject) => {
      attempt.signal.addEventListener('abort', () => reject(failure(this.#isClosed ? 'CLOSED' : 'CONNECT_OVERDUE')));
    });
    const stop = clock.after(connectSecondsMax * 1000, () => attempt.abort());
    try {
      const opening = connect(attempt.signal);
      // One that comes too late has nobody left to use it.
      opening.then((late) => (isOver ? late.destroy() : undefined)).catch(() => {});
      const connection = await Promise.race([opening, overdue]);
      this.#attempts.delete(attempt);
      this.#opened(connection);
    } catch (error) {
      isOver = true;
      this.#attempts.delete(attempt);
      this.#failedToOpen(failureOf(error));
    } finally {
      stop();
    }
  }

  #opened(connection: SqlConnection): void {
    if (this.#isClosed) {
      connection.destroy();
      return;
    }
    this.#down = undefined;
    this.#stopRetry?.();
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#connections.add(connection);
    const [question] = this.#waiting;
    if (question === undefined) {
      this.#idle.push(connection);
      return;
    }
    this.#waiting.delete(question);
    void this.#run(question, connection, false);
    this.#serve();
  }

  #failedToOpen(error: BackendError): void {
    if (this.#isClosed) return;
    const { clock, random, reconnectSecondsMax } = this.#options;
    // Brokers that lost the same database should not come back in step.
    const pauseMs = this.#pauseMs * (0.75 + random.integer(501) / 1000);
    this.#pauseMs = Math.min(this.#pauseMs * 2, reconnectSecondsMax * 1000);
    this.#growsAtMs = clock.monotonic() + pauseMs;
    this.#prune();
    if (this.#connections.size > 0) return;
    this.#down = error;
    this.#failWaiting(error);
    this.#stopRetry?.();
    this.#stopRetry = clock.after(pauseMs, () => void this.#open());
  }

  #overdue(question: Question): void {
    const { failure } = this.#options;
    if (this.#waiting.delete(question)) {
      const isBusy = this.#connections.size > 0;
      question.reject(isBusy ? failure('BUSY', 'no connection became free in time') : failure('CONNECT_OVERDUE'));
      return;
    }
    if (!this.#running.delete(question)) return;
    // Its answer would be taken for that of the next question.
    question.connection?.destroy();
    if (question.connection !== undefined) this.#connections.delete(question.connection);
    question.reject(failure('QUERY_OVERDUE'));
    this.#serve();
  }

  #failWaiting(error: BackendError): void {
    const questions = [...this.#waiting];
    this.#waiting.clear();
    for (const question of questions) this.#fail(question, error);
  }

  #fail(question: Question, error: BackendError): void {
    question.settle();
    question.reject(error);
  }
}
