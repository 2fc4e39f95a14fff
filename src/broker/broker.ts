/**
 * The broker: what the parts share, put together, and the few things that whoever runs it can do. It takes links and
 * packets; sockets, disks and clocks are other people's.
 */

import { Message } from '../packet/message.ts';
import type { Properties, Qos } from '../packet/types.ts';
import type { Access } from '../ports/access.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Link, LinkOwner } from '../ports/link.ts';
import type { Log } from '../ports/log.ts';
import type { ListenerRules } from '../ports/rules.ts';
import type { Store } from '../ports/store.ts';
import { isPromiseLike } from '../std/promise-like.ts';
import { quote } from '../std/shorten.ts';
import { topicFilterProblem, topicNameProblem } from '../topic/name.ts';
import { Connection } from './connection/connection.ts';
import { checkTopic } from './connection/topic-limits.ts';
import type { BrokerContext, PublishFilter } from './context.ts';
import { Counters, type DropReason } from './counters.ts';
import { type EventListener, type EventName, Events } from './events.ts';
import { InvalidRequest } from './invalid-request.ts';
import { Journal } from './journal/journal.ts';
import { recover } from './journal/recovery.ts';
import { type BrokerOptions, defaultBrokerOptions } from './options.ts';
import { acceptMessage } from './routing/accept-message.ts';
import { filterMessage } from './routing/filter-message.ts';
import { RetainedMessages } from './routing/retained.ts';
import { Router } from './routing/router.ts';
import type { Session } from './session/session.ts';
import { Sessions } from './session/sessions.ts';
import { LocalSubscription, type SharedGroup } from './session/subscription.ts';
import { Timers } from './timers.ts';

/** What the broker needs from outside. */
export interface BrokerDependencies {
  readonly access: Access;
  readonly clock: Clock;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly store: Store;
  readonly log: Log;
  readonly publishFilter?: PublishFilter | undefined;
}

export interface PublishRequest {
  topic: string;
  /** Text is sent as UTF-8. */
  payload: string | Uint8Array;
  /** 0 unless given. */
  qos?: Qos;
  retain?: boolean;
  properties?: Properties;
}

/** How often a stop looks whether everybody is gone. */
const CLOSE_LOOK_MS = 5;

/** How often some of the retained messages are looked at for having expired. */
const RETAINED_SWEEP_MS = 1_000;

/** The shared context, filled in by the constructor: its parts need each other. */
class Context implements BrokerContext {
  readonly options: BrokerOptions;
  readonly counters: Counters = new Counters();
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly access: Access;
  readonly cluster: Cluster;
  readonly journal: Journal | undefined;
  readonly events: Events;
  readonly retained: RetainedMessages;
  readonly router: Router;
  readonly sessions: Sessions;
  readonly timers: Timers;
  readonly publishFilter: PublishFilter | undefined;
  readonly open: Set<Connection> = new Set<Connection>();

  constructor(options: BrokerOptions, dependencies: BrokerDependencies) {
    const { clock, random, log, access, cluster, store, publishFilter } = dependencies;
    this.options = options;
    this.clock = clock;
    this.random = random;
    this.log = log;
    this.access = access;
    this.cluster = cluster;
    this.publishFilter = publishFilter;
    this.events = new Events((name, error) => {
      log.error('An event listener failed', {
        event: name,
        error: error instanceof Error ? error.stack : String(error),
      });
    });
    this.journal = store.durable ? new Journal(store, clock, this.counters, log) : undefined;
    this.retained = new RetainedMessages(this);
    this.router = new Router(this);
    this.sessions = new Sessions(this);
    this.timers = new Timers(clock);
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

  sessionDue(session: Session): void {
    this.sessions.due(session);
  }
}

export class Broker {
  readonly #context: Context;
  readonly #stopSweep: () => void;
  readonly #store: Store;
  #closed = false;

  /** Use `Broker.open`, which also brings back what the store holds. */
  private constructor(context: Context, store: Store) {
    this.#context = context;
    this.#store = store;
    this.#stopSweep = context.clock.every(RETAINED_SWEEP_MS, () => context.retained.sweep());
  }

  static async open(options: Partial<BrokerOptions>, dependencies: BrokerDependencies): Promise<Broker> {
    const context = new Context({ ...defaultBrokerOptions, ...options }, dependencies);
    if (context.journal !== undefined) recover(context, context.journal, dependencies.store);
    return new Broker(context, dependencies.store);
  }

  get options(): BrokerOptions {
    return this.#context.options;
  }

  get counters(): Counters {
    return this.#context.counters;
  }

  /** What there is now. */
  get gauges(): {
    connections: number;
    sessions: number;
    subscriptions: number;
    retainedMessages: number;
    retainedBytes: number;
  } {
    const { open, sessions, router, retained } = this.#context;
    return {
      connections: open.size,
      sessions: sessions.size,
      subscriptions: router.subscriptions,
      retainedMessages: retained.count,
      retainedBytes: retained.bytes,
    };
  }

  /** Takes a new link. Whoever made it tells the answer what comes in. */
  accept(link: Link, rules: ListenerRules): LinkOwner {
    const connection = new Connection(link, rules, this.#context);
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
   * Publishes a message of the program itself, which needs no permission.
   * @returns the number of receivers, once the message is durable where somebody durable wants it
   * @throws InvalidRequest for a topic that cannot be published to
   */
  async publish(request: PublishRequest): Promise<number> {
    const { topic, payload, qos = 0, retain = false, properties } = request;
    const problem = topicNameProblem(topic);
    if (problem !== undefined) throw new InvalidRequest(`Cannot publish: the topic name ${quote(topic)} ${problem}`);
    checkTopic(this.#context, topic, 0x90);
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload);
    let message = Message.of(topic, bytes, qos, retain, properties);
    const { messageExpiryInterval } = properties ?? {};
    if (messageExpiryInterval !== undefined) message.expiresAtMs = this.#context.now() + messageExpiryInterval * 1000;
    const { publishFilter, journal } = this.#context;
    if (publishFilter !== undefined) {
      const answer = await filterMessage(this.#context, message, undefined);
      if (typeof answer === 'number') return 0;
      message = answer;
    }
    const since = journal?.operations ?? 0;
    const receivers = acceptMessage(this.#context, message, undefined, true);
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
    sessions.publishWillsAtStop();
    for (const connection of [...open]) {
      connection.end({
        name: 'server_shutting_down',
        reasonCode: 0x8b,
        message: `${connection.label} is disconnected because the broker stops`,
      });
    }
    await this.#allClosed(drainMs, clock);
    timers.close();
    this.#stopSweep();
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
