/**
 * Judges each message at the moment a client gets it: somebody subscribed, permission, exactly once at QoS 2, the
 * order of each publisher, one member of each group. Whatever it cannot know for certain it lets pass.
 */

import type { ClientFacts, Receipt, SentMessage, SubscriptionFact } from './facts.ts';
import type { Ledger } from './ledger.ts';

/** A delivery of a message that a group of subscribers shares. */
interface GroupDelivery {
  readonly clientId: string;
  readonly epoch: number;
  readonly qos: number;
  /** Whether the connection that got it has ended. */
  readonly isOver: () => boolean;
}

/** The connection that got a message, as far as it matters here. */
export interface Taker {
  readonly isOver: () => boolean;
}

export interface DeliveryRules {
  readonly copiesEach: boolean;
  readonly groupsAreApart: boolean;
}

export class DeliveryCheckers {
  readonly #ledger: Ledger;
  readonly #rules: DeliveryRules;
  readonly #groupDeliveries = new Map<string, GroupDelivery[]>();

  constructor(ledger: Ledger, rules: DeliveryRules) {
    this.#ledger = ledger;
    this.#rules = rules;
  }

  received(clientId: string, receipt: Receipt, taker: Taker): void {
    const ledger = this.#ledger;
    const now = ledger.note(`${clientId} got ${receipt.id} at QoS ${receipt.qos}${receipt.dup ? ' again' : ''}`);
    const client = ledger.client(clientId);
    const message = ledger.messages.get(receipt.id);
    if (message === undefined || message.routed.length === 0 || message.topic !== receipt.topic) {
      ledger.fail(`${clientId} got ${receipt.id} on ${receipt.topic}, which nobody published`, receipt.id);
      return;
    }
    const matching = this.#matching(client, message, now);
    if (!this.#checkRight(client, message, receipt, matching)) return;
    const counts = client.session.received.get(message.id) ?? [0, 0, 0];
    const isFirst = counts.every((count) => count === 0);
    counts[receipt.qos]++;
    client.session.received.set(message.id, counts);
    this.#checkCopies(client, message, receipt, matching, counts[receipt.qos]!);
    if (isFirst) this.#checkOrder(client, message, receipt);
    if (this.#rules.groupsAreApart && matching.some(({ group }) => group !== undefined)) {
      this.#checkGroup(client, message, receipt, taker.isOver);
    }
  }

  /** Subscriptions through which the message may have come. */
  #matching(client: ClientFacts, message: SentMessage, now: number): SubscriptionFact[] {
    const first = message.routed[0]!;
    const last = message.routed.at(-1)!;
    return client.possible(message.topic, first, now).filter((fact) => {
      if (fact.group !== undefined) return true;
      // Only retained messages and those handed over in a group reach who subscribes later.
      if (!message.retain && fact.possibleFrom > last) return false;
      return !(fact.noLocal && message.publisher === client.clientId);
    });
  }

