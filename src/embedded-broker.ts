/**
 * A broker together with its listeners: what a program embeds and what the command runs. It joins byte connections to
 * the protocol and the protocol to the broker, and closes everything in the right order.
 */

import { AccessChain } from './access/chain.ts';
import { Broker, type PublishRequest } from './broker/broker.ts';
import type { PublishFilter } from './broker/context.ts';
import type { Counters } from './broker/counters.ts';
import type { EventListener, EventName } from './broker/events.ts';
import { type BrokerOptions, defaultBrokerOptions } from './broker/options.ts';
import { SingleNode } from './clusters/single.ts';
import { ListenerError } from './listeners/error.ts';
import { Flusher } from './listeners/flusher.ts';
import { openListener } from './listeners/open.ts';
import type { ListenerSpec, RefusalReason } from './listeners/spec.ts';
import type { Message } from './packet/message.ts';
import type {
  AccessRequest,
  Authenticator,
  Authorizer,
  ClientIdentity,
  Credentials,
  EnhancedAuthenticator,
  LoginVerdict,
} from './ports/access.ts';
import type { Listener } from './ports/listener.ts';
import { type Log, silentLog } from './ports/log.ts';
import type { ListenerRules } from './ports/rules.ts';
import type { Store } from './ports/store.ts';
import { type MqttLimits, openMqtt } from './protocols/mqtt.ts';
import { isPromiseLike } from './std/promise-like.ts';
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
  authenticate?: (
    credentials: Credentials,
  ) => boolean | undefined | LoginVerdict | Promise<boolean | undefined | LoginVerdict>;
  /** Decides about a publish or a subscription: true allows, false denies, undefined leaves it to the next. */
  authorize?: (client: ClientIdentity, request: AccessRequest) => boolean | undefined | Promise<boolean | undefined>;
  /** Changes or refuses messages before they are routed; see `PublishFilter`. */
  onPublish?: PublishFilter;
  authenticators?: readonly Authenticator[];
  enhancedAuthenticators?: readonly EnhancedAuthenticator[];
  authorizers?: readonly Authorizer[];
  /** What holds when nobody decides about a topic. Default `allow`. */
  unmatched?: 'allow' | 'deny';
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
   * Whether clients without a login may come in. Default: only where the listener is reachable from this machine
   * alone, without PROXY protocol, and no authenticator is set.
   */
  allowAnonymous?: boolean;
  /** Put before every topic of the listener's clients. Default none. */
  mountpoint?: string;
  /** Default 2. */
  maximumQos?: 0 | 1 | 2;
  topicAliasMaximum?: number;
};

type DistributiveOptional<T> = T extends { transport: infer K; name: string }
  ? Omit<T, 'name' | 'transport'> & (K extends 'tcp' ? { transport?: 'tcp' } : { transport: K }) & { name?: string }
  : never;

const FRAME_BYTES_BEYOND_PACKET = 1024 * 1024;

/** Any period does: the timer is there to be there. */
const ALIVE_MS = 1000;

export class EmbeddedBroker {
  readonly #broker: Broker;
  readonly #flusher = new Flusher();
  readonly #listeners: Listener[] = [];
  readonly #options: CreateBrokerOptions;
  readonly #limits: MqttLimits;

