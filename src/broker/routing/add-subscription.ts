/** Puts a subscription into a session and the router; for SUBSCRIBE and for recovery alike. */

import type { SubscribeOptions } from '../../packet/types.ts';
import type { ParsedFilter } from '../../topic/share.ts';
import type { Session } from '../session/session.ts';
import { Subscription } from '../session/subscription.ts';
import type { Router } from './router.ts';

/**
 * @param fullFilter as the client named it, mountpoint applied
 * @param parsed its parts, mountpoint applied
 * @returns the subscription, and a promise when other nodes must hear of it first
 */
export function addSubscription(
  router: Router,
  session: Session,
  fullFilter: string,
  parsed: ParsedFilter,
  options: SubscribeOptions,
  identifier: number,
): { subscription: Subscription; announced: Promise<void> | undefined } {
  const group = parsed.kind === 'shared' ? router.group(parsed.group, parsed.filter) : undefined;
  const subscription = new Subscription(session, fullFilter, parsed.filter, group, options, identifier);
  session.addSubscription(subscription);
  const announced = router.add(subscription);
  return { subscription, announced: announced instanceof Promise ? announced : undefined };
}
