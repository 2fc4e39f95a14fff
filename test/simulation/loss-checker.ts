/**
 * At the end, when every client has come back and taken what waited: whatever was acknowledged to its publisher has
 * reached everybody who held a subscription all the time [MQTT-4.3.2-4] [MQTT-4.3.3-8], unless the broker said why not.
 */

import { type ClientFacts, isMatch, type SentMessage, type SubscriptionFact } from './facts.ts';
import type { Ledger } from './ledger.ts';

export interface LossRules {
  /** Nothing may be dropped for lack of room. */
  readonly queuesAreShort: boolean;
  /** A will is acknowledged to nobody; where nothing can be lost by a crash, it has to arrive nevertheless. */
  readonly willsAreCertain: boolean;
  /** What its publisher is told to be refused may be dropped. */
  readonly storeMayFail: boolean;
  /** A message may expire before it was routed, because the answer for its permission comes late. */
  readonly expiresUnrouted: boolean;
}

/** Reasons for which a message that was acknowledged may yet not arrive. */
const LEGAL = ['queue_full', 'expired', 'too_large_for_client'];

/** The broker says that it dropped a message for a client: whether it may. */
export function noteDrop(ledger: Ledger, rules: LossRules, clientId: string, id: string, reason: string): void {
  ledger.note(`${id} dropped for ${clientId}: ${reason}`);
  const client = ledger.clients.get(clientId);
  const message = ledger.messages.get(id);
  if (client === undefined || message === undefined) return;
  if (LEGAL.includes(reason)) client.session.dropped.set(id, reason);
  if (['store_failed', 'offline_qos0', 'slow_client'].includes(reason)) client.session.missed.add(id);
  const isRight =
    (reason === 'store_failed' && rules.storeMayFail) ||
    (reason === 'queue_full' && rules.queuesAreShort) ||
    (reason === 'expired' && message.expirySeconds !== undefined) ||
    (reason === 'too_large_for_client' && client.packetBytesMin < Number.POSITIVE_INFINITY) ||
    (reason === 'not_authorized' && !message.isPermitted) ||
    reason === 'offline_qos0' ||
    reason === 'slow_client';
  if (!isRight) ledger.fail(`${id} was dropped for ${clientId} as ${reason}`, id, clientId);
}

export function checkNothingLost(ledger: Ledger, rules: LossRules): void {
  for (const message of ledger.messages.values()) {
    const isPromised = message.answer === 'accepted' || (message.isWill && rules.willsAreCertain);
    if (message.expirySeconds !== undefined && rules.expiresUnrouted) continue;
    if (!isPromised || !message.isPermitted || message.qos === 0 || message.routed.length === 0) continue;
    for (const client of ledger.clients.values()) checkClient(ledger, client, message);
    checkGroups(ledger, message);
  }
}

function checkClient(ledger: Ledger, client: ClientFacts, message: SentMessage): void {
  const { session, clientId } = client;
  const own = client.subscriptions.find(
    (fact) => fact.group === undefined && isMatch(fact.filter, message.topic) && isOwed(client, fact, message),
  );
  if (own === undefined || session.received.has(message.id)) return;
  if (LEGAL.includes(session.dropped.get(message.id) ?? '')) return;
  ledger.fail(
    `${message.id}, acknowledged at QoS ${message.qos}, never reached ${clientId}, which was subscribed to ${own.fullFilter}`,
    message.id,
    clientId,
  );
}

/** Whether the subscription was held whenever the message was routed, and at QoS 1 at least. */
function isOwed(client: ClientFacts, fact: SubscriptionFact, message: SentMessage): boolean {
  return message.routed.every((moment) => {
    if (fact.heldFrom > moment || fact.heldUntil < moment) return false;
    return client.subscriptions.every((other) => {
      const mayHold =
        other.fullFilter === fact.fullFilter && other.possibleFrom <= moment && other.possibleUntil >= moment;
      if (!mayHold) return true;
      return other.qos > 0 && !(other.noLocal && message.publisher === client.clientId);
    });
  });
}

/**
 * A group owes a message when one member held its subscription from then until now. A member whose session ended may
 * have taken a QoS 2 message with it, since such a message is never given to a second one [MQTT-4.8.2-5].
 */
function checkGroups(ledger: Ledger, message: SentMessage): void {
  const groups = new Set<string>();
  for (const { subscriptions } of ledger.clients.values()) {
    for (const { group, filter } of subscriptions)
      if (group !== undefined && isMatch(filter, message.topic)) groups.add(group);
  }
  const wasReceived = [...ledger.clients.values()].some(({ session }) => session.received.has(message.id));
  if (wasReceived) return;
  for (const group of groups) {
    const members = [...ledger.clients.values()].flatMap((client) =>
      client.subscriptions.filter((fact) => fact.group === group).map((fact) => ({ client, fact })),
    );
    const first = message.routed[0]!;
    const present = members.filter(({ fact }) => fact.possibleUntil >= first && fact.possibleFrom <= ledger.moment);
    const isCertain = present.every(
      ({ client, fact }) =>
        fact.qos > 0 && fact.possibleUntil === Number.POSITIVE_INFINITY && !client.session.dropped.has(message.id),
    );
    const holder = present.find(
      ({ client, fact }) => fact.heldUntil === Number.POSITIVE_INFINITY && isOwed(client, fact, message),
    );
    if (!isCertain || holder === undefined) continue;
    ledger.fail(
      `${message.id}, acknowledged at QoS ${message.qos}, reached no member of ${group}, which ` +
        `${holder.client.clientId} never left`,
      message.id,
      holder.client.clientId,
    );
  }
}
