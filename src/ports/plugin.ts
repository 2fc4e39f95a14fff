/**
 * The seam of plugins: what a plugin may declare, what it is told and may answer at each hook, and what it gets of the
 * broker. Events are told afterwards; filters may change or refuse, within a deadline. Everything that a plugin begins
 * through its context ends when it is unloaded.
 */

import type { Qos, UserProperty } from '../packet/types.ts';
import type { Action, Authenticator, Authorizer, ClientIdentity, Credentials, LoginVerdict } from './access.ts';
import type { Log } from './log.ts';

/** An option of a plugin. Without a default it has to be given. */
export type PluginOption =
  | { readonly kind: 'text'; readonly default?: string; readonly sentence?: string }
  /** Never shown. */
  | { readonly kind: 'secret'; readonly default?: string; readonly sentence?: string }
  | { readonly kind: 'boolean'; readonly default?: boolean; readonly sentence?: string }
  | {
      readonly kind: 'number';
      readonly default?: number;
      readonly min?: number;
      readonly max?: number;
      readonly sentence?: string;
    }
  | { readonly kind: 'list'; readonly default?: readonly string[]; readonly sentence?: string };

export type PluginOptions = Readonly<Record<string, PluginOption>>;

interface ValuesByKind {
  readonly text: string;
  readonly secret: string;
  readonly boolean: boolean;
  readonly number: number;
  readonly list: readonly string[];
}

/** The values that a plugin gets for the options it declares. */
export type PluginValues<O extends PluginOptions> = { readonly [K in keyof O]: ValuesByKind[O[K]['kind']] };

/** A message as plugins see it; nothing they do to it changes what is routed. */
export interface PluginMessage {
  readonly topic: string;
  /** A copy, made when it is first asked for. */
  readonly payload: Buffer;
  /** The payload as UTF-8. */
  readonly text: string;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Client Identifier; empty for messages of the broker itself. */
  readonly publisher: string;
  readonly contentType: string | undefined;
  readonly responseTopic: string | undefined;
  readonly correlationData: Buffer | undefined;
  readonly userProperties: readonly UserProperty[];
  /** Seconds that it lives. */
  readonly expirySeconds: number | undefined;
}

/** What is left out stays as it is. */
export interface MessageChange {
  readonly topic?: string;
  readonly payload?: string | Uint8Array;
  readonly qos?: Qos;
  readonly retain?: boolean;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly userProperties?: readonly UserProperty[];
  readonly expirySeconds?: number;
}

/** A refusal with an MQTT 5 Reason Code of 0x80 or above. */
export interface Refusal {
  readonly refuse: number;
}

export interface PluginSubscription {
  /** As the client named it. */
  readonly filter: string;
  readonly qos: Qos;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
}

/** What each hook is told. */
export interface HookEvents {
  'client.connect': {
    readonly client: ClientIdentity;
    /** Seconds; 0 is off. */
    readonly keepAlive: number;
  };
  'client.connack': {
    readonly clientId: string;
    readonly username: string | undefined;
    readonly address: string;
    /** 0 for a client that was let in. */
    readonly reasonCode: number;
  };
  'client.connected': {
    readonly client: ClientIdentity;
    readonly sessionPresent: boolean;
    readonly cleanStart: boolean;
    /** Seconds; 0 is off. */
    readonly keepAlive: number;
    readonly expirySeconds: number;
    /** Milliseconds since the epoch. */
    readonly connectedAtMs: number;
  };
  'client.disconnected': {
    readonly client: ClientIdentity;
    /** `normal`, `peer_closed`, `keep_alive_timeout`, `taken_over`, `kicked`, … */
    readonly reason: string;
    readonly reasonCode: number;
    readonly connectedAtMs: number;
  };
  'client.authenticate': { readonly credentials: Credentials };
  'client.check_acl': {
    readonly client: ClientIdentity;
    readonly action: Action;
    readonly topic: string;
    readonly qos: Qos;
    readonly retain: boolean;
  };
  'client.subscribe': { readonly client: ClientIdentity; readonly subscriptions: readonly PluginSubscription[] };
  'client.unsubscribe': { readonly client: ClientIdentity; readonly filters: readonly string[] };
  'session.created': { readonly client: ClientIdentity };
  'session.subscribed': { readonly client: ClientIdentity; readonly filter: string; readonly qos: Qos };
  'session.unsubscribed': { readonly client: ClientIdentity; readonly filter: string };
  'session.resumed': { readonly client: ClientIdentity };
  /** It ended because its client began a clean one. */
  'session.discarded': { readonly clientId: string };
  /** Another connection goes on with it. */
  'session.takenover': { readonly client: ClientIdentity };
  'session.terminated': { readonly clientId: string; readonly reason: string };
  /** `client` is the one that published, or whose will it is; undefined for the program itself. */
  'message.publish': { readonly message: PluginMessage; readonly client: ClientIdentity | undefined };
  'message.delivered': { readonly message: PluginMessage; readonly client: ClientIdentity; readonly qos: Qos };
  'message.acked': { readonly message: PluginMessage; readonly client: ClientIdentity; readonly qos: Qos };
  'message.dropped': { readonly message: PluginMessage; readonly clientId: string; readonly reason: string };
}

