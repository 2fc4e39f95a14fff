/**
 * A client that sends requests and does not read the answers is not read any more until it has taken them. Messages for
 * it stop earlier, at `write_buffer_bytes_max`; this is the bound for everything that the broker must answer.
 */

import type { Link } from '../../../ports/link.ts';
import type { BrokerContext } from '../../context.ts';
import type { BrokerOptions } from '../../options.ts';

type BufferLimit = 'writeBufferBytesMax' | 'packetBytesMax';

/**
 * Bytes from which on a client has too many answers to read. Messages may fill the first buffer and exceed it by one
 * packet; whoever is beyond that owes it to answers. A slow reader of messages must still be heard, or its PINGREQ would
 * be missed.
 */
export function unreadBytesMax({ writeBufferBytesMax, packetBytesMax }: Pick<BrokerOptions, BufferLimit>): number {
  return 2 * writeBufferBytesMax + packetBytesMax;
}

export class UnreadAnswers {
  readonly #link: Link;
  readonly #context: BrokerContext;
  #isHeld = false;

  constructor(link: Link, context: BrokerContext) {
    this.#link = link;
    this.#context = context;
  }

  /** An answer was sent, and so much waits. */
  tooMany(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#context.counters.limit('write_buffer_bytes');
    this.#link.hold();
  }

  /** The client has taken everything. */
  drained(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#link.release();
  }
}
