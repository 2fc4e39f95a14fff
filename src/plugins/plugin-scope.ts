/**
 * The context of a loaded plugin. Everything that it begins is noted and ended when it is unloaded, and what fails in a
 * task of its own is told to the log and harms nobody. What it is made of differs with the thread that it is in.
 */

import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PluginBroker, PluginContext, PluginOptions, PluginStore, PluginValues } from '../ports/plugin.ts';
import { pluginError, sayingOf } from './failure.ts';

/** Timers, subscriptions and tasks of one plugin; one that has more does not end what it begins. */
const RESOURCES_MAX = 10_000;

/** How long an unload waits for one task of the plugin. */
const UNLOAD_SECONDS_MAX = 5;

/** How the parts of a context begin something and run what is the plugin's own. */
export interface Ownership {
  /** Begins something that has an end, which is called at the latest when the plugin is unloaded. */
  own(begin: () => () => void): () => void;
  /** Runs code of the plugin; what it throws is told to the log. */
  run(task: () => unknown): void;
}

/** What a context is made of. */
export interface ScopeMakings {
  readonly node: string;
  readonly clock: Pick<Clock, 'now' | 'every' | 'after'>;
  readonly log: Log;
  readonly store: PluginStore;
  broker(ownership: Ownership): PluginBroker;
}

export class PluginScope<O extends PluginOptions = PluginOptions> implements PluginContext<O> {
  readonly name: string;
  readonly options: PluginValues<O>;
  readonly node: string;
  readonly log: Log;
  readonly broker: PluginBroker;
  readonly store: PluginStore;
  readonly #clock: ScopeMakings['clock'];
  readonly #ends = new Set<() => unknown>();
  #isEnded = false;

  constructor(name: string, options: PluginValues<O>, { node, clock, log, store, broker }: ScopeMakings) {
    this.name = name;
    this.options = options;
    this.node = node;
    this.#clock = clock;
    this.log = log;
    this.store = store;
    this.broker = broker({ own: (begin) => this.#own(begin), run: (task) => this.#run(task) });
  }

  now(): number {
    return this.#clock.now();
  }

  every(seconds: number, task: () => unknown): () => void {
    return this.#own(() => this.#clock.every(msOf(seconds), () => this.#run(task)));
  }

  after(seconds: number, task: () => unknown): () => void {
    return this.#own((done) =>
      this.#clock.after(msOf(seconds), () => {
        done();
        this.#run(task);
      }),
    );
  }

  onUnload(task: () => unknown): void {
    this.#note(task);
  }

  /** Ends everything, the latest first; waits for each task no longer than some seconds. Never rejects. */
  async end(): Promise<void> {
    this.#isEnded = true;
    const ends = [...this.#ends].reverse();
    this.#ends.clear();
    for (const end of ends) {
      try {
        await this.#atMost(UNLOAD_SECONDS_MAX, end());
      } catch (error) {
        this.log.error('A plugin failed while it was unloaded', { cause: sayingOf(error) });
      }
    }
  }

  #atMost(seconds: number, answer: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(seconds * 1000, () =>
        reject(pluginError('FAILED', `Plugin ${this.name} did not end a task within ${seconds} s`)),
      );
      Promise.resolve(answer).then(resolve, reject).finally(cancel);
    });
  }

  /** Begins something that has an end. `done` says that it ended by itself. */
  #own(begin: (done: () => void) => () => void): () => void {
    let end: (() => void) | undefined;
    const forget = (): void => {
      if (end !== undefined) this.#ends.delete(end);
    };
    end = begin(forget);
    this.#note(end);
    return () => {
      forget();
      end();
    };
  }

  #note(end: () => unknown): void {
    if (!this.#isEnded && this.#ends.size < RESOURCES_MAX) {
      this.#ends.add(end);
      return;
    }
    // What nobody would end must not go on.
    void end();
    if (this.#isEnded) return;
    const text = `Plugin ${this.name} has ${RESOURCES_MAX} timers, subscriptions and tasks, which is the limit; it has to end some`;
    throw pluginError('RESOURCES', text);
  }

  #run(task: () => unknown): void {
    if (this.#isEnded) return;
    const failed = (error: unknown): void => this.log.error('A task of a plugin failed', { cause: sayingOf(error) });
    try {
      Promise.resolve(task()).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** A timer of Node that is set for longer fires at once. */
const TIMER_MS_MAX = 0x7fff_ffff;

function msOf(seconds: number): number {
  return Math.min(TIMER_MS_MAX, Math.max(1, Math.ceil(seconds * 1000)));
}
