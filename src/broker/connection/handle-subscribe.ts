/** SUBSCRIBE: each filter is checked, permitted, added; one SUBACK answers them all in order [MQTT-3.8.4-5]. */

import { ProtocolError } from '../../packet/error.ts';
import type { SubscribePacket, SubscriptionRequest } from '../../packet/types.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { quote } from '../../std/shorten.ts';
import { isWildcard } from '../../topic/name.ts';
import { type ParsedFilter, parseFilter } from '../../topic/share.ts';
import type { SubscriptionWish } from '../hooks.ts';
import { authorize } from '../permission/authorize.ts';
import { type Put, putSubscription } from '../routing/put-subscription.ts';
import type { Subscription } from '../session/subscription.ts';
import type { Connection } from './connection.ts';
import { filterSubscriptions } from './filter-wishes.ts';
import { mountFilter } from './mountpoint.ts';
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
  if (identifier !== 0 && !connection.options.subscriptionIdentifiersAvailable) {
    throw new ProtocolError(0xa1, '', 'SUBSCRIBE has a Subscription Identifier; they are switched off');
  }
  const requests = packet.subscriptions.map((options) => examine(connection, options));
  const verdicts = requests.map((request) =>
    request.refusal !== 0
      ? false
      : authorize(connection, 'subscribe', request.parsed.filter, request.options.qos, false),
  );
  const { revision } = context.access;
  const pending = verdicts.some((verdict) => typeof verdict !== 'boolean');
  connection.settle<boolean[]>(
    pending ? Promise.all(verdicts.map(denyOnFailure)) : (verdicts as boolean[]),
    (allowed) => {
      const finish = (final: readonly Request[]): void => {
        subscribe(connection, packet, final, allowed, identifier);
        // Rules that changed while others were asked may have been applied to the subscriptions of before alone.
        if (revision !== context.access.revision && connection.state === 'connected') {
          context.reviews.review(connection.session!);
        }
      };
      if (context.hooks.subscribe === undefined) finish(requests);
      else letHooksChange(connection, requests, allowed, finish);
    },
    // Whoever should have answered is overdue: nothing is allowed on a guess.
    () => subscribe(connection, packet, requests, new Array<boolean>(requests.length).fill(false), identifier),
  );
}

/** Shows the hooks what is permitted, and goes on with what they make of it. */
function letHooksChange(
  connection: Connection,
  requests: readonly Request[],
  allowed: readonly boolean[],
  finish: (requests: readonly Request[]) => void,
): void {
  const shown = requests.filter(({ refusal }, i) => refusal === 0 && allowed[i]);
  const answers = filterSubscriptions(
    connection,
    shown.map(({ options }) => options),
  );
  const go = (given: readonly (SubscriptionWish | number)[]): void => {
    const changed = new Map(shown.map((request, i) => [request, changedTo(connection, request, given[i]!)]));
    finish(requests.map((request) => changed.get(request) ?? request));
  };
  if (!isPromiseLike(answers)) go(answers);
  else connection.settle(answers, go, () => go(shown.map(() => 0x83)));
}

/** What a hook makes of a request; a filter that cannot be is refused as if the client had sent it. */
function changedTo(connection: Connection, request: Request, answer: SubscriptionWish | number): Request {
  if (typeof answer === 'number') return { ...request, refusal: answer };
  if (answer === request.options) return request;
  try {
    return examine(connection, { ...request.options, ...answer });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { ...request, refusal: error.reasonCode };
  }
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
  const { mountpoint } = connection;
  return {
    options: optionsOf(connection, options, parsed),
    fullFilter: mountFilter(mountpoint, options.filter),
    parsed: { ...parsed, filter: mountpoint + parsed.filter },
    refusal: refusalOf(connection, options.filter, parsed),
  };
}

function optionsOf(connection: Connection, options: SubscriptionRequest, parsed: ParsedFilter): SubscriptionRequest {
  if (connection.bridge) return asForBridge(options, parsed);
  if (connection.version === 5 || connection.options.echoBelowV5) return options;
  // No Local says nothing of a group, whose members are several [MQTT-3.8.3-4].
  return { ...options, noLocal: parsed.kind !== 'shared' };
}

/**
 * Below 5.0 a subscription has no options, so a bridge says with its CONNECT that it wants the two without which
 * messages run in a circle and retained ones arrive as if they were live.
 */
function asForBridge(options: SubscriptionRequest, parsed: ParsedFilter): SubscriptionRequest {
  return { ...options, noLocal: parsed.kind !== 'shared', retainAsPublished: true };
}

function refusalOf(connection: Connection, filter: string, parsed: ParsedFilter): number {
  const { context, options } = connection;
  if (topicLimitProblem(options, context.counters, filter) !== undefined) return 0x8f;
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
    if (refusal === 0 && !allowed[i]) {
      refusal = 0x87;
      context.counters.subscriptionsDenied++;
      // What it holds by an earlier answer has to be looked at as well.
      if (session.subscriptions.has(request.fullFilter)) context.reviews.review(session);
    }
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
  if (made.length < requests.length) context.counters.subscribesRefused++;
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
  const { context, options } = connection;
  const { subscriptions, subscriptionBytes } = connection.session!;
  if (subscriptions.has(fullFilter)) return false;
  if (subscriptions.size >= connection.subscriptionsMax) {
    context.counters.limit('subscriptions_per_client');
    return true;
  }
  if (subscriptionBytes + fullFilter.length <= options.subscriptionBytesPerClientMax) return false;
  context.counters.limit('subscription_bytes_per_client');
  return true;
}

function put(connection: Connection, { options, fullFilter, parsed }: Request, identifier: number): Put {
  const { maximumQos } = connection.context.options;
  const qos = Math.min(options.qos, maximumQos, connection.rules.maximumQos) as 0 | 1 | 2;
  return putSubscription(connection.context, connection.session!, fullFilter, parsed, { ...options, qos }, identifier);
}
