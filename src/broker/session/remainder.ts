/**
 * What a session that has ended leaves in the journal: it is worked off in pieces, so that the end of a session with a
 * million messages holds nobody up. Messages of shared subscriptions go to other members; the rest is deleted. What a
 * stop of the broker interrupts is found and deleted at the next start.
 */

import { BackendError } from '../../ports/backend-error.ts';
import type { BrokerContext } from '../context.ts';
import type { Journal } from '../journal/journal.ts';
import type { StoredOutbound } from '../journal/stored-queue.ts';
import { restoreOutbound } from './restore-outbound.ts';

const MESSAGES_PER_TURN = 200;

/**
 * @param number of the session in the journal
 * @param messages how many are left, not counting those that were in memory
 * @param afterKey behind which key they are
 */
export function workOffRemainder(
  context: BrokerContext,
  journal: Journal,
  number: number,
  messages: number,
  afterKey: number,
): void {
  if (messages <= 0) return;
  const stored = read(context, journal, number, afterKey);
  if (stored === undefined) return;
  for (const one of stored) {
    const { message, group } = restoreOutbound(one, context);
    journal.storedDone(number, one.key, one.record.messageKey);
    const isExpired = message.expiresAtMs !== 0 && message.expiresAtMs <= context.clock.now();
    if (isExpired) context.counters.drop('expired');
    else if (group === undefined || !context.router.handOver(message, group)) {
      context.counters.drop('session_ended');
    }
  }
  const left = messages - stored.length;
  const nextKey = stored.at(-1)?.key ?? afterKey;
  const goOn = (): void => workOffRemainder(context, journal, number, left, nextKey);
  if (stored.length > 0) context.clock.soon(goOn);
  // Only what is committed can be read: the rest comes with the commit that is open or under way.
  else if (journal.isBusy) journal.onCommitted(goOn, goOn);
}

/** Undefined when the store cannot be read; what is left there is found at the next start. */
function read(
  context: BrokerContext,
  journal: Journal,
  number: number,
  afterKey: number,
): readonly StoredOutbound[] | undefined {
  try {
    return journal.readQueue(number, afterKey, MESSAGES_PER_TURN);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    context.log.error('The store cannot be read: messages of a session that has ended stay there', {
      cause: error.message,
    });
    return undefined;
  }
}
