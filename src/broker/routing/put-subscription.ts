/** Adds a subscription to a session, or replaces the options of the identical one, whoever asked for it. */

import type { SubscribeOptions } from '../../packet/types.ts';
import type { ParsedFilter } from '../../topic/share.ts';
import type { Counters } from '../counters.ts';
import type { Session } from '../session/session.ts';
import type { Subscription } from '../session/subscription.ts';
import { addSubscription } from './add-subscription.ts';
import type { Router } from './router.ts';

export interface Put {
  readonly subscription: Subscription;
  readonly isNew: boolean;
  /** Other nodes must hear of it first. */
  readonly announced: Promise<void> | undefined;
}

/**
 * Without a gap in between where the subscription is replaced [MQTT-3.8.4-3].
 * @param fullFilter as the client named it, mountpoint applied
 * @param parsed its parts, mountpoint applied
 */
export function putSubscription(
  { router, counters }: { readonly router: Router; readonly counters: Counters },
  session: Session,
  fullFilter: string,
  parsed: ParsedFilter,
  options: SubscribeOptions,
  identifier: number,
): Put {
  const existing = session.subscriptions.get(fullFilter);
  if (existing !== undefined) {
    existing.qos = options.qos;
    existing.noLocal = options.noLocal;
    existing.retainAsPublished = options.retainAsPublished;
    existing.retainHandling = options.retainHandling;
    existing.identifier = identifier;
    router.changed(existing);
    session.journal?.subscribed(existing);
    return { subscription: existing, isNew: false, announced: undefined };
  }
  const { subscription, announced } = addSubscription(router, session, fullFilter, parsed, options, identifier);
  session.journal?.subscribed(subscription);
  counters.subscriptionsMade++;
  return { subscription, isNew: true, announced };
}
