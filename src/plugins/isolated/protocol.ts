/**
 * What the broker's thread and the thread of a plugin say to each other: calls with answers, many in one message. Both
 * sides send plain data that `structuredClone` can copy.
 */

import type { MessagePort } from 'node:worker_threads';
import type { HookName, HookRule, PluginCommand, PluginOptions, PluginRoute } from '../../ports/plugin.ts';
import type { PluginPlace } from '../import-plugin.ts';

/** What the broker asks the plugin. */
export type PluginTask =
  | 'describe'
  | 'start'
  | 'hook'
  | 'login'
  | 'permission'
  | 'explain'
  | 'command'
  | 'route'
  | 'message'
  | 'end';

/** What the plugin asks the broker. */
export type BrokerTask =
  | 'log'
  | 'publish'
  | 'subscribe'
  | 'unsubscribe'
  | 'subscribeClient'
  | 'unsubscribeClient'
  | 'disconnectClient'
  | 'get'
  | 'entries'
  | 'write';

/** `target` says which: the name of a hook, the number of a subscription; empty where there is only one. */
export type Call = readonly [id: number, task: string, target: string | number, argument: unknown];

/** An error as data. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  /** Of a `BackendError`. */
  readonly code?: string;
  readonly retryable?: boolean;
  /** Of a publish that nobody could decide about. */
  readonly isUndecided?: boolean;
}

export type Answer = readonly [id: number, error: SentError | undefined, value: unknown];

export interface Batch {
  readonly calls: readonly Call[];
  readonly answers: readonly Answer[];
}

/** Numbers that both threads see at once, without a message. */
export const cell = {
  /** Grows as long as the loop of the plugin's thread turns. */
  beats: 0,
  /** Messages that the broker has posted; the plugin's thread waits for it to change. */
  posted: 1,
  /** What the plugin's thread holds, in KB. */
  usedKb: 2,
} as const;

export const CELLS = 3;

/** How often the plugin's thread says that it is alive. */
export const BEAT_MS = 100;

export interface WorkerData {
  readonly name: string;
  readonly place: PluginPlace;
  readonly port: MessagePort;
  readonly cells: Int32Array;
  readonly memoryBytes: number;
}

export type DescribedHook = Omit<HookRule<HookName>, 'handle'> & { readonly hook: HookName };

/** What a plugin declares, without its code. */
export interface Description {
  readonly version?: string;
  readonly description?: string;
  readonly options: PluginOptions;
  readonly hooks: readonly DescribedHook[];
  readonly commands: Readonly<Record<string, Omit<PluginCommand, 'run'>>>;
  readonly routes: readonly Omit<PluginRoute, 'handle'>[];
  readonly hasAuthenticators: boolean;
  readonly hasAuthorizers: boolean;
}

/** What it has made when it has started. */
export interface Started {
  readonly authenticators: readonly string[];
  readonly authorizers: readonly {
    readonly name: string;
    readonly explains: boolean;
    readonly checksDelivery: boolean;
  }[];
}

/** What `start` is told. */
export interface StartArgument {
  readonly options: Readonly<Record<string, unknown>>;
  readonly node: string;
}
