/**
 * Redis as the sources know it: a question has an answer within a time limit or fails, and while Redis is not there
 * every question fails at once. Whoever asks before the first connection is there waits for it.
 */

import type { BackendError } from '../../ports/backend-error.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Failure } from '../remote/failures.ts';
import { sayingOf } from '../remote/failures.ts';
import type { Client, MakeClient, RedisSettings } from './driver.ts';
import { type RedisFailureKind, redisError } from './failures.ts';
import { asReply, type Reply } from './replies.ts';

export interface RedisServerOptions {
  readonly makeClient: MakeClient;
  readonly waitingMax: number;
  readonly querySecondsMax: number;
  readonly reconnectSecondsMax: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly failure: Failure<RedisFailureKind>;
}

const FIRST_PAUSE_MS = 100;

export class RedisServer {
  readonly #options: RedisServerOptions;
  #settings: RedisSettings;
  #client: Client;
  /** Resolves when the first attempt of the client to connect has succeeded or failed. */
  #firstAttempt: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Why there is no connection; undefined while there is one. */
  #trouble: unknown;
  /** The connection is there, but to another database than the one that was meant. */
  #wrongDatabase: unknown;
  #sentinelError: unknown;
  #stopRetry: (() => void) | undefined;
  /** Clients that only answer what they were asked. */
  readonly #earlier = new Set<Client>();
  #isClosed = false;

  constructor(settings: RedisSettings, options: RedisServerOptions) {
    this.#options = options;
    this.#settings = settings;
    this.#client = this.#open();
  }

  /** Rejects with a BackendError when there is no answer in time. */
  async ask(command: string, args: readonly string[]): Promise<Reply> {
    const { waitingMax, failure, clock, querySecondsMax } = this.#options;
    if (this.#isClosed) throw failure('CLOSED');
    if (this.#waiting >= waitingMax) throw failure('BUSY');
    this.#waiting++;
    let stop = (): void => {};
    const overdue = new Promise<never>((_resolve, reject) => {
      stop = clock.after(querySecondsMax * 1000, () => reject(failure('ANSWER_OVERDUE')));
    });
    const asked = this.#askNow(command, args);
    // It may fail when nobody listens any more.
    asked.catch(() => {});
    try {
      return await Promise.race([asked, overdue]);
    } finally {
      stop();
      this.#waiting--;
    }
  }

  /** Connects anew with these settings; what is asked already is answered on the earlier connection. */
  use(settings: RedisSettings): void {
    const earlier = this.#client;
    this.#settings = settings;
    this.#client = this.#open();
    this.#earlier.add(earlier);
    // What the earlier one still owes is there within this time, or never.
    this.#options.clock.after(this.#options.querySecondsMax * 1000, () => {
      this.#earlier.delete(earlier);
      earlier.disconnect();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#stopRetry?.();
    for (const client of [this.#client, ...this.#earlier]) client.disconnect();
  }

  async #askNow(command: string, args: readonly string[]): Promise<Reply> {
    await this.#firstAttempt;
    const { failure } = this.#options;
    if (this.#wrongDatabase !== undefined) throw redisError(failure, this.#wrongDatabase);
    if (this.#client.status !== 'ready') throw this.#absence();
    let value: unknown;
    try {
      value = await this.#client.callBuffer(command, ...args);
    } catch (error) {
      throw this.#errorOf(error);
    }
    const reply = asReply(value);
    if (reply === undefined) throw failure('COMMAND_FAILED', 'the answer is of another kind than the command gives');
    return reply;
  }

  /** Of a connection that broke the driver says little more than that; why is what it said before. */
  #errorOf(error: unknown): BackendError {
    const isVague = /enableOfflineQueue|max retries per request|Connection is closed/.test(sayingOf(error));
    return isVague ? this.#absence() : redisError(this.#options.failure, error);
  }

  /** Why nothing can be asked now. */
  #absence(): BackendError {
    const { failure } = this.#options;
    if (this.#isClosed) return failure('CLOSED');
    return this.#trouble === undefined ? failure('CONNECTION_LOST') : redisError(failure, this.#trouble);
  }

  #open(): Client {
    const { makeClient, clock } = this.#options;
    this.#trouble = undefined;
    this.#wrongDatabase = undefined;
    const client = makeClient(this.#settings, (attempt) => this.#pauseMs(attempt));
    let attempted = (): void => {};
    this.#firstAttempt = new Promise((resolve) => {
      attempted = resolve;
    });
    const isCurrent = (): boolean => this.#client === client || this.#client === undefined;
    client.on('error', (error: unknown) => {
      if (isCurrent()) this.#failed(error);
      attempted();
    });
    // What one node of a cluster says is worth knowing when all of them are gone.
    client.on('node error', (error: unknown) => {
      if (isCurrent()) this.#trouble = error;
    });
    // So is what a Sentinel says when none of them knows where Redis is.
    client.on('sentinelError', (error: unknown) => {
      if (isCurrent()) this.#sentinelError = error;
    });
    client.on('ready', () => {
      if (isCurrent()) this.#trouble = undefined;
      attempted();
    });
    client.on('close', () => {
      if (isCurrent()) this.#wrongDatabase = undefined;
      attempted();
    });
    client.on('end', () => {
      attempted();
      if (!isCurrent() || this.#isClosed) return;
      // The driver has given up, as it does for settings that it cannot use at the moment.
      this.#stopRetry = clock.after(this.#pauseMs(Number.POSITIVE_INFINITY), () => {
        if (!this.#isClosed) this.#client = this.#open();
      });
    });
    return client;
  }

  #failed(error: unknown): void {
    const isOfSentinels = /^All sentinels are unreachable/.test(sayingOf(error));
    this.#trouble = lastNodeError(error) ?? (isOfSentinels ? this.#sentinelError : undefined) ?? error;
    const { code } = redisError(this.#options.failure, this.#trouble);
    // The driver goes on with database 0, where other passwords may be.
    if (code === 'REDIS_DATABASE_UNKNOWN') this.#wrongDatabase = this.#trouble;
  }

  /** Brokers that lost the same Redis should not come back in step. */
  #pauseMs(attempt: number): number {
    const { reconnectSecondsMax, random } = this.#options;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 20), reconnectSecondsMax * 1000);
    return Math.round(pauseMs * (0.75 + random.integer(501) / 1000));
  }
}

/** Of a cluster that does not answer, what its last node said. */
function lastNodeError(error: unknown): unknown {
  return error instanceof Error && 'lastNodeError' in error ? error.lastNodeError : undefined;
}
