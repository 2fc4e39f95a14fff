/** Subscriptions as an operator sees them, and adding and removing them in a client's place. */

import type { Qos, SubscribeOptions } from '../../packet/types.ts';
import { quote } from '../../std/shorten.ts';
import { matches } from '../../topic/name.ts';
import { parseFilter } from '../../topic/share.ts';
import { mountFilter } from '../connection/mountpoint.ts';
import { topicLimitProblem } from '../connection/topic-limits.ts';
import type { BrokerContext } from '../context.ts';
import { InvalidRequest } from '../invalid-request.ts';
import { authorize } from '../permission/authorize.ts';
import { putSubscription } from '../routing/put-subscription.ts';
import { removeSubscription } from '../routing/remove-subscription.ts';
import type { Session } from '../session/session.ts';
import type { Subscription } from '../session/subscription.ts';
import { connectionOf } from './clients.ts';
import { PageBuilder, type PageOf, type PageRequest } from './page.ts';
import { inSlices } from './slices.ts';

export interface SubscriptionView {
  readonly clientId: string;
  /** As the client named it, mountpoint applied, with `$share/…` if it is shared. */
  readonly fullFilter: string;
  /** What is matched. */
  readonly filter: string;
  /** Of a shared subscription; `#queue` for those that were made with `$queue/`. */
  readonly share: string | undefined;
  readonly qos: Qos;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
  /** 0 when the client gave none. */
  readonly identifier: number;
}

/** Everything that is given has to hold. */
export interface SubscriptionQuery extends PageRequest {
  readonly clientId?: string | undefined;
  /** Exactly this one, with or without `$share/…`. */
  readonly filter?: string | undefined;
  /** A topic name that the subscription has to match. */
  readonly matchingTopic?: string | undefined;
  readonly share?: string | undefined;
  readonly qos?: Qos | undefined;
  /** Occurs in filter or Client Identifier; case does not matter. */
  readonly search?: string | undefined;
}

/** Ordered by Client Identifier, then by filter. @throws InvalidRequest for a limit or cursor that cannot be */
export async function listSubscriptions(
  { sessions, clock }: BrokerContext,
  query: SubscriptionQuery = {},
): Promise<PageOf<SubscriptionView>> {
  const page = new PageBuilder<Subscription>(query);
  const meets = conditionOf(query);
  const { clientId } = query;
  const only = clientId === undefined ? undefined : sessions.get(clientId);
  const owners: Iterable<Session> = clientId === undefined ? sessions : only === undefined ? [] : [only];
  await inSlices(subscriptionsOf(owners), clock, (subscription) => {
    if (meets(subscription)) page.offer(subscription.session.clientId, subscription.fullFilter, subscription);
  });
  return page.page((subscription) => {
    const { session, fullFilter } = subscription;
    return session.subscriptions.get(fullFilter) === subscription ? viewOf(subscription) : undefined;
  });
}

function* subscriptionsOf(sessions: Iterable<Session>): Generator<Subscription> {
  for (const session of sessions) yield* session.subscriptions.values();
}

function conditionOf(query: SubscriptionQuery): (subscription: Subscription) => boolean {
  const { filter, matchingTopic, share, qos } = query;
  const search = query.search?.toLowerCase();
  return (one) => {
    if (filter !== undefined && one.filter !== filter && one.fullFilter !== filter) return false;
    if (share !== undefined && one.group?.name !== share) return false;
    if (qos !== undefined && one.qos !== qos) return false;
    if (matchingTopic !== undefined && !matches(one.filter, matchingTopic)) return false;
    if (search === undefined) return true;
    return one.fullFilter.toLowerCase().includes(search) || one.session.clientId.toLowerCase().includes(search);
  };
}

export function viewOf(subscription: Subscription): SubscriptionView {
  const { session, fullFilter, filter, group, qos, noLocal, retainAsPublished, retainHandling, identifier } =
    subscription;
  return {
    clientId: session.clientId,
    fullFilter,
    filter,
    share: group?.name,
    qos,
    noLocal,
    retainAsPublished,
    retainHandling,
    identifier,
  };
}

export interface SubscribeRequest extends Partial<SubscribeOptions> {
  /** As the client would write it: without its mountpoint. */
  readonly filter: string;
  /** Subscription Identifier; none unless given. */
  readonly identifier?: number;
}

