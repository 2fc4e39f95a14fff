/**
 * A broker together with its listeners: what a program embeds and what the command runs. It joins byte connections to
 * the protocol and the protocol to the broker, and closes everything in the right order.
 */

import type { AccessChain, ChainSource } from './access/chain/access-chain.ts';
import { type Explanation, explainAccess } from './access/chain/explain.ts';
import type { AuthenticateHook, AuthorizeHook } from './access/chain/hooks.ts';
import type { RefusalCode } from './access/chain/login-rules.ts';
import type { ListenerChecks } from './access/chain/routes.ts';
import type { AccessStatistics } from './access/chain/statistics.ts';
import type { Bridges } from './bridges/bridges.ts';
import { BridgeLogins } from './bridges/logins.ts';
import type { BridgeSpec } from './bridges/spec.ts';
import { Broker, type PublishRequest } from './broker/broker.ts';
import { mountpointOf } from './broker/connection/mountpoint.ts';
import type { Counters } from './broker/counters.ts';
import type { EventListener, EventName } from './broker/events.ts';
import type { PublishFilter } from './broker/hooks.ts';
import { type BrokerOptions, type ClientOptions, defaultBrokerOptions, optionsOfClients } from './broker/options.ts';
import { programVersion } from './cli/version.ts';
import { SingleNode } from './clusters/single.ts';
import { takeControls } from './control-topics.ts';
import { accessOf, chainSource, orderSources } from './embedded-access.ts';
import { ListenerError } from './listeners/error.ts';
import { Flusher } from './listeners/flusher.ts';
import { openListener } from './listeners/open.ts';
import type { ListenerSpec, RefusalReason } from './listeners/spec.ts';
import type { Message } from './packet/message.ts';
import type {
  AccessRequest,
  AnonymousRule,
  Authenticator,
  Authorizer,
  ClientIdentity,
  EnhancedAuthenticator,
} from './ports/access.ts';
import type { AccessSource } from './ports/access-source.ts';
import type { Listener } from './ports/listener.ts';
import { type Log, silentLog } from './ports/log.ts';
import type { IdentityName, ListenerRules } from './ports/rules.ts';
import type { Store } from './ports/store.ts';
import { type MqttLimits, openMqtt } from './protocols/mqtt.ts';
import { SystemClock } from './std/system-clock.ts';
import { SystemRandom } from './std/system-random.ts';
import { MemoryStore } from './stores/memory.ts';

/** Limits on packets before they reach the broker. */
export interface PacketLimitOptions {
  /** Bytes of everything before the login is complete. Default 65,536. */
  readonly connectBytesMax: number;
  /** User Properties in one packet. Default 64. */
  readonly userPropertiesMax: number;
  /** Topic filters in one SUBSCRIBE or UNSUBSCRIBE. Default 1,024. */
  readonly filtersMax: number;
}

export interface CreateBrokerOptions extends Partial<BrokerOptions>, Partial<PacketLimitOptions> {
  /** Decides about a login: true lets in, false refuses, undefined leaves it to the next and to the anonymous rule. */
  authenticate?: AuthenticateHook;
  /** Decides about a publish or a subscription: true allows, false denies, undefined leaves it to the next. */
  authorize?: AuthorizeHook;
  /** Changes or refuses messages before they are routed; see `PublishFilter`. */
  onPublish?: PublishFilter;
  authenticators?: readonly Authenticator[];
  enhancedAuthenticators?: readonly EnhancedAuthenticator[];
  authorizers?: readonly Authorizer[];
  /** Asked after all of these, in this order; the broker closes them. */
  sources?: readonly (AccessSource | ChainSource)[];
  /** What a client is told whose login is refused or not known. Default `bad_credentials` (0x86, code 4). */
  refusalCode?: RefusalCode;
  /** Whether clients without user name, password and certificate are refused where logins are checked. Default false. */
  requireCredentials?: boolean;
  /** What holds when nobody decides about a topic. Default `allow`. */
  unmatched?: 'allow' | 'deny';
  /** Who may subscribe to topics of `$SYS` where nobody decides about them. Default `this_machine`. */
  sysReaders?: 'this_machine' | 'everybody';
  /** Whether bridges may do everything, without the permission chain being asked. Default false. */
  bridgesUnchecked?: boolean;
  /** Default: nothing is logged. */
  log?: Log;
  /** Default: state ends with the program. */
  store?: Store;
  /** Connections that listeners closed before the broker saw them. */
  onRefused?: (reason: RefusalReason, address: string, listener: string, detail: string | undefined) => void;
}

