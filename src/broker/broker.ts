/**
 * The broker: what the parts share, put together, and the few things that whoever runs it can do. It takes links and
 * packets; sockets, disks and clocks are other people's.
 */

import { Message } from '../packet/message.ts';
import type { Properties, Qos } from '../packet/types.ts';
import type { Access, ClientIdentity } from '../ports/access.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Link, LinkOwner } from '../ports/link.ts';
import type { Log } from '../ports/log.ts';
import type { ListenerRules } from '../ports/rules.ts';
import type { Store } from '../ports/store.ts';
import { isPromiseLike } from '../std/promise-like.ts';
import { quote } from '../std/shorten.ts';
import { topicFilterProblem, topicNameProblem } from '../topic/name.ts';
import { BanList } from './admission/ban-list.ts';
import { Bans } from './admission/bans.ts';
import { Flapping } from './admission/flapping.ts';
import { Connection } from './connection/connection.ts';
import { checkTopic } from './connection/topic-limits.ts';
import type { BrokerContext } from './context.ts';
import { Counters, type DropReason } from './counters.ts';
import { type EventListener, type EventName, Events } from './events.ts';
import { Hooks, type PublishFilter } from './hooks.ts';
import { type BrokerFacts, Inspect } from './inspect/inspect.ts';
import { InvalidRequest } from './invalid-request.ts';
import { Journal } from './journal/journal.ts';
import { recover } from './journal/recovery.ts';
import { type BrokerOptions, defaultBrokerOptions } from './options.ts';
import { mustBeAllowed } from './permission/must-be-allowed.ts';
import { SubscriptionReviews } from './permission/reviews.ts';
import { Presence } from './presence/presence.ts';
import { acceptMessage } from './routing/accept-message.ts';
import { Echoes } from './routing/echoes.ts';
import { filterMessage } from './routing/filter-message.ts';
import { RetainedMessages } from './routing/retained.ts';
import { Router } from './routing/router.ts';
import type { Session } from './session/session.ts';
import { Sessions } from './session/sessions.ts';
import { LocalSubscription, type SharedGroup, type Subscription } from './session/subscription.ts';
import type { QueuedTotal } from './session/waiting-queue.ts';
import { Switches } from './switches.ts';
import { SystemMessages } from './sys/system-messages.ts';
import { Timers } from './timers.ts';

export type { Ban, BanKind } from './admission/ban.ts';
export type { BrokerEvents, EventListener, EventName } from './events.ts';
export type {
  Hooks,
  PublishFilter,
  SubscriptionWish,
} from './hooks.ts';
export * from './inspect/index.ts';
export { InvalidRequest } from './invalid-request.ts';
export { recordedPeer } from './journal/recorded-peer.ts';
export { presenceReason } from './presence/presence-message.ts';
export type { Switches } from './switches.ts';

/** What the broker needs from outside. */
export interface BrokerDependencies {
  readonly access: Access;
  readonly clock: Clock;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly store: Store;
  readonly log: Log;
  readonly publishFilter?: PublishFilter | undefined;
  /** Unless given, the version is unknown and nothing is told of memory. */
  readonly facts?: BrokerFacts | undefined;
}

export interface PublishRequest {
  topic: string;
  /** Text is sent as UTF-8. */
  payload: string | Uint8Array;
  /** 0 unless given. */
  qos?: Qos;
  retain?: boolean;
  properties?: Properties;
  /** On whose behalf it is published: only what this client may publish. The program itself may publish everything. */
  client?: ClientIdentity;
}

const UNKNOWN_FACTS: BrokerFacts = { version: 'unknown' };

/** How often a stop looks whether everybody is gone. */
const CLOSE_LOOK_MS = 5;

/** How often some of the retained messages are looked at for having expired. */
const RETAINED_SWEEP_MS = 1_000;

/** How often bans that have ended are forgotten; nobody is kept out by them meanwhile. */
const BANS_SWEEP_MS = 60_000;

/** The shared context, filled in by the constructor: its parts need each other. */
class Context implements BrokerContext {
  readonly options: BrokerOptions;
  readonly counters: Counters = new Counters();
  readonly queued: QueuedTotal = { bytes: 0 };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly access: Access;
  readonly cluster: Cluster;
  readonly journal: Journal | undefined;
  readonly events: Events;
  readonly retained: RetainedMessages;
  readonly echoes: Echoes;
  readonly router: Router;
  readonly sessions: Sessions;
  readonly timers: Timers;
  readonly reviews: SubscriptionReviews;
  readonly bans: Bans;
  readonly flapping: Flapping;
  readonly hooks: Hooks;
  readonly open: Set<Connection> = new Set<Connection>();

