/** Answers of the management API, as far as the page reads them. Parts that a broker may leave out are optional. */

export interface List<T> {
  readonly items: readonly T[];
  readonly next?: string | number | null;
  readonly total?: number | null;
}

export type Role = 'viewer' | 'operator' | 'admin';

export interface Session {
  readonly user: { readonly name: string; readonly role: Role; readonly mustChangePassword: boolean };
  readonly csrfToken: string;
}

export interface NodeFacts {
  readonly name: string;
  readonly version: string;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly nodeVersion: string;
  readonly platform: string;
  readonly dataDirectory?: string;
  readonly durability: { readonly mode: string; readonly windowSeconds: number };
}

export interface Rates {
  readonly messagesIn?: number;
  readonly messagesOut?: number;
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly connects?: number;
  readonly drops?: number;
}

export interface Overview {
  readonly connections: number;
  readonly sessions: number;
  readonly subscriptions: number;
  readonly retained?: { readonly messages?: number; readonly bytes?: number };
  readonly queued?: { readonly messages?: number; readonly bytes?: number };
  readonly slowClients?: number;
  readonly rates?: Rates;
  readonly drops?: Readonly<Record<string, number>>;
  readonly store?: {
    readonly commits?: number;
    readonly commitFailures?: number;
    readonly commitSecondsP50?: number;
    readonly commitSecondsP99?: number;
    readonly recordsPerCommit?: number;
    readonly bytes?: number;
  };
  readonly loopDelaySeconds?: { readonly p50?: number; readonly p99?: number; readonly max?: number };
  readonly memoryBytes?: number;
  readonly cpuPercent?: number;
  readonly alarms?: number;
}

