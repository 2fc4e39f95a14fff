/** A plugin that is loaded: its context, its hooks and its sources, begun together and ended together. */

import type { ChainSource } from '../access/chain/access-chain.ts';
import type { HookName, HookRule, PluginDefinition, PluginHooks } from '../ports/plugin.ts';
import { accessOfPlugin, type PluginAccess } from './access-of-plugin.ts';
import { answerProblem } from './answers.ts';
import { pluginError, sayingOf } from './failure.ts';
import { GuardedHook } from './guarded-hook.ts';
import type { HookTable } from './hook-table.ts';
import { type GivenOptions, pluginValues } from './plugin-options.ts';
import { PluginScope } from './plugin-scope.ts';
import { type ScopeParts, scopeOfBroker } from './scope-of-broker.ts';
import type { RunningHook } from './stalls/stall-watch.ts';

/** Time for the beginning of a plugin. */
const START_SECONDS_MAX = 30;

export interface LoadParts extends ScopeParts {
  readonly access: PluginAccess;
  readonly hooks: HookTable;
  readonly running: RunningHook;
  /** Calls of one hook that may wait at the same time, where it is not as many as usual. */
  readonly pendingMax?: number;
}

export class LoadedPlugin {
  readonly definition: PluginDefinition;
  readonly context: PluginScope;
  readonly hooks: readonly GuardedHook[];
  readonly #parts: LoadParts;
  #sources: readonly ChainSource[] = [];

  private constructor(definition: PluginDefinition, given: GivenOptions, parts: LoadParts) {
    const { name, options = {}, hooks = {} } = definition;
    const { clock, log, running, pendingMax } = parts;
    this.definition = definition;
    this.#parts = parts;
    this.context = new PluginScope(name, pluginValues(name, options, given), scopeOfBroker(name, parts));
    const limits = pendingMax === undefined ? {} : { pendingMax };
    const owner = { plugin: name, context: this.context, clock, log, running, ...limits };
    this.hooks = rulesOf(hooks).map(([hook, rule]) => new GuardedHook(hook, rule, owner, answerProblem(hook)));
  }

  /** @throws BackendError `PLUGIN_…` with nothing left */
  static async load(definition: PluginDefinition, given: GivenOptions, parts: LoadParts): Promise<LoadedPlugin> {
    const loaded = new LoadedPlugin(definition, given, parts);
    try {
      await loaded.#begin();
    } catch (error) {
      await loaded.unload();
      if (error instanceof Error && error.name === 'BackendError') throw error;
      throw pluginError('FAILED', `Plugin ${definition.name} could not begin: ${sayingOf(error)}`, error);
    }
    return loaded;
  }

  async #begin(): Promise<void> {
    const { definition, context, hooks } = this;
    const { access, clock } = this.#parts;
    await new Promise<void>((resolve, reject) => {
      const cancel = clock.after(START_SECONDS_MAX * 1000, () => {
        const text = `Plugin ${definition.name} did not begin within ${START_SECONDS_MAX} s`;
        reject(pluginError('FAILED', text));
      });
      Promise.resolve()
        .then(() => definition.start?.(context))
        .then(() => resolve(), reject)
        .finally(cancel);
    });
    this.#sources = accessOfPlugin(definition, hooks, context);
    this.#parts.hooks.add(hooks);
    for (const source of this.#sources) access.add(source, true);
  }

  /** Never rejects: what fails is told to the log. */
  async unload(): Promise<void> {
    const { access, hooks, log } = this.#parts;
    hooks.remove(this.hooks);
    for (const hook of this.hooks) hook.end();
    for (const { source } of this.#sources) {
      access.remove(source.name);
      try {
        await source.close();
      } catch (error) {
        log.error('A source of a plugin could not be closed', { plugin: this.definition.name, cause: sayingOf(error) });
      }
    }
    await this.context.end();
  }
}

function rulesOf(hooks: PluginHooks): [HookName, HookRule<HookName>][] {
  return Object.entries(hooks).flatMap(([name, hook]): [HookName, HookRule<HookName>][] => {
    if (hook === undefined) return [];
    const rule = typeof hook === 'function' ? { handle: hook } : hook;
    return [[name as HookName, rule as unknown as HookRule<HookName>]];
  });
}
