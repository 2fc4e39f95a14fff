/**
 * One hook of one plugin, asked so that nothing it does reaches further than its answer: what it throws, an answer that
 * comes too late, one that makes no sense, and calls that pile up are failures, which are counted, told to the log, and
 * mean what the plugin has declared.
 */

import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { HookName, HookRule, HookStatistics, PluginContext } from '../ports/plugin.ts';
import { isPromiseLike } from '../std/promise-like.ts';
import { matches } from '../topic/name.ts';
import { sayingOf } from './failure.ts';
import type { RunningHook } from './stalls/stall-watch.ts';

/** The answer of a hook that failed. */
export const FAILED: unique symbol = Symbol('failed');

export type Guarded = unknown | typeof FAILED;

const DEADLINE_SECONDS = 5;

/** Calls that may wait for an answer at the same time, unless the owner says otherwise. */
const PENDING_MAX = 1000;

/** A hook that fails all the time is told of so often. */
const TOLD_EVERY_MS = 1000;

export interface HookOwner {
  readonly plugin: string;
  readonly context: PluginContext;
  readonly clock: Clock;
  readonly log: Log;
  /** Written down around each call. */
  readonly running: RunningHook;
  /** Calls of one hook that may wait for an answer at the same time. Default 1000. */
  readonly pendingMax?: number;
}

export class GuardedHook {
  readonly plugin: string;
  readonly hook: HookName;
  /** What a failure means where the hook is a filter. */
  readonly failsOpen: boolean;
  readonly #rule: HookRule<HookName>;
  readonly #owner: HookOwner;
  /** Says what is wrong with an answer. */
  readonly #problemOf: (answer: unknown) => string | undefined;
  #calls = 0;
  #failures = 0;
  #inRow = 0;
  #pending = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #isDisabled = false;
  #isEnded = false;
  #lastFailure: string | undefined;

  constructor(
    hook: HookName,
    rule: HookRule<HookName>,
    owner: HookOwner,
    problemOf: (answer: unknown) => string | undefined,
  ) {
    this.plugin = owner.plugin;
    this.hook = hook;
    this.failsOpen = (rule.onFailure ?? (hook === 'client.unsubscribe' ? 'open' : 'closed')) === 'open';
    this.#rule = rule;
    this.#owner = owner;
    this.#problemOf = problemOf;
  }

  get statistics(): HookStatistics {
    return {
      hook: this.hook,
      calls: this.#calls,
      failures: this.#failures,
      isDisabled: this.#isDisabled,
      lastFailure: this.#lastFailure,
    };
  }

  /** The filters of the topics that it is about; undefined: all. */
  get topics(): readonly string[] | undefined {
    return this.#rule.topics;
  }

  /** Whether it wants to know of messages on a topic. */
  concerns(topic: string): boolean {
    return this.#rule.topics?.some((filter) => matches(filter, topic)) ?? true;
  }

  /** Is called again, whatever has failed before: the plugin was begun again. */
  revive(): void {
    this.#inRow = 0;
    this.#isDisabled = false;
  }

  /** Its answers count no more: the plugin is unloaded. */
  end(): void {
    this.#isEnded = true;
  }

  /** What it answers, or FAILED. Never throws and never rejects. */
  ask(event: unknown): Guarded | Promise<Guarded> {
    if (this.#isDisabled) return FAILED;
    const { clock, context, running, pendingMax = PENDING_MAX } = this.#owner;
    if (this.#pending >= pendingMax) return this.#failed(`${pendingMax} calls wait for an answer`);
    this.#calls++;
    const from = clock.monotonic();
    const outer = running.hook;
    running.hook = this.hook;
    try {
      const answer: unknown = this.#rule.handle(event as never, context);
      if (isPromiseLike(answer)) return this.#wait(answer);
      const tookMs = clock.monotonic() - from;
      if (tookMs > this.#deadlineMs) return this.#failed(`it took ${Math.round(tookMs)} ms, and everybody waited`);
      return this.#checked(answer);
    } catch (error) {
      return this.#failed(sayingOf(error));
    } finally {
      running.hook = outer;
    }
  }

  get #deadlineMs(): number {
    return (this.#rule.deadlineSeconds ?? DEADLINE_SECONDS) * 1000;
  }

  #wait(answer: PromiseLike<unknown>): Promise<Guarded> {
    this.#pending++;
    return new Promise((resolve) => {
      let isSettled = false;
      const settle = (result: () => Guarded): void => {
        if (isSettled) return;
        isSettled = true;
        this.#pending--;
        cancel();
        resolve(result());
      };
      const cancel = this.#owner.clock.after(this.#deadlineMs, () =>
        settle(() => this.#failed(`no answer within ${this.#deadlineMs / 1000} s`)),
      );
      Promise.resolve(answer).then(
        (late) => settle(() => this.#checked(late)),
        (error: unknown) => settle(() => this.#failed(sayingOf(error))),
      );
    });
  }

  #checked(answer: unknown): Guarded {
    const problem = this.#problemOf(answer);
    if (problem !== undefined) return this.#failed(`its answer ${problem}`);
    this.#inRow = 0;
    return answer;
  }

  #failed(cause: string): typeof FAILED {
    this.#failures++;
    this.#inRow++;
    this.#lastFailure = cause;
    if (this.#isEnded) return FAILED;
    const { log, clock, plugin } = this.#owner;
    const { failuresMax = 0 } = this.#rule;
    const means = this.failsOpen ? 'goes on' : 'is refused';
    if (failuresMax > 0 && this.#inRow >= failuresMax) {
      this.#isDisabled = true;
      log.error('A hook of a plugin is not called any more: it failed too often', {
        plugin,
        hook: this.hook,
        failures: this.#inRow,
        cause,
      });
    } else if (clock.monotonic() - this.#toldAt >= TOLD_EVERY_MS) {
      this.#toldAt = clock.monotonic();
      log.warn('A hook of a plugin failed', { plugin, hook: this.hook, failures: this.#failures, cause, means });
    }
    return FAILED;
  }
}
