/** SUBSCRIBE: each filter is checked, permitted, added; one SUBACK answers them all in order [MQTT-3.8.4-5]. */

import { ProtocolError } from '../../packet/error.ts';
import type { SubscribePacket, SubscriptionRequest } from '../../packet/types.ts';
import { quote } from '../../std/shorten.ts';
import { isWildcard } from '../../topic/name.ts';
import { type ParsedFilter, parseFilter } from '../../topic/share.ts';
import { addSubscription } from '../routing/add-subscription.ts';
import type { Subscription } from '../session/subscription.ts';
import type { Connection } from './connection.ts';
import { mountFilter } from './mountpoint.ts';
import { authorize } from './permission.ts';
import { storeFailed } from './store-failed.ts';
import { topicLimitProblem } from './topic-limits.ts';

interface Request {
  readonly options: SubscriptionRequest;
  /** As the client named it, mountpoint applied. */
  readonly fullFilter: string;
  readonly parsed: ParsedFilter;
  /** A Reason Code of 0x80 or above that refuses it, or 0. */
  readonly refusal: number;
}

/** What a filter costs that comes or goes, in the units of `Connection.spend`. */
export const UNITS_PER_FILTER = 20;

export function handleSubscribe(connection: Connection, packet: SubscribePacket): void {
  const { context } = connection;
  connection.spend(packet.subscriptions.length * UNITS_PER_FILTER);
  const identifier = packet.properties?.subscriptionIdentifiers?.[0] ?? 0;
  if (identifier !== 0 && !context.options.subscriptionIdentifiersAvailable) {
    throw new ProtocolError(0xa1, '', 'SUBSCRIBE has a Subscription Identifier; they are switched off');
  }
  const requests = packet.subscriptions.map((options) => examine(connection, options));
  const verdicts = requests.map((request) =>
    request.refusal !== 0
      ? false
      : authorize(connection, 'subscribe', request.parsed.filter, request.options.qos, false),
  );
  const pending = verdicts.some((verdict) => typeof verdict !== 'boolean');
  connection.settle<boolean[]>(
    pending ? Promise.all(verdicts.map(denyOnFailure)) : (verdicts as boolean[]),
    (allowed) => subscribe(connection, packet, requests, allowed, identifier),
    // Whoever should have answered is overdue: nothing is allowed on a guess.
    () => subscribe(connection, packet, requests, new Array<boolean>(requests.length).fill(false), identifier),
  );
}

/** A permission that cannot be checked is not given. */
async function denyOnFailure(verdict: boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await verdict;
  } catch {
    return false;
  }
}

/** What cannot be a subscription at all ends the connection; what is only not accepted here gets a code of its own. */
function examine(connection: Connection, options: SubscriptionRequest): Request {
  const parsed = parseFilter(options.filter);
  if (typeof parsed === 'string') {
    throw new ProtocolError(0x8f, 'MQTT-4.7.1-1', `The topic filter ${quote(options.filter)} ${parsed}`);
  }
  if (parsed.kind === 'shared' && options.noLocal) {
    throw new ProtocolError(0x82, 'MQTT-3.8.3-4', `No Local on the shared subscription ${quote(options.filter)}`);
  }
  const { mountpoint } = connection.rules;
  return {
    options: connection.bridge ? asForBridge(options, parsed) : options,
    fullFilter: mountFilter(mountpoint, options.filter),
    parsed: { ...parsed, filter: mountpoint + parsed.filter },
    refusal: refusalOf(connection, options.filter, parsed),
  };
}

/**
 * Below 5.0 a subscription has no options, so a bridge says with its CONNECT that it wants the two without which
 * messages run in a circle and retained ones arrive as if they were live.
 */
function asForBridge(options: SubscriptionRequest, parsed: ParsedFilter): SubscriptionRequest {
  return { ...options, noLocal: parsed.kind !== 'shared', retainAsPublished: true };
}

