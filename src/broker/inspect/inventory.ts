/**
 * What lies in all sessions together. It is counted in slices and only when somebody has asked lately, so a number may
 * be some seconds old and nobody pays for a sum that nobody reads.
 */

import type { Clock } from '../../ports/clock.ts';
import type { Session } from '../session/session.ts';
import { inSlices } from './slices.ts';

export interface Contents {
  /** Messages that wait in queues. */
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  /** Messages that were sent and are not acknowledged. */
  readonly inflightMessages: number;
  /** Connected clients with messages that wait because the client does not take them. */
  readonly slowClients: number;
}

const AGE_MS_MAX = 5_000;

export class Inventory {
  readonly #sessions: Iterable<Session>;
  readonly #clock: Clock;
  #contents: Contents = { queuedMessages: 0, queuedBytes: 0, inflightMessages: 0, slowClients: 0 };
  #countedAtMs = Number.NEGATIVE_INFINITY;
  #counting: Promise<void> | undefined;

  constructor(sessions: Iterable<Session>, clock: Clock) {
    this.#sessions = sessions;
    this.#clock = clock;
  }

  /** The last count. One that is old is counted anew for whoever asks next. */
  get contents(): Contents {
    void this.refresh();
    return this.#contents;
  }

  /** Resolves when the count is new enough. */
  refresh(): Promise<void> {
    if (this.#clock.monotonic() - this.#countedAtMs < AGE_MS_MAX) return Promise.resolve();
    this.#counting ??= this.#count().finally(() => {
      this.#counting = undefined;
    });
    return this.#counting;
  }

  async #count(): Promise<void> {
    let [queuedMessages, queuedBytes, inflightMessages, slowClients] = [0, 0, 0, 0];
    await inSlices(this.#sessions, this.#clock, ({ outbox, connection }) => {
      const { queue, inflight, released } = outbox;
      queuedMessages += queue.length;
      queuedBytes += queue.bytes;
      inflightMessages += inflight.size + released.size;
      if (connection !== undefined && queue.length > 0) slowClients++;
    });
    this.#contents = { queuedMessages, queuedBytes, inflightMessages, slowClients };
    this.#countedAtMs = this.#clock.monotonic();
  }
}
