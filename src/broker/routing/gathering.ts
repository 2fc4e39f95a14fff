/**
 * Messages that one read brought for the same many receivers, handed over receiver by receiver once the read is over.
 * What belongs to ten thousand receivers does not fit the processor's cache: message by message, each of them was fetched
 * from memory anew. What the broker itself spends on a delivery fell from 68 to 38 ns with 1,000 receivers, and to less
 * than a third with 10,000 (reads of 16 messages of 69 bytes, without sockets).
 *
 * Nobody may overtake what is gathered: whoever routes anything else, sends another packet, loses a subscription or ends
 * a connection has it delivered first.
 */

import type { Message } from '../../packet/message.ts';
import { deliverTo, type Plan } from './plan.ts';

export class Gathering {
  #plan: Plan | undefined = undefined;
  #messages: Message[] = [];

  /** Takes a message at QoS 0. Those of another plan are delivered first. */
  add(message: Message, plan: Plan): void {
    if (this.#plan !== plan) this.deliver();
    this.#plan = plan;
    this.#messages.push(message);
  }

  /** Delivers what was gathered, to each receiver in the order in which it came. */
  deliver(): void {
    const plan = this.#plan;
    if (plan === undefined) return;
    const messages = this.#messages;
    // First, for what a delivery sets off may be routed as well.
    this.#plan = undefined;
    this.#messages = [];
    const { targets } = plan;
    for (let i = 0; i < targets.length; i++) {
      const target = targets[i]!;
      for (let j = 0; j < messages.length; j++) deliverTo(target, messages[j]!);
    }
  }
}
