/**
 * What the API sees of the program: one part for each thing that can be administrated. Whoever starts the API puts it
 * together from the running broker; a part that is left out has no routes.
 */

import type { Readable } from 'node:stream';
import type { Explained, Explanation } from '../access/chain/explain.ts';
import type { AccessStatistics } from '../access/chain/statistics.ts';
import type { Bridges } from '../bridges/bridges.ts';
import type { Broker } from '../broker/broker.ts';
import type { ReloadOutcome } from '../config/changes.ts';
import type { SettingsAdministration } from '../config/changing/run-time-settings.ts';
import type { SectionAdministration } from '../config/changing/sections.ts';
import type { Qos } from '../packet/types.ts';
import type { Action } from '../ports/access.ts';
import type { BuiltinUsers } from '../ports/builtin-users.ts';
import type { PluginAdministration } from '../ports/plugin-administration.ts';
import type { AuditLog } from './audit.ts';
import type { LogRing } from './log-ring.ts';
import type { Accounts } from './login/accounts.ts';
import type { ApiKeys } from './login/api-keys.ts';
import type { DashboardSessions } from './login/sessions.ts';
import type { LoginThrottle } from './login/throttle.ts';

/** Facts about the program that do not change while it runs. */
export interface NodeFacts {
  /** `hoopoe@127.0.0.1`. */
  readonly name: string;
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly nodeVersion: string;
  readonly platform: string;
  readonly dataDirectory: string | undefined;
  readonly durability: { readonly mode: 'strict' | 'relaxed' | 'memory'; readonly windowSeconds: number };
}

/** What is administrated of the broker itself. */
export type ManagedBroker = Pick<Broker, 'publish' | 'inspect' | 'bans'>;

/** Whether somebody may do something; it need not be there. */
export interface PermissionQuestion extends Explained {
  readonly action: Action;
  readonly topic: string;
  readonly qos: Qos;
  readonly retain: boolean;
}

export interface AccessAdministration {
  readonly statistics: AccessStatistics;
  /** @throws InvalidRequest for a question about nobody, about several, or about a bridge that there is not */
  explain(question: PermissionQuestion): Promise<Explanation>;
  /** Names of the sources of the configuration that are asked now, in this order. */
  movable(): readonly string[];
  /** Forgets what was decided about permissions, so that the sources are asked again; subscriptions are looked at again too. */
  forget(): void;
  /** Whether there is a source of this name that can be asked a harmless question. */
  canTest(name: string): boolean;
  /** What is wrong, for people; undefined when nothing is. */
  test(name: string): Promise<string | undefined>;
}

export interface ShownListener {
  readonly name: string;
  readonly transport: string;
  readonly url: string;
  readonly state: 'open' | 'stopped';
  readonly connections: number;
  /** Undefined where nothing but the broker's own limit bounds them. */
  readonly connectionsMax?: number;
  readonly certificate?: {
    readonly subject: string;
    readonly issuer: string;
    /** ISO 8601. */
    readonly expiresAt: string;
    readonly names: readonly string[];
  };
}

export interface ListenerAdministration {
  list(): readonly ShownListener[];
  /** False when there is no such listener. */
  stop(name: string): Promise<boolean>;
  /** False when there is no such listener. */
  start(name: string): Promise<boolean>;
}

export interface Management {
  readonly broker: ManagedBroker;
  /** Whether the permission chain is asked about what callers publish. */
  readonly checksCallers: boolean;
  readonly access: AccessAdministration;
  readonly node: NodeFacts;
  readonly accounts: Accounts;
  readonly sessions: DashboardSessions;
  readonly apiKeys: ApiKeys;
  readonly throttle: LoginThrottle;
  readonly audit: AuditLog;
  /** Token of commands on this machine, which lies in a file that only the broker's user can read. */
  readonly localToken: string | undefined;
  readonly log: LogRing;
  readonly listeners: ListenerAdministration;
  /** The broker at a glance, as JSON. */
  overview(): unknown;
  /** Series of numbers with equal steps; null where nothing was measured. */
  history(span: '10m' | '24h'): unknown;
  readonly settings: SettingsAdministration;
  readonly sections: SectionAdministration;
  /** What is wrong with a configuration, one sentence each. */
  validate(text: string): Promise<readonly string[]>;
  /** @throws BackendError or a failure of the configuration, with nothing changed */
  reload(): Promise<ReloadOutcome>;
  /** The users that a source keeps itself; undefined for a source that keeps none. */
  users(source: string): BuiltinUsers | undefined;
  /** Undefined where none is configured. */
  readonly bridges: Pick<Bridges, 'list' | 'start' | 'stop'> | undefined;
  /** Undefined where there are none. */
  readonly plugins: PluginAdministration | undefined;
  /** What EMQX 4 calls modules; undefined where there are none. */
  readonly modules: PluginAdministration | undefined;
  /**
   * A copy of the store as it is at one moment; its file goes when the content has been read. Undefined for a store that
   * has no files.
   * @throws BackendError `STORE_BACKUP_FAILED`
   */
  readonly backup: (() => Promise<{ readonly bytes: number; readonly content: Readable }>) | undefined;
  /** The application that may use EMQX 4's API besides API keys; undefined where none is configured. */
  readonly application: { readonly id: string; readonly secret: string } | undefined;
  /** Numbers under EMQX 4's names. */
  readonly emqxNumbers: EmqxNumbers;
}

/** What EMQX 4's API tells in numbers. */
export interface EmqxNumbers {
  stats(): Readonly<Record<string, number>>;
  metrics(): Readonly<Record<string, number>>;
  /** Whether they are told to Prometheus; a plugin of its own in EMQX. */
  readonly isPrometheusOn: boolean;
  /** In the text format of Prometheus. */
  prometheus(): string;
}
