/**
 * Counts what waits for a bridge that connects only when there is enough, and keeps the messages of QoS 0, which no
 * session keeps, within a bound.
 */

import type { Broker } from '../broker/broker.ts';
import type { Message } from '../packet/message.ts';

/** Messages of QoS 0 that wait; further ones are lost, as for any client that is away. */
const UNKEPT_MAX = 1_000;

export class LazyStart {
  readonly #stops: (() => void)[] = [];
  #unkept: Message[] = [];
  #count = 0;
  #last: Message | undefined;
  #isDue = false;

  constructor(broker: Pick<Broker, 'subscribe'>, filters: readonly string[], threshold: number, due: () => void) {
    // Retained messages come with the subscription and are none that wait.
    let isOpening = true;
    for (const filter of filters) {
      const stop = broker.subscribe(filter, (message) => {
        // Filters that overlap bring the same message twice, one after the other.
        if (isOpening || message === this.#last) return;
        this.#last = message;
        this.#count++;
        if (message.qos === 0 && this.#unkept.length < UNKEPT_MAX) this.#unkept.push(message.detach(true));
        if (this.#count < threshold || this.#isDue) return;
        this.#isDue = true;
        due();
      });
      this.#stops.push(stop);
    }
    isOpening = false;
  }

  /** Stops to count, and gives what was kept. */
  close(): readonly Message[] {
    for (const stop of this.#stops) stop();
    this.#last = undefined;
    const unkept = this.#unkept;
    this.#unkept = [];
    return unkept;
  }
}
