/** QoS 0 on its way out: sent at once or not at all, because nobody acknowledges it. */

import type { Message } from '../../packet/message.ts';
import type { Counters } from '../counters.ts';
import type { OutboxOwner, Sender } from './outbox-context.ts';

/** Sends a message, or drops it and says why. */
export function sendUnacknowledged(
  sender: Sender,
  owner: OutboxOwner,
  counters: Counters,
  message: Message,
  retain: boolean,
  identifiers: readonly number[] | undefined,
): void {
  if (sender.congested) owner.dropped(message, 'slow_client');
  else if (!sender.permits(message, 0, retain)) owner.dropped(message, 'not_authorized');
  else if (sender.transmit(message, 0, retain, false, 0, identifiers)) counters.messagesSent[0]!++;
  else owner.dropped(message, 'too_large_for_client');
}
