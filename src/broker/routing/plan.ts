/** Who receives messages on a topic and how: what the router makes of the subscriptions that match it. */

import type { Message } from '../../packet/message.ts';
import type { Qos } from '../../packet/types.ts';
import type { Session } from '../session/session.ts';
import type { LocalSubscription, SharedGroup, Subscription } from '../session/subscription.ts';

/** How one session receives messages on a topic. */
export interface Target {
  readonly session: Session;
  qos: Qos;
  identifiers: number[] | undefined;
  retainAsPublished: boolean;
  /** One of the subscriptions does not want the client's own messages [MQTT-3.8.3-3]. */
  noLocal: boolean;
  readonly subscriptions: Subscription[];
}

/** One entry for each receiver, with overlapping subscriptions already merged. */
export class Plan {
  readonly targets: Target[] = [];
  readonly groups: SharedGroup[] = [];
  readonly locals: LocalSubscription[] = [];
  /** Whether messages for it are worth gathering, and everybody who is in it gets each of them; see `Gathering`. */
  gathers = false;
}

export function newTarget(subscription: Subscription): Target {
  return {
    session: subscription.session,
    qos: subscription.qos,
    identifiers: subscription.identifier === 0 ? undefined : [subscription.identifier],
    retainAsPublished: subscription.retainAsPublished,
    noLocal: subscription.noLocal,
    subscriptions: [subscription],
  };
}

/** One copy at the highest QoS, with every identifier [MQTT-3.3.4-2] [MQTT-3.3.4-4]. */
export function mergeInto(target: Target, subscription: Subscription): void {
  if (subscription.qos > target.qos) target.qos = subscription.qos;
  if (subscription.identifier !== 0) {
    // An identifier that several subscriptions share comes once for each of them (section 3.3.4).
    target.identifiers ??= [];
    target.identifiers.push(subscription.identifier);
  }
  target.retainAsPublished ||= subscription.retainAsPublished;
  target.noLocal ||= subscription.noLocal;
  target.subscriptions.push(subscription);
}

/** At which QoS a message goes out [MQTT-3.8.4-8], unless the operator wants it upgraded. */
export function qosOf({ qos }: Message, { qos: granted, session }: Pick<Target, 'qos' | 'session'>): Qos {
  return granted < qos || session.options.upgradeQos ? granted : qos;
}

/** Hands a message to one receiver of a plan. */
export function deliverTo(target: Target, message: Message): void {
  const { session, retainAsPublished, identifiers } = target;
  session.outbox.deliver(message, qosOf(message, target), retainAsPublished && message.retain, identifiers, undefined);
}