function refusalOf(connection: Connection, filter: string, parsed: ParsedFilter): number {
  const { context } = connection;
  const { options } = context;
  if (topicLimitProblem(context, filter) !== undefined) return 0x8f;
  if (parsed.kind === 'shared' && !options.sharedSubscriptionAvailable) return 0x9e;
  if (isWildcard(parsed.filter) && !options.wildcardSubscriptionAvailable) return 0xa2;
  return 0;
}

function subscribe(
  connection: Connection,
  packet: SubscribePacket,
  requests: readonly Request[],
  allowed: readonly boolean[],
  identifier: number,
): void {
  const session = connection.session!;
  const { context } = connection;
  const since = context.journal?.operations ?? 0;
  const reasonCodes: number[] = [];
  const made: Subscription[] = [];
  const replays: Subscription[] = [];
  const announcements: Promise<void>[] = [];
  for (const [i, request] of requests.entries()) {
    let refusal = request.refusal;
    if (refusal === 0 && !allowed[i]) refusal = 0x87;
    if (refusal === 0 && isFull(connection, request.fullFilter)) refusal = 0x97;
    if (refusal !== 0) {
      // Below 5.0 there is one code for every failure.
      reasonCodes.push(connection.version === 5 ? refusal : 0x80);
      continue;
    }
    const { subscription, isNew, announced } = put(connection, request, identifier);
    if (announced !== undefined) announcements.push(announced);
    reasonCodes.push(subscription.qos);
    const { retainHandling } = request.options;
    if (subscription.group === undefined && (retainHandling === 0 || (retainHandling === 1 && isNew))) {
      replays.push(subscription);
    }
    made.push(subscription);
  }
  const finish = (): void => {
    connection.promise({ type: 'suback', packetId: packet.packetId, reasonCodes, properties: undefined }, since);
    for (const subscription of replays) session.replayRetained(subscription);
    // Whoever listens may end the client, so nothing is left to do by now.
    for (const { fullFilter: filter, qos } of made) {
      context.events.emit('subscribed', { client: connection.identity, filter, qos });
    }
  };
  if (announcements.length === 0) finish();
  else connection.settle(Promise.all(announcements), finish, () => connection.end(storeFailed(connection)));
}

function isFull(connection: Connection, fullFilter: string): boolean {
  const { counters, options } = connection.context;
  const { subscriptions, subscriptionBytes } = connection.session!;
  if (subscriptions.has(fullFilter)) return false;
  if (subscriptions.size >= options.subscriptionsPerClientMax) {
    counters.limit('subscriptions_per_client');
    return true;
  }
  if (subscriptionBytes + fullFilter.length <= options.subscriptionBytesPerClientMax) return false;
  counters.limit('subscription_bytes_per_client');
  return true;
}

/** Adds a subscription or replaces the options of the identical one, without a gap in between [MQTT-3.8.4-3]. */
function put(
  connection: Connection,
  request: Request,
  identifier: number,
): { subscription: Subscription; isNew: boolean; announced: Promise<void> | undefined } {
  const session = connection.session!;
  const { router, options: limits, counters } = connection.context;
  const { options, fullFilter, parsed } = request;
  const qos = Math.min(options.qos, limits.maximumQos, connection.rules.maximumQos) as 0 | 1 | 2;
  const existing = session.subscriptions.get(fullFilter);
  if (existing !== undefined) {
    existing.qos = qos;
    existing.noLocal = options.noLocal;
    existing.retainAsPublished = options.retainAsPublished;
    existing.retainHandling = options.retainHandling;
    existing.identifier = identifier;
    router.changed(existing);
    session.journal?.subscribed(existing);
    return { subscription: existing, isNew: false, announced: undefined };
  }
  const { subscription, announced } = addSubscription(
    router,
    session,
    fullFilter,
    parsed,
    { ...options, qos },
    identifier,
  );
  session.journal?.subscribed(subscription);
  counters.subscriptionsMade++;
  return { subscription, isNew: true, announced };
}