export type HookName = keyof HookEvents;

/** No answer: everything goes on as it was. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing is a handler.
type Nothing = undefined | void;

/** What the hooks that are filters may answer. */
interface FilterAnswers {
  'client.connect': Nothing | Refusal;
  /** True lets in, false refuses, nothing leaves it to the next. */
  'client.authenticate': Nothing | boolean | LoginVerdict;
  /** True allows, false denies, nothing leaves it to the next. */
  'client.check_acl': Nothing | boolean;
  /** One entry for each subscription, in their order. */
  'client.subscribe': Nothing | readonly (Nothing | Partial<PluginSubscription> | Refusal)[];
  /** One entry for each filter, in their order: another filter. */
  'client.unsubscribe': Nothing | readonly (Nothing | string)[];
  /** `taken`: acknowledged, and routed to nobody. */
  'message.publish': Nothing | MessageChange | Refusal | 'taken';
}

/** Hooks that may change or refuse. */
export type FilterName = keyof FilterAnswers;

export type HookAnswer<N extends HookName> = N extends FilterName ? FilterAnswers[N] : unknown;

export type HookHandler<N extends HookName, O extends PluginOptions = PluginOptions> = (
  event: HookEvents[N],
  context: PluginContext<O>,
) => HookAnswer<N> | Promise<HookAnswer<N>>;

/** A handler with what holds when it fails. */
export interface HookRule<N extends HookName, O extends PluginOptions = PluginOptions> {
  readonly handle: HookHandler<N, O>;
  /** Of `message.…`: only messages on these topics. All unless given. */
  readonly topics?: readonly string[];
  /** Time for an answer; a later one is a failure. Default 5. */
  readonly deadlineSeconds?: number;
  /**
   * Of filters, what a failure means: `closed` refuses, `open` goes on as if nothing had been answered. Default
   * `closed`; for `client.unsubscribe` `open`, because a client that unsubscribes expects nothing more.
   */
  readonly onFailure?: 'open' | 'closed';
  /** After so many failures in a row it is not called any more, and `onFailure` holds. Default 0: never. */
  readonly failuresMax?: number;
}

export type PluginHooks<O extends PluginOptions = PluginOptions> = {
  readonly [N in HookName]?: HookHandler<N, O> | HookRule<N, O>;
};

/** What a plugin may do to the broker. */
export interface PluginBroker {
  /**
   * @returns the number of receivers. Rejects for a topic that cannot be published to, or not by `client`; with
   *   `isUndecided: true` in the error where whoever should have said so could not
   */
  publish(message: {
    /** In whose place it is published, as a hook was told of it: its permission is asked. Nobody is asked without. */
    readonly client?: ClientIdentity;
    readonly topic: string;
    readonly payload: string | Uint8Array;
    readonly qos?: Qos;
    readonly retain?: boolean;
    readonly userProperties?: readonly UserProperty[];
    readonly contentType?: string;
    readonly expirySeconds?: number;
  }): Promise<number>;
  /** Receives messages until the answer is called or the plugin is unloaded. */
  subscribe(filter: string, receive: (message: PluginMessage) => void): () => void;
  /** Subscribes in a client's place. False: there is no such client. */
  subscribeClient(clientId: string, subscription: Partial<PluginSubscription> & { readonly filter: string }): boolean;
  unsubscribeClient(clientId: string, filter: string): boolean;
  /** Ends a client's connection. False: it is not connected. */
  disconnectClient(clientId: string): boolean;
}