  #checkRight(
    client: ClientFacts,
    message: SentMessage,
    receipt: Receipt,
    matching: readonly SubscriptionFact[],
  ): boolean {
    const { clientId } = client;
    const fail = (text: string): boolean => {
      this.#ledger.fail(`${clientId} got ${message.id} on ${message.topic} ${text}`, clientId, message.id);
      return false;
    };
    if (!message.isPermitted) return fail('although its publisher had no permission');
    if (matching.length === 0) return fail('without a subscription [MQTT-3.3.4-1]');
    const highest = Math.max(...matching.map(({ qos }) => qos));
    if (receipt.qos > Math.min(highest, message.qos)) {
      return fail(`at QoS ${receipt.qos}; published at ${message.qos}, subscribed at ${highest} [MQTT-3.8.4-8]`);
    }
    if (receipt.retain && !message.retain) return fail('with RETAIN, which its publisher did not set');
    for (const identifier of receipt.identifiers) {
      if (!matching.some((fact) => fact.identifier === identifier)) {
        return fail(`with Subscription Identifier ${identifier}, which no matching subscription has [MQTT-3.3.4-3]`);
      }
    }
    const { expiryInterval } = receipt;
    if (expiryInterval === undefined) return true;
    if (expiryInterval > (message.expirySeconds ?? -1)) return fail(`with ${expiryInterval} s left to live`);
    if (expiryInterval === 0 && !receipt.dup) return fail('for the first time after it had expired [MQTT-3.3.2-5]');
    return true;
  }

  /** Exactly once where that was promised [MQTT-4.3.3-8]; QoS 1 may repeat. */
  #checkCopies(
    client: ClientFacts,
    message: SentMessage,
    receipt: Receipt,
    matching: readonly SubscriptionFact[],
    count: number,
  ): void {
    if (receipt.qos === 1) return;
    const own = matching.filter(({ group }) => group === undefined);
    const filters = new Set(own.map(({ filter }) => filter)).size;
    const groups = new Set(matching.map(({ group }) => group)).size - (own.length > 0 ? 1 : 0);
    const live = groups + (this.#rules.copiesEach ? filters : Math.min(1, filters));
    // A replay may go on for long after the subscription was replaced, and finds what was published meanwhile.
    const replays = message.retain ? client.replays(message.topic) : 0;
    // A QoS 1 publisher repeats, and each repeat is routed; a QoS 2 publisher's repeats are not.
    const times = message.qos === 1 || receipt.qos === 0 ? message.routed.length : 1;
    if (count <= live * times + replays) return;
    this.#ledger.fail(
      `${client.clientId} got ${message.id} ${count} times at QoS ${receipt.qos}; at most ${live * times + replays} ` +
        'are right [MQTT-4.3.3-2]',
      client.clientId,
      message.id,
    );
  }

  /** First deliveries come in the order of publication, for each publisher, topic and QoS [MQTT-4.6.0-6]. */
  #checkOrder(client: ClientFacts, message: SentMessage, receipt: Receipt): void {
    if (message.retain || message.isWill) return;
    const { session, clientId } = client;
    const subscriptions = client.possible(message.topic, message.routed[0]!, this.#ledger.moment);
    if (subscriptions.some(({ group }) => group !== undefined)) return;
    const key = `${message.publisher} ${message.topic} ${message.qos} ${receipt.qos}`;
    const last = session.lastIndex.get(key) ?? -1;
    if (message.index > last) {
      session.lastIndex.set(key, message.index);
      return;
    }
    // A repeat may be the first delivery of a message that was routed before the subscription, or dropped then.
    // What was sent at QoS 0 then may have been lost on its way.
    const wasDueAtFirst = subscriptions.some(({ qos, heldFrom }) => qos > 0 && heldFrom < message.routed[0]!);
    const isAnew = message.routed.length > 1 && (!wasDueAtFirst || session.missed.has(message.id));
    if (isAnew || session.dropped.has(message.id)) return;
    this.#ledger.fail(
      `${clientId} got ${message.id} after ${message.publisher}#${last}, which was published later [MQTT-4.6.0-6]`,
      clientId,
      message.id,
      `${message.publisher}#${last}`,
    );
  }

  /** One member gets each message; another only what the first left unacknowledged at QoS 1 [MQTT-4.8.2-4]. */
  #checkGroup(client: ClientFacts, message: SentMessage, receipt: Receipt, isOver: () => boolean): void {
    const delivery = { clientId: client.clientId, epoch: client.session.epoch, qos: receipt.qos, isOver };
    const before = this.#groupDeliveries.get(message.id) ?? [];
    this.#groupDeliveries.set(message.id, [...before, delivery]);
    const isRepeated = message.routed.length > 1;
    if (isRepeated && message.qos !== 2) return;
    for (const other of before) {
      if (other.clientId === delivery.clientId && other.epoch === delivery.epoch) continue;
      // Below QoS 2 a copy leaves before the commit; if that fails, the publisher's repeat may go to another member.
      if (isRepeated && Math.min(other.qos, delivery.qos) < 2) continue;
      // What was on the wire when the broker ended a connection may be seen after what it gave to another member.
      if ([other, delivery].some((one) => one.qos === 1 && one.isOver())) continue;
      this.#ledger.fail(
        `${client.clientId} got ${message.id} at QoS ${delivery.qos} through a shared subscription ` +
          `after ${other.clientId} had got it at QoS ${other.qos} [MQTT-4.8.2-4]`,
        client.clientId,
        other.clientId,
        message.id,
      );
    }
  }
}