/** A listener's description without its name, and what it decides for its clients. */
export type ListenOptions = DistributiveOptional<ListenerSpec> & {
  /**
   * Whether clients that nobody knows may come in, or only those that claim no user name. Default: only where the
   * listener is reachable from this machine alone, without PROXY protocol, and nobody checks logins.
   */
  allowAnonymous?: boolean | 'without_username';
  /** Names of the sources that are asked about its clients. Default: all of them. */
  sources?: readonly string[];
  /** What is checked of its clients; everything unless given. */
  checks?: ListenerChecks;
  /** Put before every topic of the listener's clients; `%c` is the Client Identifier, `%u` the user name. Default none. */
  mountpoint?: string;
  /** Options of the broker that are others for the listener's clients. Default: none. */
  overrides?: Partial<ClientOptions>;
  /** Default 2. */
  maximumQos?: 0 | 1 | 2;
  topicAliasMaximum?: number;
  /** What replaces the user name before the login: a name in the client's certificate, or its pre-shared key identity. */
  usernameFrom?: IdentityName;
  /** The same for the Client Identifier. */
  clientIdFrom?: IdentityName;
  /** Whether clients may leave it to the broker to choose their Client Identifier. Default true. */
  emptyClientIds?: boolean;
  /** How those that the broker chooses begin. Default `auto-`. */
  assignedClientIdPrefix?: string;
};

type DistributiveOptional<T> = T extends { transport: infer K; name: string }
  ? Omit<T, 'name' | 'transport'> & (K extends 'tcp' ? { transport?: 'tcp' } : { transport: K }) & { name?: string }
  : never;

const FRAME_BYTES_BEYOND_PACKET = 1024 * 1024;

/** Any period does: the timer is there to be there. */
const ALIVE_MS = 1000;

export class EmbeddedBroker {
  readonly #broker: Broker;
  readonly #access: AccessChain;
  readonly #mountpoints = new Map<string, string>();
  readonly #flusher = new Flusher();
  readonly #listeners: Listener[] = [];
  readonly #options: CreateBrokerOptions;
  readonly #limits: MqttLimits;
  readonly #bridgeLogins: BridgeLogins;
  readonly #bridges: Bridges[] = [];
  readonly #sources: ChainSource[];

