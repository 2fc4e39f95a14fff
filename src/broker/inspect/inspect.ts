/**
 * What an operator can see of a running broker, and do to it: for the API, the dashboard, the commands and the program
 * around the broker. Whatever is asked is answered in bounded pieces, with turns for the clients in between.
 */

import type { Qos } from '../../packet/types.ts';
import type { BrokerContext } from '../context.ts';
import type { Session } from '../session/session.ts';
import { SysTopics } from '../sys/sys-topics.ts';
import type { SystemMessages } from '../sys/system-messages.ts';
import { Alarms } from './alarms.ts';
import { Census } from './census.ts';
import { Children, type ChildrenPage, type ChildrenRequest } from './children.ts';
import {
  type ClientDetail,
  type ClientQuery,
  type ClientSummary,
  connectionOf,
  detailOf,
  listClients,
} from './clients.ts';
import { endLogins, type LoginOwner } from './end-logins.ts';
import { Inventory } from './inventory.ts';
import { PageBuilder, type PageOf, type PageRequest } from './page.ts';
import { type QueuedView, queueOf } from './queue.ts';
import type { Readings } from './readings.ts';
import { RetainedBrowser } from './retained-browser.ts';
import { inSlices } from './slices.ts';
import {
  listSubscriptions,
  mustBePermitted,
  type SubscribeRequest,
  type SubscriptionQuery,
  type SubscriptionView,
  subscribeFor,
  unsubscribeFor,
  viewOf,
} from './subscriptions.ts';
import type { TappedPacket } from './tapped-packet.ts';
import { type TapRequest, Taps } from './taps.ts';
import { TopTopics } from './top-topics.ts';
import { type WaitingMessage, waitingOf } from './waiting.ts';

/** What the broker cannot know by itself. */
export interface BrokerFacts {
  /** `0.1.0`. */
  readonly version: string;
  /** Resident memory of the process. */
  readonly memoryBytes?: () => number;
}

/** A filter that somebody subscribes to. */
export interface Route {
  readonly filter: string;
  readonly subscriptions: number;
}

export interface RouteQuery extends PageRequest {
  /** Occurs in the filter; case does not matter. */
  readonly search?: string | undefined;
}

/** A connected client with messages that wait because it does not take them. */
export type SlowSubscriber = Pick<
  ClientSummary,
  'clientId' | 'username' | 'address' | 'queued' | 'queuedBytes' | 'inflight' | 'bytesWaiting' | 'dropped'
>;

const WAITING_MAX = 1_000;

export type { ClientDetail, ClientQuery, ClientSummary };

export class Inspect {
  readonly census: Census;
  readonly retained: RetainedBrowser;
  readonly topTopics: TopTopics;
  readonly alarms: Alarms;
  readonly facts: BrokerFacts;
  readonly #context: BrokerContext;
  readonly #system: SystemMessages;
  readonly #inventory: Inventory;
  readonly #taps: Taps;
  readonly #sysTopics: SysTopics;
  readonly #startedAtMs: number;
  readonly #begunMs: number;
  #retainedMax = 0;
  #memoryMax = 0;

  constructor(context: BrokerContext, system: SystemMessages, facts: BrokerFacts) {
    const { clock, sessions, events, options } = context;
    this.#context = context;
    this.#system = system;
    this.facts = facts;
    this.#startedAtMs = clock.now();
    this.#begunMs = clock.monotonic();
    this.census = new Census(context);
    this.retained = new RetainedBrowser(context);
    this.#inventory = new Inventory(sessions, clock);
    this.#taps = new Taps(context);
    this.topTopics = new TopTopics(events, options.topTopicsMax);
    if (options.topTopics) this.topTopics.start(clock.now());
    this.alarms = new Alarms(context, system);
    this.#sysTopics = new SysTopics(context, system, () => this.readings(), facts);
  }

  /** Milliseconds since the epoch. */
  get startedAtMs(): number {
    return this.#startedAtMs;
  }

