/**
 * Finds the receivers of a message and hands it to each. What the subscription index answers for a topic is turned
 * into a plan once, one entry for each receiver with overlapping subscriptions already merged, and used again until
 * the subscriptions change.
 */

import type { Message } from '../../packet/message.ts';
import type { Qos } from '../../packet/types.ts';
import type { Random } from '../../ports/clock.ts';
import type { Cluster } from '../../ports/cluster.ts';
import { type Match, TopicIndex } from '../../topic/index.ts';
import type { Counters } from '../counters.ts';
import type { BrokerOptions } from '../options.ts';
import type { Session } from '../session/session.ts';
import { type LocalSubscription, SharedGroup, type Subscriber, type Subscription } from '../session/subscription.ts';
import type { RetainedMessages } from './retained.ts';
import { addMember, chooseMember, removeMember } from './shared.ts';

/** How one session receives messages on a topic. */
interface Target {
  readonly session: Session;
  qos: Qos;
  identifiers: number[] | undefined;
  retainAsPublished: boolean;
  /** One of the subscriptions does not want the client's own messages [MQTT-3.8.3-3]. */
  noLocal: boolean;
  readonly subscriptions: Subscription[];
}

class Plan {
  readonly targets: Target[] = [];
  readonly groups: SharedGroup[] = [];
  readonly locals: LocalSubscription[] = [];
}

/** The answer of the index for the topic a client used last; most clients publish to few topics. */
export interface RouteMemory {
  topic: string;
  match: Match<Subscriber> | undefined;
}

export interface RouterContext {
  readonly options: BrokerOptions;
  readonly counters: Counters;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly retained: RetainedMessages;
}

export class Router {
  readonly #index = new TopicIndex<Subscriber>();
  /** By share name and filter, separated by U+0000, which neither can contain. */
  readonly #groups = new Map<string, SharedGroup>();
  /** Subscriptions of each matched filter; the cluster is told of the first and the last. */
  readonly #interest = new Map<string, number>();
  readonly #context: RouterContext;

  constructor(context: RouterContext) {
    this.#context = context;
  }

  /** Adds a subscription. A promise means that other nodes must hear of it before it holds. */
  add(subscription: Subscription | LocalSubscription): void | Promise<void> {
    const group = subscription.kind === 'session' ? subscription.group : undefined;
    if (group === undefined) {
      this.#index.add(subscription.filter, subscription);
    } else {
      if (group.members.length === 0) this.#index.add(group.filter, group);
      addMember(group, subscription as Subscription);
    }
    const count = this.#interest.get(subscription.filter) ?? 0;
    this.#interest.set(subscription.filter, count + 1);
    return count === 0 ? this.#context.cluster.interested(subscription.filter) : undefined;
  }

