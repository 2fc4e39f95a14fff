/**
 * What a command gets and what it may do. Commands see the process only through a Terminal, the broker only through
 * `StartBroker` and its store only through `StoreTools`, which the program passes in; so every command runs in a test without a process of its own.
 */

import type { Explained, Explanation } from '../access/chain/explain.ts';
import type { ReloadOutcome } from '../config/changes.ts';
import type { SettingsAdministration } from '../config/changing/run-time-settings.ts';
import type { SectionAdministration, SectionSwitch } from '../config/changing/sections.ts';
import type { Machine } from '../config/data-directory.ts';
import type { Loaded } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import type { EventSource } from '../logging/connections.ts';
import type { TapOfLink } from '../logging/packets.ts';
import type { Announce } from '../logging/topic-destination.ts';
import type { AccessRequest } from '../ports/access.ts';
import type { Log } from '../ports/log.ts';
import type { Arguments } from './arguments.ts';

export interface Terminal {
  readonly machine: Machine;
  /** Writes to standard output; the text brings its own line ends. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** Writes much to standard output: resolves when it is taken, with false when nobody reads any more. */
  send(text: string): Promise<boolean>;
  /** What comes in on standard input. */
  receive(): AsyncIterable<Uint8Array>;
}

/** One listener that is open. */
export interface OpenListener {
  readonly name: string;
  /** One for each address it is bound to, with the real port. */
  readonly urls: readonly string[];
}

/** What becomes of sessions and messages when the process ends, with the window of `relaxed` in seconds. */
export interface EffectiveDurability {
  readonly mode: 'strict' | 'relaxed' | 'memory';
  readonly windowSeconds: number;
}

/** What an operator can do to the program through the broker's management interface. */
export interface ProgramControls {
  /** The least important level that is logged. */
  level(): 'error' | 'warn' | 'info' | 'debug';
  /** Reads the configuration again. Rejects with nothing changed. */
  reload(): Promise<ReloadOutcome>;
  readonly settings: SettingsAdministration & SectionAdministration;
}

/** What the log has from a running broker, and what signals ask of it. */
export interface ObservedBroker {
  /** Tells of clients that come and go. */
  readonly events: EventSource;
  /** Where lines about them go: the log that was given, and whoever looks at it through the broker. */
  readonly log: Log;
  readonly announce: Announce;
  /** Has somebody look at the packets of every new connection. */
  watchPackets(tapOf: TapOfLink): void;
  /** Resolves when everything promised so far is durable, where anything can be. */
  save(): Promise<void>;
  /** Logs subscriptions and retained messages. */
  sayTrees(): Promise<void>;
}

/** A broker that listens. */
export interface RunningBroker {
  readonly listeners: readonly OpenListener[];
  /** What an acknowledgement promises. */
  readonly durability: EffectiveDurability;
  /** Where logins are looked up: `devices (postgresql)`. */
  readonly loginSources: readonly string[];
  readonly observed: ObservedBroker;
  /**
   * Reads the files of certificates and of access sources again, each for itself. Resolves with a sentence for
   * each listener and each source where something cannot be read and what was there before stays.
   */
  reload(): Promise<readonly string[]>;
  /** Takes the values of options that may change while it runs. */
  configure(settings: Settings): void;
  /** Opens, changes and closes listeners, access sources and bridges. */
  readonly sections: SectionSwitch;
  /**
   * Opens the management interface and resolves to its address; undefined when there is none.
   * @throws BackendError when it cannot be opened as configured
   */
  openManagement(program: ProgramControls): Promise<string | undefined>;
  /** Resolves when everything has ended. */
  close(): Promise<void>;
}

/** Opens everything that was asked for, or rejects with nothing left open; a StartError when the world is in the way. */
export type StartBroker = (loaded: Loaded, log: Log) => Promise<RunningBroker>;

/** What is in a store or in a copy of one. */
export interface StoreSummary {
  readonly entries: number;
  readonly bytes: number;
}

/** Lines by what they stand for. */
export interface LineCounts {
  readonly sessions: number;
  readonly subscriptions: number;
  readonly queuedMessages: number;
  readonly retainedMessages: number;
}

/** A line that cannot be taken. Lines count from 1. */
export interface LineProblem {
  readonly line: number;
  readonly text: string;
}

/** What commands do with the store of a data folder. Everything rejects with a BackendError when the world is in the way. */
export interface StoreTools {
  /** Works beside a running broker. */
  backup(dataDirectory: string, file: string): Promise<StoreSummary>;
  /** @param replaces whether a store that is there may be replaced */
  restore(dataDirectory: string, file: string, replaces: boolean): Promise<StoreSummary>;
  /** Gives whole lines of JSON until `send` answers false. Works beside a running broker. */
  exportTo(dataDirectory: string, send: (lines: string) => Promise<boolean>): Promise<LineCounts>;
  /** @returns the first problems, if there are any; nothing was changed then */
  importFrom(
    dataDirectory: string,
    input: AsyncIterable<Uint8Array>,
    replaces: boolean,
  ): Promise<{ readonly counts: LineCounts; readonly problems: readonly LineProblem[] }>;
}

/** Who need not be there, and what it would like to do. */
export interface AccessQuestion {
  readonly who: Explained;
  readonly superuser: boolean;
  readonly request: AccessRequest;
}

/**
 * Asks the configured sources, without a broker and beside one.
 * @throws StartError when a source cannot be opened; BackendError when the store cannot be read
 */
export type ExplainAccess = (loaded: Loaded, question: AccessQuestion, log: Log) => Promise<Explanation>;

/** What the program passes in, each part loaded when a command uses it. */
export interface Program {
  readonly startBroker: StartBroker;
  storeTools(): Promise<StoreTools>;
  readonly explainAccess: ExplainAccess;
}

export interface CommandContext extends Program {
  readonly arguments: Arguments;
  /** All commands, for `help`. */
  readonly commands: readonly CommandRow[];
  readonly terminal: Terminal;
}

/** Gives the exit code, or undefined when the process is to go on. */
export type Command = (context: CommandContext) => Promise<number | undefined>;

export interface CommandRow {
  readonly name: string;
  /** What follows the name, for `--help`. */
  readonly usage: string;
  readonly sentence: string;
  load(): Promise<Command>;
}