  /** Everything that can be read off the broker now. */
  readings(): Readings {
    const { clock, counters, open, sessions, router, retained } = this.#context;
    const inventory = this.#inventory;
    const memoryBytes = this.facts.memoryBytes?.() ?? 0;
    this.#retainedMax = Math.max(this.#retainedMax, retained.count);
    this.#memoryMax = Math.max(this.#memoryMax, memoryBytes);
    return {
      nowMs: clock.now(),
      uptimeSeconds: (clock.monotonic() - this.#begunMs) / 1000,
      counters,
      census: this.census,
      connections: open.size,
      sessions: sessions.size,
      subscriptions: router.subscriptions,
      sharedSubscriptions: router.sharedSubscriptions,
      filters: router.filters,
      retainedMessages: retained.count,
      retainedMessagesMax: this.#retainedMax,
      retainedBytes: retained.bytes,
      // Counted only for those who look at it.
      get contents() {
        return inventory.contents;
      },
      memoryBytes,
      memoryBytesMax: this.#memoryMax,
    };
  }

  /** As `readings`, with `contents` counted now. */
  async freshReadings(): Promise<Readings> {
    await this.#inventory.refresh();
    return this.readings();
  }

  // Clients.

  /** A page of the clients that meet the conditions. @throws InvalidRequest */
  clients(query?: ClientQuery): Promise<PageOf<ClientSummary>> {
    return listClients(this.#context, query);
  }

  client(clientId: string): ClientDetail | undefined {
    const session = this.#context.sessions.get(clientId);
    return session === undefined ? undefined : detailOf(session);
  }

  /**
   * Ends a client's connection, and its session too when `endSession` is set. False: there is no such client, or it is
   * not connected and its session is not to end.
   */
  kick(clientId: string, endSession: boolean = false): boolean {
    const { sessions } = this.#context;
    const session = sessions.get(clientId);
    if (session === undefined) return false;
    const connection = connectionOf(session);
    connection?.end({
      name: 'kicked',
      reasonCode: 0x98,
      message: `${connection.label} was disconnected by an operator`,
    });
    if (endSession) sessions.end(session, 'kicked');
    return connection !== undefined || endSession;
  }

  /** Ends the connections of a client or a user, and the logins that are under way; see `endLogins`. */
  endLogins(whose: LoginOwner): Promise<void> {
    return endLogins(this.#context, whose);
  }

  /**
   * What is on its way to a client or waits for it, oldest first. Undefined: there is no such client.
   * @param limit 100 unless given, at most 1,000
   * @throws BackendError when the store cannot be read
   */
  waiting(clientId: string, limit: number = 100): readonly WaitingMessage[] | undefined {
    const session = this.#context.sessions.get(clientId);
    return session && waitingOf(session, Math.min(limit, WAITING_MAX));
  }

  /** Connected clients with most messages waiting, worst first. */
  async slowSubscribers(limit: number = 50): Promise<readonly SlowSubscriber[]> {
    const page = new PageBuilder<Session>({ limit, order: 'desc' });
    await inSlices(this.#context.sessions, this.#context.clock, (session) => {
      const { queue, inflight } = session.outbox;
      const connection = connectionOf(session);
      if (connection === undefined) return;
      const isSlow = queue.length > 0 || connection.congested || inflight.size >= Math.max(1, connection.window);
      if (isSlow) page.offer(queue.bytes + connection.link.bytesWaiting, session.clientId, session);
    });
    return page.page((session) => {
      const { clientId, username, address, queued, queuedBytes, inflight, bytesWaiting, dropped } = detailOf(session);
      return { clientId, username, address, queued, queuedBytes, inflight, bytesWaiting, dropped };
    }).items;
  }

  /** The first of what waits for a client. Undefined: there is no such client. @throws InvalidRequest */
  queueOf(clientId: string, limit: number = 50): readonly QueuedView[] | undefined {
    const session = this.#context.sessions.get(clientId);
    return session && queueOf(this.#context, session, limit);
  }

  // Subscriptions.

  /** @throws InvalidRequest */
  subscriptions(query?: SubscriptionQuery): Promise<PageOf<SubscriptionView>> {
    return listSubscriptions(this.#context, query);
  }

  /** The subscriptions of one client, at once; undefined: there is no such client. */
  subscriptionsOf(clientId: string): readonly SubscriptionView[] | undefined {
    const session = this.#context.sessions.get(clientId);
    return session && [...session.subscriptions.values()].map(viewOf);
  }

  /**
   * Subscribes in a client's place; see `subscribeFor`. Undefined: there is no such client.
   * @throws InvalidRequest for a filter that is none, or above a limit
   */
  subscribe(clientId: string, request: SubscribeRequest): SubscriptionView | undefined {
    const session = this.#context.sessions.get(clientId);
    return session && viewOf(subscribeFor(this.#context, session, request));
  }

  /**
   * As `subscribe`, if the client itself may; see `mustBePermitted`.
   * @throws InvalidRequest for a filter that is none, above a limit, or not permitted
   */
  async subscribePermitted(clientId: string, request: SubscribeRequest): Promise<SubscriptionView | undefined> {
    const session = this.#context.sessions.get(clientId);
    if (session === undefined) return undefined;
    await mustBePermitted(this.#context, session, request);
    // Whoever had the session may have left, or have become somebody else, while others were asked.
    return this.#context.sessions.get(clientId) === session ? this.subscribe(clientId, request) : undefined;
  }

  /** Unsubscribes in a client's place. False: there is no such client or subscription. */
  unsubscribe(clientId: string, filter: string): boolean {
    const session = this.#context.sessions.get(clientId);
    return session !== undefined && unsubscribeFor(this.#context, session, filter);
  }

  // Topics.

  /** Filters that somebody subscribes to, ordered by filter. @throws InvalidRequest */
  async routes(query: RouteQuery = {}): Promise<PageOf<Route>> {
    const { router, clock } = this.#context;
    const page = new PageBuilder<string>(query);
    const search = query.search?.toLowerCase();
    await inSlices(router.interest, clock, ([filter]) => {
      if (search === undefined || filter.toLowerCase().includes(search)) page.offer(filter, '', filter);
    });
    return page.page((filter) => {
      const subscriptions = router.interestIn(filter);
      return subscriptions === 0 ? undefined : { filter, subscriptions };
    });
  }

  /** How many subscriptions there are of exactly this filter. */
  route(filter: string): Route | undefined {
    const subscriptions = this.#context.router.interestIn(filter);
    return subscriptions === 0 ? undefined : { filter, subscriptions };
  }

  /** The next level of the tree of all filters, with the number of filters at and below each child. */
  async routeChildren(request: ChildrenRequest = {}): Promise<ChildrenPage> {
    const children = new Children(request);
    await inSlices(this.#context.router.interest, this.#context.clock, ([filter]) => children.offer(filter));
    return children.page();
  }

  // Looking on.

  /** Shows packets of a client or on topics while they pass; returns the function that ends it. @throws InvalidRequest */
  tap(request: TapRequest, receive: (packet: TappedPacket) => void): () => void {
    return this.#taps.add(request, receive);
  }

  /** Has somebody look at the packets of every connection that begins from now on, those of undefined aside. */
  watchAll(tapOf: Parameters<Taps['watchAll']>[0]): void {
    this.#taps.watchAll(tapOf);
  }

  /** Says something on a topic of `$SYS`, as the broker itself; the text is asked for only if somebody wants it. */
  announce(topic: string, text: () => string, qos: Qos = 0): void {
    this.#system.announce(topic, text, { qos });
  }

  /** How many look on. */
  get taps(): number {
    return this.#taps.size;
  }

  /** For the broker itself: a connection begins. */
  linkOpened(link: Parameters<Taps['linkOpened']>[0]): void {
    if (link.traffic !== undefined) link.traffic.totals = this.#context.counters.traffic;
    this.#taps.linkOpened(link);
    const { events } = this.#context;
    if (events.wants('opened')) events.emit('opened', { peer: link.peer });
  }

  /** For the broker itself. */
  close(): void {
    this.#sysTopics.close();
    this.topTopics.stop();
  }
}