/** Keeps what must survive a restart, as far as the broker's own store does. Keys are the plugin's own. */
export interface PluginStore {
  get(key: string): Buffer | undefined;
  /** In the order of keys; `prefix` and all keys are without what is added for the plugin. */
  entries(
    prefix: string,
    options?: { readonly after?: string; readonly limit?: number },
  ): Iterable<{ readonly key: string; readonly value: Buffer }>;
  /** Puts and deletes (undefined) together; resolves when it is durable. */
  write(changes: ReadonlyMap<string, string | Uint8Array | undefined>): Promise<void>;
}

/** What a plugin gets with every call. */
export interface PluginContext<O extends PluginOptions = PluginOptions> {
  readonly name: string;
  readonly options: PluginValues<O>;
  /** Name of the node: `hoopoe@127.0.0.1`. */
  readonly node: string;
  readonly log: Log;
  readonly broker: PluginBroker;
  readonly store: PluginStore;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `task` again and again until it is unloaded, or the answer is called. */
  every(seconds: number, task: () => unknown): () => void;
  /** Calls `task` once, unless it is unloaded before. */
  after(seconds: number, task: () => unknown): () => void;
  /** Called when the plugin is unloaded, the latest first. */
  onUnload(task: () => unknown): void;
}

/** What operators can tell a plugin to do. */
export interface PluginCommand<O extends PluginOptions = PluginOptions> {
  readonly sentence: string;
  /** Arguments, for people: `TOPIC [SECONDS]`. */
  readonly usage?: string;
  /** The answer is printed; what is no text is printed as JSON. What it throws is told to the operator. */
  run(args: readonly string[], context: PluginContext<O>): unknown;
}

/** A question to a plugin over the management API: below `/api/v1/plugins/NAME/routes/`. */
export interface PluginRoute<O extends PluginOptions = PluginOptions> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** One level, such as `report`. */
  readonly path: string;
  readonly sentence: string;
  /** Who may ask. Default `admin`. */
  readonly scope?: 'read' | 'operate' | 'admin';
  /** The answer is sent as JSON. */
  handle(
    request: { readonly query: ReadonlyMap<string, string>; readonly body: unknown },
    context: PluginContext<O>,
  ): unknown;
}

export interface PluginDefinition<O extends PluginOptions = PluginOptions> {
  /** `my_plugin`: lower-case letters, digits and `_`, at most 64. */
  readonly name: string;
  readonly version?: string;
  /** One sentence for those who list plugins. */
  readonly description?: string;
  readonly options?: O;
  /** When it is loaded, before any hook is called. A failure means that it is not loaded. */
  readonly start?: (context: PluginContext<O>) => unknown;
  readonly hooks?: PluginHooks<O>;
  /** Sources of logins, asked before those of the configuration. Made when it is loaded. */
  readonly authenticators?: (context: PluginContext<O>) => readonly Authenticator[];
  /** Sources of permissions, asked before those of the configuration. */
  readonly authorizers?: (context: PluginContext<O>) => readonly Authorizer[];
  readonly commands?: Readonly<Record<string, PluginCommand<O>>>;
  readonly routes?: readonly PluginRoute<O>[];
}

/** What a hook of a plugin has done so far. */
export interface HookStatistics {
  readonly hook: HookName;
  readonly calls: number;
  readonly failures: number;
  /** It failed too often and is not called any more. */
  readonly isDisabled: boolean;
  readonly lastFailure: string | undefined;
}

/** How a plugin does that has a thread of its own. */
export interface IsolationStatus {
  /** What it holds, heap and buffers together, as its thread said last; 0 while it does not run. */
  readonly memoryBytes: number;
  readonly memoryBytesMax: number;
  /** How often it was begun again after a failure since it was loaded. */
  readonly restarts: number;
  /** What ended its thread last, since it was loaded. */
  readonly lastError: string | undefined;
  /** Why it does not run now, though it is loaded. */
  readonly outage: string | undefined;
}

/** A plugin, or a built-in part that can be loaded like one, as operators see it. */
export interface PluginStatus {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** `builtin` comes with the broker, `part` stands for something of it that is configured elsewhere. */
  readonly kind: 'builtin' | 'package' | 'file' | 'part';
  readonly state: 'loaded' | 'unloaded' | 'failed';
  /** Why it does not run though it should. */
  readonly error: string | undefined;
  /** Left out where it runs in the broker's thread. */
  readonly isolation?: IsolationStatus;
  /** Whether it can be unloaded. */
  readonly isFixed: boolean;
  readonly hooks: readonly HookStatistics[];
  readonly commands: readonly { readonly name: string; readonly usage: string; readonly sentence: string }[];
}