  constructor(options: BrokerOptions, dependencies: BrokerDependencies) {
    const { clock, random, log, access, cluster, store, publishFilter } = dependencies;
    this.options = options;
    this.clock = clock;
    this.random = random;
    this.log = log;
    this.access = access;
    this.cluster = cluster;
    this.hooks = new Hooks(publishFilter);
    this.events = new Events((name, error) => {
      log.error('An event listener failed', {
        event: name,
        error: error instanceof Error ? error.stack : String(error),
      });
    });
    this.journal = store.durable ? new Journal(store, clock, this.counters, log) : undefined;
    this.echoes = new Echoes(() => random.hex(6));
    this.retained = new RetainedMessages(this);
    this.router = new Router(this);
    this.sessions = new Sessions(this);
    this.timers = new Timers(clock);
    this.reviews = new SubscriptionReviews(this);
    this.bans = new Bans(this);
    this.flapping = new Flapping(this);
  }

  now(): number {
    return this.clock.now();
  }

  messageDropped(message: Message, clientId: string, reason: DropReason): void {
    this.counters.drop(reason);
    if (this.events.wants('dropped')) this.events.emit('dropped', { message, clientId, reason });
  }

  findGroup(name: string, filter: string): SharedGroup | undefined {
    return this.router.findGroup(name, filter);
  }

  handOver(message: Message, group: SharedGroup, except: Subscription | undefined): boolean {
    return this.router.handOver(message, group, except);
  }

  sessionDue(session: Session): void {
    this.sessions.due(session);
  }
}

export class Broker {
  /** Who must not come in. */
  readonly bans: BanList;
  /** What there is to be seen, and what an operator can do to it. */
  readonly inspect: Inspect;
  readonly switches: Switches;
  readonly #context: Context;
  /** End what the broker does now and then, and what it listens to. */
  readonly #stops: readonly (() => void)[];
  readonly #store: Store;
  #closed = false;

