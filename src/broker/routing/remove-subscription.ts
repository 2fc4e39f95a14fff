/** Takes a subscription out of its session, the router and the journal, whoever wants it gone. */

import type { Session } from '../session/session.ts';
import type { Subscription } from '../session/subscription.ts';
import type { Router } from './router.ts';

/** What waits for the session already stays there. */
export function removeSubscription(router: Router, session: Session, subscription: Subscription): void {
  session.deleteSubscription(subscription);
  session.cancelReplay(subscription);
  router.remove(subscription);
  session.journal?.unsubscribed(session.number, subscription.fullFilter);
}
