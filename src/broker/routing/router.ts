/**
 * Finds the receivers of a message and hands it to each. What the subscription index answers for a topic is turned
 * into a plan once, one entry for each receiver with overlapping subscriptions already merged, and used again until
 * the subscriptions change.
 */

import type { Message } from '../../packet/message.ts';
import type { Qos } from '../../packet/types.ts';
import type { Access } from '../../ports/access.ts';
import type { Random } from '../../ports/clock.ts';
import type { Cluster } from '../../ports/cluster.ts';
import { Match, TopicIndex } from '../../topic/index.ts';
import type { Counters } from '../counters.ts';
import type { Journal } from '../journal/journal.ts';
import type { BrokerOptions } from '../options.ts';
import type { Session } from '../session/session.ts';
import { type LocalSubscription, SharedGroup, type Subscriber, type Subscription } from '../session/subscription.ts';
import type { Echoes } from './echoes.ts';
import { Gathering } from './gathering.ts';
import { deliverTo, mergeInto, newTarget, Plan, qosOf, type Target } from './plan.ts';
import type { RetainedMessages } from './retained.ts';
import { addMember, chooseMember, removeMember } from './shared.ts';

/** To so many receivers at least, messages of one read are gathered: with 16 it saves a quarter, with 8 nothing. */
const GATHERED_TARGETS_MIN = 16;

/** The answer of the index for the topic a client used last; most clients publish to few topics. */
export interface RouteMemory {
  topic: string;
  match: Match<Subscriber> | undefined;
  /** Its owner calls `deliverGathered` when a read is over, so that messages to many may wait for the next of it. */
  readonly gathers: boolean;
}

export interface RouterContext {
  readonly options: BrokerOptions;
  readonly counters: Counters;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly retained: RetainedMessages;
  readonly echoes: Echoes;
  readonly access: Pick<Access, 'checksDelivery'>;
  readonly journal: Pick<Journal, 'latest'> | undefined;
}

export class Router {
  readonly #index = new TopicIndex<Subscriber>();
  /** By share name and filter, separated by U+0000, which neither can contain. */
  readonly #groups = new Map<string, SharedGroup>();
  /** Subscriptions of each matched filter; the cluster is told of the first and the last. */
  readonly #interest = new Map<string, number>();
  #subscriptions = 0;
  #sharedSubscriptions = 0;
  readonly #gathering = new Gathering();
  readonly #context: RouterContext;

  constructor(context: RouterContext) {
    this.#context = context;
  }

  /** Adds a subscription. A promise means that other nodes must hear of it before it holds. */
  add(subscription: Subscription | LocalSubscription): void | Promise<void> {
    const group = subscription.kind === 'session' ? subscription.group : undefined;
    this.#subscriptions++;
    if (group !== undefined) this.#sharedSubscriptions++;
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
    // Its session may be about to end, and must not be handed anything afterwards.
    this.#gathering.deliver();
    const group = subscription.kind === 'session' ? subscription.group : undefined;
    this.#subscriptions--;
    if (group !== undefined) this.#sharedSubscriptions--;
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
    const { echoes } = this.#context;
    if (plan.gathers && message.qos === 0 && memory?.gathers === true && !echoes.hasPairs) {
      this.#gathering.add(message, plan);
    } else {
      this.#gathering.deliver();
      receivers -= this.#deliverToTargets(message, targets);
    }
    for (let i = 0; i < groups.length; i++) {
      if (!this.#deliverToGroup(message, groups[i]!)) receivers--;
    }
    for (let i = 0; i < locals.length; i++) locals[i]!.receive(message);
    return receivers;
  }

  /** Delivers what waited for more of the same read. */
  deliverGathered(): void {
    this.#gathering.deliver();
  }

  /** @returns how many of them must not have it because it is their own */
  #deliverToTargets(message: Message, targets: readonly Target[]): number {
    const { echoes } = this.#context;
    const { hasPairs } = echoes;
    let heldBack = 0;
    for (let i = 0; i < targets.length; i++) {
      const target = targets[i]!;
      const { noLocal } = target;
      if ((noLocal || hasPairs) && echoes.isOwn(target.session.clientId, message.publisher, noLocal)) {
        if (!this.#deliverToPublisher(message, target)) heldBack++;
      } else deliverTo(target, message);
    }
    return heldBack;
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

  /**
   * Gives a message that a member of a group cannot have any more to another, but not before it is struck out of the
   * first one's queue on disk: a crash would bring it back there. False when nobody could take it, or when the store
   * refused it at QoS 2: another would have it twice.
   */
  handOver(message: Message, group: SharedGroup, except?: Subscription): boolean {
    if (message.promisedIn < 0) return false;
    return this.#deliverToGroup(message, group, except, this.#context.journal?.latest ?? 0);
  }

  #deliverToGroup(message: Message, group: SharedGroup, except?: Subscription, leavesAfter: number = 0): boolean {
    const member = this.#choose(message, group, except);
    if (member === undefined) return false;
    member.session.outbox.deliver(
      message,
      qosOf(message, member),
      member.retainAsPublished && message.retain,
      member.identifier === 0 ? undefined : [member.identifier],
      group,
      leavesAfter,
    );
    return true;
  }

  /** A member that may have the message; where nobody may, one that has it denied when it is delivered. */
  #choose(message: Message, group: SharedGroup, except: Subscription | undefined): Subscription | undefined {
    const { options, random, access } = this.#context;
    const out = except === undefined ? undefined : new Set([except]);
    const first = chooseMember(group, options.sharedStrategy, message, random, out);
    if (first === undefined || !access.checksDelivery || mayHave(first, message)) return first;
    const denied = new Set(out);
    for (const member of group.members) if (!mayHave(member, message)) denied.add(member);
    return chooseMember(group, options.sharedStrategy, message, random, denied) ?? first;
  }

