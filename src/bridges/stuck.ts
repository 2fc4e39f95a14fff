/**
 * A message over which the other broker ends every connection: below MQTT 5 it has no other way to say that a packet is
 * too large for it, and some do the same for a topic that is not allowed. The message is kept, since it may be the other
 * broker that is wrong, and everything else waits behind it. So whoever operates the bridge has to know.
 */

import { quote } from '../std/shorten.ts';
import { BridgeError } from './bridge-error.ts';

/** Connections in a row that end over it; one or two may have ended for another reason. */
const LOST_MAX = 3;

/** What was sent first of all that waits for an acknowledgement. */
export interface Unanswered {
  /** As it is called there. */
  readonly topic: string;
  readonly payloadBytes: number;
}

export class Stuck {
  #last: Unanswered | undefined;
  #lost = 0;

  /**
   * A connection is over.
   * @param unanswered undefined where nothing was sent, or something was acknowledged
   * @returns the error that says more than `cause` does, where there is one
   */
  ended(cause: BridgeError, unanswered: Unanswered | undefined): BridgeError {
    if (cause.code !== 'BRIDGE_LOST' || unanswered === undefined) {
      // One that cannot be made says nothing about the message.
      if (cause.code === 'BRIDGE_LOST') this.#lost = 0;
      return cause;
    }
    const { topic, payloadBytes } = unanswered;
    const isSame = this.#lost > 0 && this.#last?.topic === topic && this.#last.payloadBytes === payloadBytes;
    this.#last = unanswered;
    this.#lost = isSame ? this.#lost + 1 : 1;
    if (this.#lost < LOST_MAX) return cause;
    const what = `ended ${this.#lost} connections in a row when it was sent ${quote(topic)} of ${payloadBytes} bytes`;
    const advice =
      'set packet_bytes_max of the bridge to what it takes, so that larger ones are left out, or allow the topic there';
    const text = `${cause.message}; it ${what}, and everything else waits behind that: ${advice}`;
    return new BridgeError('BRIDGE_STUCK', text, { ...cause.fields, topics: topic, bytes: payloadBytes }, cause);
  }
}