export interface History {
  readonly stepSeconds: number;
  /** When the first value was taken: ISO 8601, or milliseconds since 1970. */
  readonly from?: string;
  readonly fromMs?: number;
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface Client {
  readonly clientId: string;
  readonly username?: string;
  readonly address?: string;
  readonly port?: number;
  readonly listener?: string;
  readonly version?: string;
  readonly connected: boolean;
  readonly connectedAt?: string;
  readonly disconnectedAt?: string;
  readonly createdAt?: string;
  readonly keepAliveSeconds?: number;
  readonly cleanStart?: boolean;
  readonly expirySeconds?: number;
  readonly subscriptions: number;
  readonly inflight: number;
  readonly queued: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly superuser?: boolean;
}

/** The answer of `tellAbsence` where there is nothing. */
export interface Absent {
  readonly absent: true;
}

export interface ClientDetail extends Client {
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly bytesWaiting?: number;
  readonly dropped?: number;
  readonly droppedBy?: Readonly<Record<string, number>>;
  readonly queuedBytes?: number;
  readonly inflightMax?: number;
  readonly awaitingRelease?: number;
  readonly certificateSubject?: string;
  readonly will?: { readonly topic: string; readonly bytes: number; readonly qos: number; readonly retain: boolean };
  readonly expiresAt?: string;
}

export interface Subscription {
  readonly clientId: string;
  /** With `$share/…` where it is shared. */
  readonly fullFilter: string;
  readonly filter: string;
  readonly share?: string;
  readonly qos: number;
  readonly noLocal?: boolean;
  readonly retainAsPublished?: boolean;
  readonly retainHandling?: number;
  readonly identifier?: number;
}

export interface QueuedMessage {
  readonly topic: string;
  readonly qos: number;
  readonly retain?: boolean;
  readonly bytes?: number;
  readonly state?: string;
  readonly at?: string;
}

/** A child of a place in a tree of topics. */
export interface TopicChild {
  readonly level: string;
  readonly topic: string;
  /** Names at or below it. */
  readonly count: number;
  /** Whether there is one of exactly this name. */
  readonly isLeaf: boolean;
}

/** What a message carries, or its beginning: text where it is UTF-8. */
export interface PayloadContent {
  readonly text?: string;
  readonly hex?: string;
}

export interface RetainedSummary {
  readonly topic: string;
  readonly bytes: number;
  readonly qos: number;
  readonly publisher: string;
  readonly expiresAt?: string;
}

export interface RetainedMessage extends RetainedSummary {
  readonly payload: PayloadContent;
  readonly properties?: Readonly<Record<string, unknown>>;
}

export interface TapPacket {
  readonly at: string;
  readonly direction: 'in' | 'out';
  readonly clientId: string;
  readonly type: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly topic?: string;
  readonly qos?: number;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly packetId?: number;
  readonly payloadBytes?: number;
  readonly payload?: PayloadContent;
  /** Packets that were left out before this one because there were too many. */
  readonly missed: number;
}

export interface Counts {
  readonly allow: number;
  readonly deny: number;
  readonly ignore: number;
  readonly failed: number;
}

export interface AccessSource {
  readonly name: string;
  readonly kind: string;
  readonly state: 'ok' | 'failing';
  readonly error?: string;
  readonly enabled?: boolean;
  readonly logins?: Counts;
  readonly permissions?: Counts;
  /** Whether its place in the order can be changed. */
  readonly movable?: boolean;
  readonly canTest: boolean;
  readonly hasUsers: boolean;
}

export interface Explanation {
  readonly allowed: boolean;
  readonly decidedBy: string;
  readonly steps: readonly {
    readonly source: string;
    readonly kind?: string;
    readonly answer: string;
    readonly because: string;
    readonly decides?: boolean;
  }[];
}

export type UserKind = 'username' | 'client_id';

export interface AccessUser {
  readonly kind: UserKind;
  readonly name: string;
  readonly superuser: boolean;
  /** How the password is stored. */
  readonly passwordHash: string;
  readonly createdAt?: string;
}

export interface AccessPermission {
  readonly effect: 'allow' | 'deny';
  readonly action: 'publish' | 'subscribe' | 'all';
  readonly topic: string;
  readonly literal: boolean;
  readonly createdAt?: string;
}

export type BanKind = UserKind | 'address';

export interface Ban {
  readonly kind: BanKind;
  readonly value: string;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  readonly until?: string;
}

export interface BridgeFailure {
  readonly code: string;
  /** In English, as the log has it. */
  readonly message: string;
  /** What varies in the message. */
  readonly fields?: Readonly<Record<string, string | number>>;
  readonly atMs?: number;
}

export interface Bridge {
  readonly name: string;
  readonly state: string;
  readonly address?: string;
  readonly version?: string;
  readonly connectedAt?: string;
  readonly inflight?: number;
  readonly lastFailure?: BridgeFailure;
  readonly counters?: Readonly<Record<string, number>>;
}

export interface PluginOption {
  readonly name: string;
  readonly path?: string;
  readonly value?: unknown;
  readonly default?: unknown;
  readonly sentence?: string;
  readonly type?: string;
  readonly allowed?: readonly string[];
  readonly secret?: boolean;
}

export interface Plugin {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly state: 'running' | 'stopped' | 'failed';
  readonly kind?: string;
  readonly error?: string;
  readonly options?: readonly PluginOption[];
  /** Whether it has a thread of its own; of plugins of the operator's alone. */
  readonly isolated?: boolean;
  readonly memoryBytes?: number;
  readonly memoryBytesMax?: number;
  readonly restarts?: number;
  readonly lastError?: string;
}

export interface Listener {
  readonly name: string;
  readonly transport: string;
  readonly url: string;
  readonly state: string;
  readonly connections: number;
  readonly connectionsMax?: number;
  readonly anonymous?: boolean;
  readonly certificate?: {
    readonly subject: string;
    readonly issuer: string;
    readonly expiresAt: string;
    readonly names: readonly string[];
  };
}

export interface Setting {
  readonly path: string;
  readonly sentence: string;
  readonly type: 'boolean' | 'integer' | 'size' | 'duration' | 'string' | 'path' | 'secret' | 'one-of' | 'list';
  /** In effect now, as an operator writes it. */
  readonly value?: string;
  /** The entries of a list. */
  readonly values?: readonly string[];
  /** A count, bytes or seconds. */
  readonly number?: number;
  readonly default?: string;
  readonly isDefault: boolean;
  readonly origin: string;
  /** The values of a choice. */
  readonly allowed?: readonly string[];
  readonly allowedText?: string;
  readonly min?: number;
  readonly max?: number;
  readonly unit?: string;
  /** What 0 means. */
  readonly zero?: string;
  /** What happens without a value. */
  readonly unset?: string;
  /** Whether a change applies at once. */
  readonly reloadable: boolean;
  readonly secret: boolean;
  /** Whether it was changed at run time, which can be taken back. */
  readonly changed?: boolean;
  /** What will hold after a restart, where that differs; null for no value. */
  readonly pending?: string | null;
  readonly editable?: boolean;
  /** Why it cannot be changed at run time. */
  readonly fixed?: 'path' | 'overruled' | 'process' | 'code';
}

export interface SettingList extends List<Setting> {
  /** Where changes are kept. */
  readonly changesFile?: string;
  readonly configurationFile?: string;
}

export interface SettingResult {
  readonly path: string;
  readonly outcome: 'applied' | 'needs_restart' | 'unchanged';
  readonly value?: string;
}

export interface Alarm {
  readonly name: string;
  readonly message: string;
  readonly details?: unknown;
  readonly activatedAt: string;
  readonly deactivatedAt?: string;
}

export interface LogLine {
  readonly number: number;
  readonly at: string;
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface AuditEntry {
  readonly number: number;
  readonly at: string;
  readonly who: string;
  readonly kind: string;
  readonly address: string;
  readonly what: string;
  readonly outcome: 'done' | 'refused' | 'failed';
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scope: 'read' | 'operate' | 'admin';
  readonly createdAt: string;
  readonly expiresAt?: string;
}

export interface DashboardUser {
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly mustChangePassword: boolean;
}
