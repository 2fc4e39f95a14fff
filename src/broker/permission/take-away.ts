/** Takes away subscriptions that their client may not have any more, and what they have brought that still waits. */

import type { ClientIdentity } from '../../ports/access.ts';
import { quote } from '../../std/shorten.ts';
import type { BrokerContext } from '../context.ts';
import { removeSubscription } from '../routing/remove-subscription.ts';
import type { Session } from '../session/session.ts';
import type { SharedGroup, Subscription } from '../session/subscription.ts';
import { withdrawShared } from '../session/withdraw-shared.ts';

/** Of how many filters the log line gives the names. */
const FILTERS_SHOWN = 10;

/**
 * What waits and came by these alone is not delivered: it is dropped when its turn comes, and what came by a shared
 * subscription goes to others of its group. Subscriptions that are gone or replaced meanwhile are left alone.
 */
export function takeAway(
  context: BrokerContext,
  session: Session,
  client: ClientIdentity,
  subscriptions: readonly Subscription[],
): void {
  const taken = subscriptions.filter((one) => session.subscriptions.get(one.fullFilter) === one);
  if (taken.length === 0) return;
  const groups = new Set<SharedGroup>();
  for (const subscription of taken) {
    removeSubscription(context.router, session, subscription);
    if (subscription.group !== undefined) groups.add(subscription.group);
  }
  session.outbox.suspectAll(session.journal?.nextKey() ?? 0);
  context.sessions.record(session);
  if (groups.size > 0) handOver(context, session, groups);
  const shown = taken.slice(0, FILTERS_SHOWN).map(({ fullFilter }) => quote(fullFilter));
  context.log.info('Subscriptions were taken away: they are not permitted any more', {
    client: session.clientId,
    subscriptions: taken.length,
    filters: shown.join(' '),
  });
  for (const { fullFilter: filter } of taken) context.events.emit('unsubscribed', { client, filter });
}

function handOver(context: BrokerContext, session: Session, groups: ReadonlySet<SharedGroup>): void {
  for (const { message, group } of withdrawShared(session, (one) => groups.has(one))) {
    const isExpired = message.expiresAtMs !== 0 && message.expiresAtMs <= context.clock.now();
    if (isExpired) session.dropped(message, 'expired');
    else if (!context.router.handOver(message, group!)) session.dropped(message, 'not_authorized');
  }
}