/**
 * Asks whether a client may have a subscription that somebody else makes in its place. Of one that is not connected
 * nobody is asked: its session is looked through when it is resumed, and nothing leaves it before.
 * @throws InvalidRequest when it may not, or that cannot be found out
 */
export async function mustBePermitted(
  context: BrokerContext,
  session: Session,
  { filter, qos = 0 }: SubscribeRequest,
): Promise<void> {
  const connection = connectionOf(session);
  const parsed = parseFilter(filter);
  // A filter that is none is refused with the reason for that.
  if (connection === undefined || typeof parsed === 'string') return;
  const { identity } = connection;
  const { revision } = context.access;
  const mayHave = await authorize(connection, 'subscribe', session.mountpoint + parsed.filter, qos, false);
  if (!mayHave) {
    throw new InvalidRequest(
      `Cannot subscribe: the client ${quote(session.clientId)} has no permission to subscribe to ${quote(filter)}`,
    );
  }
  const isCurrent = connectionOf(session) === connection && connection.identity === identity;
  if (isCurrent && context.access.revision === revision) return;
  throw new InvalidRequest(
    'Cannot subscribe: the client or the rules about it changed while its permission was asked; ask again',
  );
}

/**
 * Subscribes in a client's place. No permission is asked, which is for plugins and for operators whom nobody is to be
 * asked about. Where the permissions of the client forbid it, their next change takes the subscription away again.
 * @throws InvalidRequest for a filter that is none, or above a limit
 */
export function subscribeFor(context: BrokerContext, session: Session, request: SubscribeRequest): Subscription {
  const { filter, qos = 0, identifier = 0 } = request;
  const { options, router } = context;
  const { mountpoint } = session;
  const parsed = parseFilter(filter);
  if (typeof parsed === 'string') {
    throw new InvalidRequest(`Cannot subscribe: the topic filter ${quote(filter)} ${parsed}`);
  }
  const tooMuch = topicLimitProblem(session.options, context.counters, filter);
  if (tooMuch !== undefined) throw new InvalidRequest(`Cannot subscribe: ${quote(filter)} is ${tooMuch}`);
  if (parsed.kind === 'shared' && request.noLocal === true) {
    throw new InvalidRequest(`Cannot subscribe: ${quote(filter)} is shared and cannot have noLocal [MQTT-3.8.3-4]`);
  }
  const fullFilter = mountFilter(mountpoint, filter);
  const { subscriptions, subscriptionBytes } = session;
  const { subscriptionsPerClientMax, subscriptionBytesPerClientMax } = session.options;
  const isNew = !subscriptions.has(fullFilter);
  if (isNew && subscriptions.size >= subscriptionsPerClientMax) {
    throw new InvalidRequest(
      `Cannot subscribe: the client has ${subscriptions.size} subscriptions, which is the limit`,
    );
  }
  if (isNew && subscriptionBytes + fullFilter.length > subscriptionBytesPerClientMax) {
    throw new InvalidRequest('Cannot subscribe: the filters of the client together would be above the limit');
  }
  const { subscription } = putSubscription(
    { router, counters: context.counters },
    session,
    fullFilter,
    { ...parsed, filter: mountpoint + parsed.filter },
    {
      qos: Math.min(qos, options.maximumQos) as Qos,
      noLocal: request.noLocal ?? false,
      retainAsPublished: request.retainAsPublished ?? false,
      retainHandling: request.retainHandling ?? 0,
    },
    identifier,
  );
  const { retainHandling } = subscription;
  const wantsRetained = retainHandling === 0 || (retainHandling === 1 && isNew);
  if (subscription.group === undefined && wantsRetained) session.replayRetained(subscription);
  const client = connectionOf(session)?.identity;
  if (client !== undefined) context.events.emit('subscribed', { client, filter: fullFilter, qos: subscription.qos });
  return subscription;
}

/** Unsubscribes in a client's place. False: there is no such subscription. */
export function unsubscribeFor(context: BrokerContext, session: Session, filter: string): boolean {
  const subscription =
    session.subscriptions.get(filter) ?? session.subscriptions.get(mountFilter(session.mountpoint, filter));
  if (subscription === undefined) return false;
  removeSubscription(context.router, session, subscription);
  const client = connectionOf(session)?.identity;
  if (client !== undefined) context.events.emit('unsubscribed', { client, filter: subscription.fullFilter });
  return true;
}