  /** The publisher also subscribes, and some of its subscriptions exclude its own messages. */
  #deliverToPublisher(message: Message, target: Target): boolean {
    const keepsAll = this.#context.echoes.isOwn(target.session.clientId, message.publisher, false);
    const wanting = keepsAll ? [] : target.subscriptions.filter((subscription) => !subscription.noLocal);
    if (wanting.length === 0) {
      this.#context.counters.echoesHeldBack++;
      return false;
    }
    const merged = newTarget(wanting[0]!);
    for (let i = 1; i < wanting.length; i++) mergeInto(merged, wanting[i]!);
    deliverTo(merged, message);
    return true;
  }

  #plan(values: readonly Subscriber[]): Plan {
    const plan = new Plan();
    const { overlappingSubscriptions: overlapping } = this.#context.options;
    const merges = ({ version }: Session): boolean =>
      overlapping === 'one_copy' || (overlapping === 'copy_each_mqtt5' && version < 5);
    const bySession = new Map<Session, Target>();
    for (const value of values) {
      if (value.kind === 'group') {
        plan.groups.push(value);
      } else if (value.kind === 'local') {
        plan.locals.push(value);
      } else {
        const existing = merges(value.session) ? bySession.get(value.session) : undefined;
        if (existing === undefined) {
          const target = newTarget(value);
          bySession.set(value.session, target);
          plan.targets.push(target);
        } else {
          mergeInto(existing, value);
        }
      }
    }
    // What they make the journal record decides whether a QoS 2 message has to wait for the others too.
    plan.targets.sort((a, b) => Number(b.session.journal !== undefined) - Number(a.session.journal !== undefined));
    const { targets, groups } = plan;
    plan.gathers =
      targets.length >= GATHERED_TARGETS_MIN && groups.length === 0 && !targets.some(({ noLocal }) => noLocal);
    return plan;
  }

  get filters(): number {
    return this.#index.filters;
  }

  /** Whether anybody wants anything of what begins with $, such as what the broker says of itself. */
  get hasDollarFilters(): boolean {
    return this.#index.hasDollarFilters;
  }

  /** Session and shared subscriptions, and those of the program. */
  get subscriptions(): number {
    return this.#subscriptions;
  }

  get sharedSubscriptions(): number {
    return this.#sharedSubscriptions;
  }

  /** Every filter that is subscribed to, with the number of its subscriptions. May go on while they come and go. */
  get interest(): IterableIterator<[filter: string, subscriptions: number]> {
    return this.#interest.entries();
  }

  /** The subscriptions of a filter. */
  interestIn(filter: string): number {
    return this.#interest.get(filter) ?? 0;
  }

  /**
   * Whether somebody wants messages of a topic that is asked about once: what to hand to `route` at once, or undefined.
   * Nothing of it is kept, so a million topics of one use push out nobody else's.
   */
  wanted(topic: string): RouteMemory | undefined {
    const values = this.#index.find(topic);
    return values.length === 0 ? undefined : { topic, match: new Match(topic, values, true), gathers: false };
  }
}

/** A member that is away is asked about when it comes back. */
function mayHave(member: Subscription, message: Message): boolean {
  const qos = Math.min(message.qos, member.qos) as Qos;
  const retain = member.retainAsPublished && message.retain;
  return member.session.connection?.permits(message, qos, retain) ?? true;
}