  /** Use `createBroker`. */
  constructor(broker: Broker, options: CreateBrokerOptions) {
    this.#broker = broker;
    this.#options = options;
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
    const { allowAnonymous, mountpoint = '', maximumQos = 2, topicAliasMaximum, ...rest } = options;
    const transport = rest.transport ?? 'tcp';
    const name = rest.name ?? `${transport}-${this.#listeners.length + 1}`;
    if (/[+#\0]/.test(mountpoint)) {
      throw new ListenerError(
        'BAD_SETTING',
        `Listener '${name}' cannot have the mountpoint '${mountpoint}': no + or #.`,
      );
    }
    // One frame may carry the largest packet, and small ones beside it.
    const frameBytesMax = this.#limits.packetBytesMax + FRAME_BYTES_BEYOND_PACKET;
    const listener = await openListener({ frameBytesMax, ...rest, transport, name } as ListenerSpec, {
      flusher: this.#flusher,
      onRefused: (...refusal) => this.#refused(...refusal),
    });
    // A proxy on this machine brings others in.
    const isPrivate = listener.loopback && !('proxyProtocol' in rest && rest.proxyProtocol === true);
    const rules: ListenerRules = {
      name,
      allowAnonymous: allowAnonymous ?? (isPrivate && !this.#hasAuthenticator),
      mountpoint,
      maximumQos,
      topicAliasMaximum: topicAliasMaximum ?? this.#broker.options.topicAliasMaximum,
    };
    await listener.open((connection) => {
      openMqtt(connection, (link) => this.#broker.accept(link, rules), this.#limits);
    });
    this.#listeners.push(listener);
    return listener;
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

  get #hasAuthenticator(): boolean {
    const { authenticate, authenticators = [], enhancedAuthenticators = [] } = this.#options;
    return authenticate !== undefined || authenticators.length > 0 || enhancedAuthenticators.length > 0;
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

  /** Ends a client's connection, and with `endSession` its session. False: there is no such client. */
  disconnectClient(clientId: string, endSession: boolean = false): boolean {
    return this.#broker.disconnectClient(clientId, endSession);
  }

  /** Ends listeners, connections and sessions; nothing of the broker is left when it resolves. */
  async close(): Promise<void> {
    // No timer of the broker keeps a process alive, but whoever waits for this has a right to an answer.
    const alive = setInterval(() => {}, ALIVE_MS);
    try {
      const listeners = this.#listeners.splice(0);
      await Promise.all(listeners.map((listener) => listener.close()));
      await this.#broker.close();
      const { authenticators = [], authorizers = [] } = this.#options;
      for (const source of [...authenticators, ...authorizers]) await source.close?.();
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
  const access = new AccessChain({
    authenticators: [...hookAuthenticator(options), ...(options.authenticators ?? [])],
    enhancedAuthenticators: options.enhancedAuthenticators ?? [],
    authorizers: [...hookAuthorizer(options), ...(options.authorizers ?? [])],
    unmatched: options.unmatched ?? 'allow',
  });
  const broker = await Broker.open(brokerOptionsOf(options), {
    access,
    clock: new SystemClock(),
    random: new SystemRandom(),
    cluster: new SingleNode(options.node ?? defaultBrokerOptions.node),
    store: options.store ?? new MemoryStore(),
    log: options.log ?? silentLog,
    publishFilter: options.onPublish,
  });
  return new EmbeddedBroker(broker, options);
}

function brokerOptionsOf(options: CreateBrokerOptions): Partial<BrokerOptions> {
  const names = Object.keys(defaultBrokerOptions) as (keyof BrokerOptions)[];
  return Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}

function hookAuthenticator({ authenticate }: CreateBrokerOptions): Authenticator[] {
  if (authenticate === undefined) return [];
  const verdict = (answer: boolean | undefined | LoginVerdict): LoginVerdict | { outcome: 'ignore' } => {
    if (answer === undefined) return { outcome: 'ignore' };
    return typeof answer === 'boolean' ? { outcome: answer ? 'allow' : 'deny' } : answer;
  };
  return [
    {
      name: 'hook',
      authenticate: (credentials) => {
        const answer = authenticate(credentials);
        return isPromiseLike(answer) ? Promise.resolve(answer).then(verdict) : verdict(answer);
      },
    },
  ];
}

function hookAuthorizer({ authorize }: CreateBrokerOptions): Authorizer[] {
  if (authorize === undefined) return [];
  const verdict = (answer: boolean | undefined): 'allow' | 'deny' | 'ignore' =>
    answer === undefined ? 'ignore' : answer ? 'allow' : 'deny';
  return [
    {
      name: 'hook',
      authorize: (client, request) => {
        const answer = authorize(client, request);
        return isPromiseLike(answer) ? Promise.resolve(answer).then(verdict) : verdict(answer);
      },
    },
  ];
}
