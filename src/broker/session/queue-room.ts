/** The limits of a queue, applied to a message that is to wait in it. */

import type { BrokerOptions } from '../options.ts';
import type { Outbound } from './outbound.ts';
import type { OutboxContext } from './outbox-context.ts';
import type { WaitingQueue } from './waiting-queue.ts';

type QueueLimits = Pick<BrokerOptions, 'queuedMessagesMax' | 'queuedBytesMax' | 'queuedBytesTotalMax' | 'queueFull'>;

/**
 * Makes room where older messages are to go for newer ones.
 * @returns false when the new message is the one that has to go
 */
export function makeRoom(
  options: QueueLimits,
  { counters, queued }: OutboxContext,
  queue: WaitingQueue,
  outbound: Outbound,
  owner: { dropOldest(): boolean },
): boolean {
  const { queuedMessagesMax, queuedBytesMax, queuedBytesTotalMax, queueFull } = options;
  const { bytes } = outbound;
  // One that would not fit an empty queue must not empty it either.
  if (bytes > queuedBytesMax) {
    counters.limit('queued_bytes');
    return false;
  }
  while (queue.length >= queuedMessagesMax || queue.bytes + bytes > queuedBytesMax) {
    counters.limit(queue.length >= queuedMessagesMax ? 'queued_messages' : 'queued_bytes');
    if (queueFull === 'drop_newest' || !owner.dropOldest()) return false;
  }
  // Which of the others' messages had to go instead nobody could say, so it is the new one.
  if (queuedBytesTotalMax === 0 || queued.bytes + bytes <= queuedBytesTotalMax) return true;
  counters.limit('queued_bytes_total');
  return false;
}

/** Whether no further message may be sent before one is acknowledged. One may go beyond the limit, so that none is stuck. */
export function isFlightFull({ inflightBytesMax }: Pick<BrokerOptions, 'inflightBytesMax'>, bytes: number): boolean {
  return inflightBytesMax > 0 && bytes >= inflightBytesMax;
}
