/**
 * Sends what waits, one request after another so that the order stays, and again with growing pauses while the receiver
 * does not take it.
 */

import type { HttpAnswer } from '../../access/remote/http-client.ts';
import type { PluginContext } from '../../ports/plugin.ts';
import { sayingOf } from '../failure.ts';
import type { DiskQueue, QueueEntry } from './disk-queue.ts';

export interface SenderParts {
  readonly context: Pick<PluginContext, 'after' | 'log'>;
  readonly queue: DiskQueue;
  readonly batchMax: number;
  readonly retrySecondsMax: number;
  /** Rejects when there is no answer. */
  ask(body: Buffer): Promise<HttpAnswer>;
}

const BATCH_BYTES_MAX = 1_048_576;
const RETRY_SECONDS_MIN = 0.5;

/** The receiver says that it is the content that it does not want; anything else may pass. */
const REFUSALS: readonly number[] = [400, 413, 415, 422];

/** So often it is sent before it is given up. */
const REFUSALS_MAX = 3;

export class Sender {
  readonly #parts: SenderParts;
  #isBusy = false;
  #isEnded = false;
  #retrySeconds = 0;
  #refusals = 0;
  sent = 0;
  failures = 0;
  refused = 0;
  lastFailure: string | undefined;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Whether the receiver took what was sent last. */
  get isUp(): boolean {
    return this.#retrySeconds === 0;
  }

  end(): void {
    this.#isEnded = true;
  }

  /** Sends until nothing waits or the receiver fails. Never rejects. */
  async work(): Promise<void> {
    if (this.#isBusy || this.#retrySeconds > 0) return;
    this.#isBusy = true;
    try {
      while (!this.#isEnded && (await this.#sendNext())) {
        // Each round has sent something.
      }
    } catch (error) {
      // The store fails, or the broker ends meanwhile.
      if (!this.#isEnded) this.#retryLater(sayingOf(error));
    } finally {
      this.#isBusy = false;
    }
  }

  /** False when there is nothing to send, or it is to be tried again later. */
  async #sendNext(): Promise<boolean> {
    const { queue, batchMax } = this.#parts;
    const entries = queue.oldest(batchMax, BATCH_BYTES_MAX);
    if (entries.length === 0) return false;
    const failure = await this.#send(entries);
    if (this.#isEnded) return false;
    if (failure !== undefined) {
      this.#retryLater(failure);
      return false;
    }
    if (this.#retrySeconds > 0) this.#parts.context.log.info('The receiver of the webhook takes events again');
    this.#retrySeconds = 0;
    this.#refusals = 0;
    await queue.forget(entries);
    return true;
  }

  /** Why it has to be sent again; undefined when it is done with. */
  async #send(entries: readonly QueueEntry[]): Promise<string | undefined> {
    const { ask, batchMax } = this.#parts;
    const texts = entries.map(({ text }) => text);
    const body = Buffer.from(batchMax === 1 ? texts.join('') : `[${texts.join(',')}]`);
    let status: number;
    try {
      ({ status } = await ask(body));
    } catch (error) {
      return sayingOf(error);
    }
    if (status >= 200 && status < 300) {
      this.sent += entries.length;
      return undefined;
    }
    if (REFUSALS.includes(status) && ++this.#refusals >= REFUSALS_MAX) {
      this.refused += entries.length;
      this.#parts.context.log.warn('The receiver of the webhook refuses events; they are given up', {
        status,
        events: entries.length,
      });
      return undefined;
    }
    return `status ${status}`;
  }

  #retryLater(cause: string): void {
    const { context, retrySecondsMax } = this.#parts;
    if (this.#retrySeconds === 0) {
      context.log.warn('The receiver of the webhook does not take events; they wait', { cause });
    }
    this.failures++;
    this.lastFailure = cause;
    this.#retrySeconds = Math.min(retrySecondsMax, Math.max(RETRY_SECONDS_MIN, this.#retrySeconds * 2));
    context.after(this.#retrySeconds, () => this.#again());
  }

  async #again(): Promise<void> {
    if (this.#isBusy || this.#isEnded) return;
    this.#isBusy = true;
    let isGoing = true;
    try {
      isGoing = await this.#sendNext();
    } catch (error) {
      this.#retryLater(sayingOf(error));
      isGoing = false;
    } finally {
      this.#isBusy = false;
    }
    if (isGoing) await this.work();
  }
}