  /** Use `Broker.open`, which also brings back what the store holds. */
  private constructor(context: Context, { store, facts }: BrokerDependencies, cutOff: readonly Session[]) {
    this.#context = context;
    this.#store = store;
    const system = new SystemMessages(context);
    context.retained.standing = system;
    this.inspect = new Inspect(context, system, facts ?? UNKNOWN_FACTS);
    const presence = new Presence(context, system);
    presence.begin(cutOff, store);
    this.switches = new Switches(presence, context.retained);
    this.bans = new BanList(context);
    this.#stops = [
      context.clock.every(RETAINED_SWEEP_MS, () => context.retained.sweep()),
      context.clock.every(BANS_SWEEP_MS, () => context.bans.sweep()),
      context.access.onChange(() => context.reviews.reviewAll()),
      () => context.reviews.close(),
      () => presence.close(),
      () => this.inspect.close(),
    ];
  }

  static async open(options: Partial<BrokerOptions>, dependencies: BrokerDependencies): Promise<Broker> {
    const context = new Context({ ...defaultBrokerOptions, ...options }, dependencies);
    const { journal } = context;
    const cutOff = journal === undefined ? [] : recover(context, journal, dependencies.store);
    return new Broker(context, dependencies, cutOff);
  }

  get options(): BrokerOptions {
    return this.#context.options;
  }

  get counters(): Counters {
    return this.#context.counters;
  }

  /** Where others may change or refuse what clients do. */
  get hooks(): Hooks {
    return this.#context.hooks;
  }

  /** What there is now. */
  get gauges(): {
    connections: number;
    sessions: number;
    subscriptions: number;
    retainedMessages: number;
    retainedBytes: number;
    /** Bytes of messages that wait in all sessions together. */
    queuedBytes: number;
  } {
    const { open, sessions, router, retained, queued } = this.#context;
    return {
      connections: open.size,
      sessions: sessions.size,
      subscriptions: router.subscriptions,
      retainedMessages: retained.count,
      retainedBytes: retained.bytes,
      queuedBytes: queued.bytes,
    };
  }

  /**
   * Takes a new link. Whoever made it tells the answer what comes in.
   * @param options what holds for this client, one object for all of a listener; unless given, the broker's
   */
  accept(link: Link, rules: ListenerRules, options: BrokerOptions = this.#context.options): LinkOwner {
    this.inspect.linkOpened(link);
    const connection = new Connection(link, rules, this.#context, options);
    this.#context.counters.connectionsOpened++;
    this.#context.open.add(connection);
    if (this.#closed) {
      connection.end({ name: 'server_shutting_down', reasonCode: 0, message: 'The broker stops', silent: true });
    }
    return connection;
  }

  on<N extends EventName>(name: N, listener: EventListener<N>): () => void {
    return this.#context.events.on(name, listener);
  }

  /**
   * Publishes a message of the program itself, which needs no permission, or on behalf of a client.
   * @returns the number of receivers, once the message is durable where somebody durable wants it
   * @throws InvalidRequest for a topic that cannot be published to, by nobody or not by that client
   */
  async publish(request: PublishRequest): Promise<number> {
    const { topic, payload, qos = 0, retain = false, properties, client } = request;
    const problem = topicNameProblem(topic);
    if (problem !== undefined) throw new InvalidRequest(`Cannot publish: the topic name ${quote(topic)} ${problem}`);
    checkTopic(this.#context.options, this.#context.counters, topic, 0x90);
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload);
    let message = Message.of(topic, bytes, qos, retain, properties);
    const { messageExpiryInterval } = properties ?? {};
    if (messageExpiryInterval !== undefined) message.expiresAtMs = this.#context.now() + messageExpiryInterval * 1000;
    if (client !== undefined) {
      message.publisher = client.clientId;
      await mustBeAllowed(this.#context, client, message);
    }
    const { hooks, journal } = this.#context;
    if (hooks.publish !== undefined) {
      const answer = await filterMessage(this.#context, message, client);
      if (typeof answer === 'number') return 0;
      message = answer;
    }
    const since = journal?.operations ?? 0;
    const publisher = client?.superuser === true ? undefined : client;
    const receivers = acceptMessage(this.#context, message, client, true, publisher, topic);
    if (receivers < 0) throw new InvalidRequest(`Cannot retain a message on ${quote(topic)}: a limit is reached`);
    if (journal !== undefined && journal.operations !== since) {
      await new Promise<void>((resolve, reject) =>
        journal.onCommitted(resolve, () => reject(new InvalidRequest('The store refuses writes'))),
      );
    }
    return receivers;
  }

  /**
   * Receives messages in process, without a session: `receive` is called as each message is routed. Retained
   * messages come first. Returns the function that ends it.
   * @throws InvalidRequest for a filter that is none
   */
  subscribe(filter: string, receive: (message: Message) => void): () => void {
    const problem = topicFilterProblem(filter);
    if (problem !== undefined)
      throw new InvalidRequest(`Cannot subscribe: the topic filter ${quote(filter)} ${problem}`);
    const { router, retained, log } = this.#context;
    const failed = (error: unknown): void => {
      const cause = error instanceof Error ? error.stack : String(error);
      log.error('A subscriber in process failed', { filter, error: cause });
    };
    const guarded = (message: Message): void => {
      try {
        const answer: unknown = receive(message);
        if (isPromiseLike(answer)) answer.then(undefined, failed);
      } catch (error) {
        failed(error);
      }
    };
    const subscription = new LocalSubscription(filter, guarded);
    void router.add(subscription);
    for (const message of retained.matching(filter)) guarded(message);
    return () => router.remove(subscription);
  }

  /** Which clients' messages are kept from which others besides their own; see `Echoes`. */
  get echoes(): Echoes {
    return this.#context.echoes;
  }

  /** Resolves when everything that was promised so far is durable, where anything can be. */
  async save(): Promise<void> {
    await this.#context.journal?.flush();
  }

  /** Ends a client's connection, and its session too when `endSession` is set. False: there is no such session. */
  disconnectClient(clientId: string, endSession: boolean = false): boolean {
    const { sessions } = this.#context;
    const session = sessions.get(clientId);
    if (session === undefined) return false;
    for (const connection of this.#context.open) {
      if (connection.session !== session) continue;
      connection.end({
        name: 'kicked',
        reasonCode: 0x98,
        message: `${connection.label} was disconnected by an operator`,
      });
    }
    if (endSession) sessions.end(session, 'kicked');
    return true;
  }

  /**
   * Ends everything: clients are told (0x8B), wills are published, the store is committed and closed. Resolves when
   * no link is open any more, or after `drainMs`, when those that are left are cut off.
   */
  async close(drainMs: number = 1000): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { sessions, journal, timers, cluster, clock, open } = this.#context;
    const wills = sessions.publishWillsAtStop();
    for (const connection of [...open]) {
      connection.end({
        name: 'server_shutting_down',
        reasonCode: 0x8b,
        message: `${connection.label} is disconnected because the broker stops`,
      });
    }
    await this.#allClosed(drainMs, clock);
    await atMost(drainMs, wills, clock);
    timers.close();
    for (const stop of this.#stops) stop();
    await journal?.flush();
    await this.#store.close();
    await cluster.close();
  }

  async #allClosed(drainMs: number, clock: Clock): Promise<void> {
    const { open } = this.#context;
    for (let waitedMs = 0; open.size > 0 && waitedMs < drainMs; waitedMs += CLOSE_LOOK_MS) {
      await new Promise<void>((resolve) => clock.after(CLOSE_LOOK_MS, resolve));
    }
    for (const connection of open) connection.link.destroy();
  }
}

/** Waits for `task`, but no longer than `ms`. */
function atMost(ms: number, task: Promise<void>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.after(ms, resolve);
    void task.then(() => {
      stop();
      resolve();
    });
  });
}