  remove(subscription: Subscription | LocalSubscription): void {
    const group = subscription.kind === 'session' ? subscription.group : undefined;
    if (group === undefined) {
      this.#index.delete(subscription.filter, subscription);
    } else {
      removeMember(group, subscription as Subscription);
      if (group.members.length === 0) {
        this.#index.delete(group.filter, group);
        this.#groups.delete(`${group.name}\0${group.filter}`);
      }
    }
    const count = (this.#interest.get(subscription.filter) ?? 1) - 1;
    if (count > 0) {
      this.#interest.set(subscription.filter, count);
    } else {
      this.#interest.delete(subscription.filter);
      this.#context.cluster.uninterested(subscription.filter);
    }
  }

  /** The options of a subscription changed in place, so plans made with the old ones are void. */
  changed(subscription: Subscription): void {
    if (subscription.group !== undefined) return;
    this.#index.delete(subscription.filter, subscription);
    this.#index.add(subscription.filter, subscription);
  }

  /** The group of a share name and filter, made when it does not exist. */
  group(name: string, filter: string): SharedGroup {
    const key = `${name}\0${filter}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new SharedGroup(name, filter);
      this.#groups.set(key, group);
    }
    return group;
  }

  findGroup(name: string, filter: string): SharedGroup | undefined {
    return this.#groups.get(`${name}\0${filter}`);
  }

  /**
   * Hands a message to everybody who wants it. The caller has checked permission, and keeps `memory` for its next
   * message.
   * @returns the number of receivers
   */
  route(message: Message, memory?: RouteMemory): number {
    this.#context.cluster.forward(message);
    return this.routeLocally(message, memory);
  }

  /** As `route`, for a message that came from another node and is never forwarded again. */
  routeLocally(message: Message, memory?: RouteMemory): number {
    const match = this.#match(message.topic, memory);
    match.plan ??= this.#plan(match.values);
    const plan = match.plan as Plan;
    const { targets, groups, locals } = plan;
    let receivers = targets.length + groups.length + locals.length;
    for (let i = 0; i < targets.length; i++) {
      const target = targets[i]!;
      if (target.noLocal && target.session.clientId === message.publisher) {
        if (!this.#deliverToPublisher(message, target)) receivers--;
        continue;
      }
      const { qos } = message;
      target.session.outbox.deliver(
        message,
        Math.min(target.qos, qos) as Qos,
        target.retainAsPublished && message.retain,
        target.identifiers,
        undefined,
      );
    }
    for (let i = 0; i < groups.length; i++) {
      if (!this.deliverToGroup(message, groups[i]!)) receivers--;
    }
    for (let i = 0; i < locals.length; i++) locals[i]!.receive(message);
    return receivers;
  }

  #match(topic: string, memory: RouteMemory | undefined): Match<Subscriber> {
    if (memory === undefined) return this.#index.match(topic);
    const { match } = memory;
    if (match?.current && memory.topic === topic) return match;
    const found = this.#index.match(topic);
    memory.topic = topic;
    memory.match = found;
    return found;
  }

  /** Gives a message to one member of a group. False when nobody could take it. */
  deliverToGroup(message: Message, group: SharedGroup, except?: Subscription): boolean {
    const { options, random } = this.#context;
    const member = chooseMember(group, options.sharedStrategy, message, random, except);
    if (member === undefined) return false;
    const qos = Math.min(message.qos, member.qos) as Qos;
    member.session.outbox.deliver(
      message,
      qos,
      member.retainAsPublished && message.retain,
      member.identifier === 0 ? undefined : [member.identifier],
      group,
    );
    return true;
  }

  /** The publisher also subscribes, and some of its subscriptions exclude its own messages. */
  #deliverToPublisher(message: Message, target: Target): boolean {
    const wanting = target.subscriptions.filter((subscription) => !subscription.noLocal);
    if (wanting.length === 0) return false;
    const merged = newTarget(wanting[0]!);
    for (let i = 1; i < wanting.length; i++) mergeInto(merged, wanting[i]!);
    const qos = Math.min(message.qos, merged.qos) as Qos;
    merged.session.outbox.deliver(
      message,
      qos,
      merged.retainAsPublished && message.retain,
      merged.identifiers,
      undefined,
    );
    return true;
  }

  #plan(values: readonly Subscriber[]): Plan {
    const plan = new Plan();
    const merge = this.#context.options.overlappingSubscriptions === 'one_copy';
    const bySession = new Map<Session, Target>();
    for (const value of values) {
      if (value.kind === 'group') {
        plan.groups.push(value);
      } else if (value.kind === 'local') {
        plan.locals.push(value);
      } else {
        const existing = merge ? bySession.get(value.session) : undefined;
        if (existing === undefined) {
          const target = newTarget(value);
          bySession.set(value.session, target);
          plan.targets.push(target);
        } else {
          mergeInto(existing, value);
        }
      }
    }
    return plan;
  }

  get filters(): number {
    return this.#index.filters;
  }

  /** Session and shared subscriptions. */
  get subscriptions(): number {
    let count = 0;
    for (const n of this.#interest.values()) count += n;
    return count;
  }
}

function newTarget(subscription: Subscription): Target {
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
function mergeInto(target: Target, subscription: Subscription): void {
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
