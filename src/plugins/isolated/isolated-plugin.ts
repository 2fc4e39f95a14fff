/**
 * A plugin that runs in a thread of its own. Whatever it does wrong ends that thread alone: its hooks fail as they have
 * declared until another thread runs, which is begun after a while, and after too many failures not any more until an
 * operator loads the plugin again.
 */

import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { IsolationStatus, PluginContext, PluginDefinition } from '../../ports/plugin.ts';
import { pluginError, sayingOf } from '../failure.ts';
import type { PluginPlace } from '../import-plugin.ts';
import type { CallCost } from './channel.ts';
import { ContextServer } from './context-server.ts';
import type { PluginThread, ThreadParts } from './plugin-thread.ts';
import type { Description, PluginTask, Started } from './protocol.ts';
import { type Proxied, proxyDefinition } from './proxy-definition.ts';

/** Time for the import of a plugin, and for its beginning when it is begun again. */
const BEGIN_SECONDS_MAX = 30;

/** Time for what a plugin does when it is unloaded. */
const END_SECONDS_MAX = 4;

/** How long is waited before it is begun again, doubled with each failure. */
const AGAIN_SECONDS = 1;
const AGAIN_SECONDS_MAX = 60;

/** After so many failures within the time it is not begun again. */
const FAILURES_MAX = 5;
const FAILURES_WITHIN_MS = 10 * 60 * 1000;

export interface Isolation {
  readonly place: PluginPlace;
  /** What it may hold, heap and buffers together. */
  readonly memoryBytes: number;
}

export interface IsolationParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: {
    activate(name: string, message: string, details: Readonly<Record<string, unknown>>): unknown;
    deactivate(name: string): unknown;
  };
  readonly threads: Threads;
  /** Called when it runs again after a failure. */
  readonly onAgain: () => void;
}

/** A thread, as far as the plugin in it is concerned. */
export type Thread = Pick<PluginThread, 'heldBytes' | 'ref' | 'unref' | 'call' | 'close' | 'isGone'>;

/** Begins threads. */
export type Threads = (parts: ThreadParts) => Thread;

export class IsolatedPlugin implements Proxied {
  readonly name: string;
  readonly #isolation: Isolation;
  readonly #parts: IsolationParts;
  #definition: PluginDefinition | undefined;
  #described: Description | undefined;
  #started: Started = { authenticators: [], authorizers: [] };
  /** The one that answers; there is none while it does not run. */
  #thread: Thread | undefined;
  /** The one that is being begun. */
  #next: Thread | undefined;
  #server: ContextServer | undefined;
  #context: PluginContext | undefined;
  #failuresAtMs: readonly number[] = [];
  #restarts = 0;
  #lastError: string | undefined;
  /** Why it does not run. */
  #outage: string | undefined;
  #cancelAgain: (() => void) | undefined;
  #isClosed = false;

  private constructor(name: string, isolation: Isolation, parts: IsolationParts) {
    this.name = name;
    this.#isolation = isolation;
    this.#parts = parts;
  }

  /** Imports it in a thread of its own. @throws BackendError `PLUGIN_…` with nothing left */
  static async open(name: string, isolation: Isolation, parts: IsolationParts): Promise<IsolatedPlugin> {
    const plugin = new IsolatedPlugin(name, isolation, parts);
    try {
      const thread = plugin.#newThread();
      const described = await plugin.#inTime<Description>(thread.call('describe', '', undefined), 'was not imported');
      plugin.#described = described;
      plugin.#definition = proxyDefinition(plugin, described);
      plugin.#thread = thread;
      plugin.#next = undefined;
    } catch (error) {
      await plugin.close();
      throw error;
    }
    return plugin;
  }

  get definition(): PluginDefinition {
    return this.#definition!;
  }

  get started(): Started {
    return this.#started;
  }

  get status(): IsolationStatus {
    return {
      memoryBytes: this.#thread?.heldBytes ?? 0,
      memoryBytesMax: this.#isolation.memoryBytes,
      restarts: this.#restarts,
      lastError: this.#lastError,
      outage: this.#outage,
    };
  }

  async start(context: PluginContext): Promise<void> {
    this.#context = context;
    context.onUnload(() => this.close());
    const thread = this.#thread;
    if (thread === undefined) throw this.#notRunning();
    this.#server = this.#newServer(thread);
    this.#started = await this.#begin(thread);
    thread.unref();
  }

