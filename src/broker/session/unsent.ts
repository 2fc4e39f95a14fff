/**
 * What of one session waits to be sent on this connection: repeats, and messages that may not leave before a commit. A
 * QoS 0 message that was kept is struck out of the journal first, so that no crash brings back what has left
 * [MQTT-4.3.1-1]; those that come meanwhile stay behind it.
 */

import { RingQueue } from '../../std/ring-queue.ts';
import type { Outbound } from './outbound.ts';

export class Unsent {
  /** QoS 0 messages among them. */
  unacknowledged = 0;
  readonly #waiting = new RingQueue<Outbound>();

  get length(): number {
    return this.#waiting.length;
  }

  push(outbound: Outbound): void {
    if (outbound.qos === 0) this.unacknowledged++;
    this.#waiting.push(outbound);
  }

  peek(): Outbound | undefined {
    return this.#waiting.peek();
  }

  shift(): Outbound | undefined {
    const outbound = this.#waiting.shift();
    if (outbound?.qos === 0) this.unacknowledged--;
    return outbound;
  }

  /** Takes out the QoS 0 messages when the connection ends: nothing else holds them. */
  *lost(): Iterable<Outbound> {
    if (this.unacknowledged === 0) return;
    for (let next = this.shift(); next !== undefined; next = this.shift()) if (next.qos === 0) yield next;
  }
}
