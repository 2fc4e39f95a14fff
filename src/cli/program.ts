/**
 * What a command gets and what it may do. Commands see the process only through a Terminal, the broker only through
 * `StartBroker` and its store only through `StoreTools`, which the program passes in; so every command runs in a test without a process of its own.
 */

import type { Machine } from '../config/data-directory.ts';
import type { Loaded } from '../config/load.ts';
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

/** A broker that listens. */
export interface RunningBroker {
  readonly listeners: readonly OpenListener[];
  /** What an acknowledgement promises. */
  readonly durability: EffectiveDurability;
  /** Whether anything is configured that can check a login. */
  readonly checksLogins: boolean;
  /** Reads the files of certificates again. Rejects with nothing changed. */
  reloadCertificates(): Promise<void>;
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

/** What the program passes in, each part loaded when a command uses it. */
export interface Program {
  readonly startBroker: StartBroker;
  storeTools(): Promise<StoreTools>;
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