  /** Use `createBroker`. */
  constructor(broker: Broker, access: AccessChain, bridgeLogins: BridgeLogins, options: CreateBrokerOptions) {
    this.#broker = broker;
    this.#access = access;
    this.#bridgeLogins = bridgeLogins;
    this.#options = options;
    this.#sources = (options.sources ?? []).map(chainSource);
    this.#limits = {
      packetBytesMax: broker.options.packetBytesMax,
      connectBytesMax: options.connectBytesMax ?? 65_536,
      userPropertiesMax: options.userPropertiesMax ?? 64,
      filtersMax: options.filtersMax ?? 1024,
    };
  }

  /**
   * Opens a listener and resolves once it accepts connections. Port 0 takes a free one; the listener tells which.
   * @example const { port } = await broker.listen({ port: 0 });
   */
  async listen(options: ListenOptions): Promise<Listener> {
    const { allowAnonymous, sources, mountpoint = '', maximumQos = 2, topicAliasMaximum, ...others } = options;
    const { usernameFrom, clientIdFrom, emptyClientIds, assignedClientIdPrefix, checks, overrides, ...rest } = others;
    // One object for all clients of the listener.
    const ofClients = optionsOfClients(this.#broker.options, overrides);
    const limits = { ...this.#limits, packetBytesMax: ofClients.packetBytesMax };
    const transport = rest.transport ?? 'tcp';
    const name = rest.name ?? `${transport}-${this.#listeners.length + 1}`;
    if (/[+#\0]/.test(mountpoint)) {
      throw new ListenerError(
        'BAD_SETTING',
        `Listener '${name}' cannot have the mountpoint '${mountpoint}': no + or #.`,
      );
    }
    // One frame may carry the largest packet, and small ones beside it.
    const frameBytesMax = limits.packetBytesMax + FRAME_BYTES_BEYOND_PACKET;
    const listener = await openListener({ frameBytesMax, ...rest, transport, name } as ListenerSpec, {
      flusher: this.#flusher,
      onRefused: (...refusal) => this.#refused(...refusal),
    });
    if (sources !== undefined || checks !== undefined) this.#access.limitListener(name, sources, checks);
    this.#mountpoints.set(name, mountpoint);
    // A proxy on this machine brings others in.
    const isPrivate = listener.loopback && !('proxyProtocol' in rest && rest.proxyProtocol === true);
    const access = this.#access;
    let isOpen = isPrivate && !access.checksLogins(name);
    // Sources come and go. Where logins have been checked once, nobody gets in unknown because they are not any more.
    if (isOpen && allowAnonymous === undefined) {
      access.onChange(() => {
        if (access.checksLogins(name)) isOpen = false;
      });
    }
    const rules: ListenerRules = {
      name,
      get anonymous() {
        return anonymousRule(allowAnonymous ?? isOpen);
      },
      mountpoint,
      maximumQos,
      ...(usernameFrom && { usernameFrom }),
      ...(clientIdFrom && { clientIdFrom }),
      ...(emptyClientIds !== undefined && { emptyClientIds }),
      ...(assignedClientIdPrefix !== undefined && { assignedClientIdPrefix }),
      topicAliasMaximum: topicAliasMaximum ?? this.#broker.options.topicAliasMaximum,
    };
    await listener.open((connection) => {
      openMqtt(connection, (link) => this.#broker.accept(link, rules, ofClients), limits);
    });
    this.#listeners.push(listener);
    return listener;
  }

  /**
   * Opens bridges to other brokers and starts those that are not started by hand; the broker closes them. A broker that
   * cannot be reached is no failure: it is tried again.
   * @throws BackendError for settings that cannot be
   */
  async bridge(specs: readonly BridgeSpec[]): Promise<Bridges> {
    const { openBridges } = await import('./open-bridges.ts');
    const bridges = await openBridges(specs, this.#broker, this.#bridgeLogins, this.#options.log ?? silentLog);
    this.#bridges.push(bridges);
    return bridges;
  }

  #refused(...refusal: Parameters<NonNullable<CreateBrokerOptions['onRefused']>>): void {
    this.#broker.counters.refuseAtListener(refusal[0]);
    try {
      this.#options.onRefused?.(...refusal);
    } catch (error) {
      const cause = error instanceof Error ? error.stack : String(error);
      this.#options.log?.error('onRefused failed', { cause });
    }
  }

  /** Closes one listener; connections that came through it stay. */
  async closeListener(listener: Listener): Promise<void> {
    const at = this.#listeners.indexOf(listener);
    if (at >= 0) this.#listeners.splice(at, 1);
    await listener.close();
  }

  /** Those that are open. */
  get listeners(): readonly Listener[] {
    return this.#listeners;
  }

  get options(): BrokerOptions {
    return this.#broker.options;
  }

  get counters(): Counters {
    return this.#broker.counters;
  }

  get gauges(): Broker['gauges'] {
    return this.#broker.gauges;
  }

  /** Who must not come in, whatever login it has. */
  get bans(): Broker['bans'] {
    return this.#broker.bans;
  }

  /** What there is to be seen, and what an operator can do to it. */
  get inspect(): Broker['inspect'] {
    return this.#broker.inspect;
  }

  /** Calls `listener` for each event of that name. Returns the function that ends it. */
  on<N extends EventName>(name: N, listener: EventListener<N>): () => void {
    return this.#broker.on(name, listener);
  }

  /** Publishes a message; see `Broker.publish`. */
  publish(request: PublishRequest): Promise<number> {
    return this.#broker.publish(request);
  }

  /** Receives messages in process; see `Broker.subscribe`. */
  subscribe(filter: string, receive: (message: Message) => void): () => void {
    return this.#broker.subscribe(filter, receive);
  }

  /** Resolves when everything that was promised so far is durable, where anything can be. */
  save(): Promise<void> {
    return this.#broker.save();
  }

  /** Ends a client's connection, and with `endSession` its session. False: there is no such client. */
  disconnectClient(clientId: string, endSession: boolean = false): boolean {
    return this.#broker.disconnectClient(clientId, endSession);
  }

  /**
   * Why a client may or may not do something: every source in order with its answer. `request.topic` is as the client
   * names it, without `$share/…/`.
   * @param superuser whether the client's login made it one
   */
  async explain(client: ClientIdentity, request: AccessRequest, superuser: boolean = false): Promise<Explanation> {
    const listener = this.#mountpoints.get(client.peer.listener) ?? '';
    const mountpoint = mountpointOf(listener, client) ?? listener;
    return await explainAccess(this.#access, client, request, { mountpoint, superuser });
  }

  /** What every source of logins and permissions has answered so far. */
  get accessStatistics(): AccessStatistics {
    return this.#access.statistics;
  }

  /** Tells that permissions given before may no longer hold: they are asked for again, and subscriptions looked at. */
  rulesChanged(): void {
    this.#access.rulesChanged();
  }

  /** The sources that are asked now, in their order; always the same array. */
  get sources(): readonly ChainSource[] {
    return this.#sources;
  }

  /**
   * Asks one source more; the broker closes it.
   * @param before the name of the source before which it is asked; unless given, it is asked last
   */
  addSource(source: ChainSource, before?: string): void {
    const next = this.#sources.findIndex((one) => one.source.name === before);
    this.#sources.splice(next >= 0 ? next : this.#sources.length, 0, source);
    this.#access.add(source, false, before);
  }

  /** Asks a source no more, which is then its taker's to close. Undefined: there is none of this name. */
  removeSource(name: string): ChainSource | undefined {
    const at = this.#sources.findIndex(({ source }) => source.name === name);
    if (at < 0) return undefined;
    this.#access.remove(name);
    return this.#sources.splice(at, 1)[0];
  }

  /** Asks these sources in this order from now on, in the places that they have together. */
  orderSources(names: readonly string[]): void {
    orderSources(this.#sources, this.#access, names);
  }

  /** What plugins are joined to. */
  get pluginSeam(): { readonly broker: Broker; readonly access: AccessChain } {
    return { broker: this.#broker, access: this.#access };
  }

  /** Ends listeners, connections and sessions; nothing of the broker is left when it resolves. */
  async close(): Promise<void> {
    // No timer of the broker keeps a process alive, but whoever waits for this has a right to an answer.
    const alive = setInterval(() => {}, ALIVE_MS);
    try {
      const listeners = this.#listeners.splice(0);
      await Promise.all(listeners.map((listener) => listener.close()));
      await Promise.all(this.#bridges.splice(0).map((bridges) => bridges.close()));
      await this.#broker.close();
      const { authenticators = [], authorizers = [] } = this.#options;
      for (const source of [...authenticators, ...authorizers]) await source.close?.();
      for (const { source } of this.#sources) await source.close();
    } finally {
      clearInterval(alive);
    }
  }
}

/**
 * Makes a broker inside this program. It listens nowhere until told to, keeps everything in memory and writes no file.
 * @example
 * const broker = await createBroker();
 * const { port } = await broker.listen({ port: 1883 });
 */
export async function createBroker(options: CreateBrokerOptions = {}): Promise<EmbeddedBroker> {
  const { sources = [] } = options;
  const clock = new SystemClock();
  const log = options.log ?? silentLog;
  const access = accessOf(options, clock, log);
  const bridgeLogins = new BridgeLogins(options.bridgesUnchecked ?? false);
  const broker = await Broker.open(brokerOptionsOf(options), {
    access: bridgeLogins.guard(access),
    clock,
    random: new SystemRandom(),
    cluster: new SingleNode(options.node ?? defaultBrokerOptions.node),
    store: options.store ?? new MemoryStore(),
    log,
    publishFilter: options.onPublish,
    facts: { version: programVersion(), memoryBytes: () => process.memoryUsage.rss() },
  });
  takeControls(
    broker,
    sources.map((one) => chainSource(one).source),
    log,
  );
  return new EmbeddedBroker(broker, access, bridgeLogins, options);
}

function brokerOptionsOf(options: CreateBrokerOptions): Partial<BrokerOptions> {
  const names = Object.keys(defaultBrokerOptions) as (keyof BrokerOptions)[];
  return Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}

function anonymousRule(allowed: boolean | 'without_username'): AnonymousRule {
  if (allowed === 'without_username') return allowed;
  return allowed ? 'allow' : 'deny';
}