  call(task: PluginTask, target: string | number, argument: unknown, cost?: CallCost): Promise<unknown> {
    if (this.#thread === undefined) throw this.#notRunning();
    return this.#thread.call(task, target, argument, cost);
  }

  /** Lets the plugin end what it does, and ends its thread. Never rejects, and may be called again. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelAgain?.();
    const { alarms, log } = this.#parts;
    const thread = this.#thread;
    this.#thread = undefined;
    // Where the process ends with the plugin, nothing else may keep it until this is done.
    thread?.ref();
    if (thread !== undefined && this.#context !== undefined) {
      try {
        await this.#inTime(thread.call('end', '', undefined), 'did not end its tasks', END_SECONDS_MAX);
      } catch (error) {
        log.error('A plugin failed while it was unloaded', { plugin: this.name, cause: sayingOf(error) });
      }
    }
    this.#server?.end();
    for (const one of [thread, this.#next]) {
      if (one === undefined || (await one.close())) continue;
      log.error('The thread of a plugin cannot be ended: it waits in the operating system', { plugin: this.name });
    }
    alarms.deactivate(this.#alarm);
  }

  get #alarm(): string {
    return `plugin_failed/${this.name}`;
  }

  #notRunning(): Error {
    return pluginError('FAILED', `Plugin ${this.name} does not run: ${this.#outage ?? 'it is unloaded'}`);
  }

  #newThread(): Thread {
    const { place, memoryBytes } = this.#isolation;
    const thread: Thread = this.#parts.threads({
      plugin: this.name,
      place,
      memoryBytes,
      serve: (task, target, argument) => {
        if (this.#server === undefined) throw this.#notRunning();
        return this.#server.serve(task, target, argument);
      },
      // Whoever begins it notices by itself.
      onEnd: (cause) => {
        if (thread === this.#thread) this.#failed(cause);
      },
    });
    this.#next = thread;
    return thread;
  }

  #newServer(thread: Thread): ContextServer {
    return new ContextServer(this.#context!, this.#parts.clock, (subscription, message) => {
      try {
        thread.call('message', subscription, message, { bytes: message[1].length }).catch(() => {});
        return true;
      } catch {
        return false;
      }
    });
  }

  #begin(thread: Thread): Promise<Started> {
    const { options, node } = this.#context!;
    return thread.call('start', '', { options, node }) as Promise<Started>;
  }

  #inTime<T>(answer: Promise<unknown>, what: string, seconds: number = BEGIN_SECONDS_MAX): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#parts.clock.after(seconds * 1000, () =>
        reject(pluginError('FAILED', `Plugin ${this.name} ${what} within ${seconds} s`)),
      );
      answer.then((value) => resolve(value as T), reject).finally(cancel);
    });
  }

  /** Its thread has ended, or another one could not begin. */
  #failed(cause: string): void {
    const { clock, log, alarms } = this.#parts;
    const thread = this.#thread;
    this.#thread = undefined;
    this.#lastError = cause;
    this.#server?.end();
    this.#server = undefined;
    // Whoever begins it for the first time is told by what it waits for.
    if (this.#isClosed || this.#context === undefined) return;
    const nowMs = clock.monotonic();
    this.#failuresAtMs = [...this.#failuresAtMs.filter((atMs) => nowMs - atMs < FAILURES_WITHIN_MS), nowMs];
    const failures = this.#failuresAtMs.length;
    if (failures >= FAILURES_MAX) {
      this.#stop(cause, `it failed ${failures} times within ${FAILURES_WITHIN_MS / 60_000} minutes`);
      return;
    }
    const seconds = Math.min(AGAIN_SECONDS_MAX, AGAIN_SECONDS * 2 ** (failures - 1));
    this.#outage = `${cause}; it is begun again`;
    log.error('A plugin has failed and is begun again', { plugin: this.name, cause, failures, seconds });
    alarms.activate(this.#alarm, `Plugin ${this.name} has failed: ${cause}`, { plugin: this.name, cause });
    this.#cancelAgain = clock.after(seconds * 1000, () => void this.#again(thread));
  }

  #stop(cause: string, why: string): void {
    const { log, alarms } = this.#parts;
    this.#outage = `${cause}; ${why}, so it is not begun again; load it when it is mended`;
    log.error('A plugin has failed and is not begun again', { plugin: this.name, cause, why });
    alarms.deactivate(this.#alarm);
    alarms.activate(this.#alarm, `Plugin ${this.name} is stopped: ${cause}; ${why}`, { plugin: this.name, cause });
  }

  /** @param before the thread that has failed, if it is not known to be gone */
  async #again(before: Thread | undefined): Promise<void> {
    if (before !== undefined && !(await before.isGone())) {
      this.#stop(this.#lastError ?? '', 'its thread cannot be ended, because it waits in the operating system');
      return;
    }
    if (this.#isClosed) return;
    const thread = this.#newThread();
    try {
      const described = await this.#inTime<Description>(thread.call('describe', '', undefined), 'was not imported');
      this.#server = this.#newServer(thread);
      const started = await this.#inTime<Started>(this.#begin(thread), 'did not begin');
      if (this.#isClosed) return;
      if (!isSame(described, this.#described) || !isSame(started, this.#started)) {
        this.#server?.end();
        await thread.close();
        this.#stop(this.#lastError ?? '', 'what it declares has changed since');
        return;
      }
    } catch (error) {
      await thread.close();
      this.#failed(sayingOf(error));
      return;
    }
    this.#thread = thread;
    this.#next = undefined;
    thread.unref();
    this.#restarts++;
    this.#outage = undefined;
    this.#parts.log.info('A plugin runs again', { plugin: this.name, restarts: this.#restarts });
    this.#parts.alarms.deactivate(this.#alarm);
    this.#parts.onAgain();
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return asText(one) === asText(other);
}

/** JSON has no infinite numbers. */
function asText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'number' ? String(part) : part));
}
