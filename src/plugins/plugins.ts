/**
 * All plugins that there are, loaded or not: those that come with the broker, those of the configuration, and parts of
 * the broker that operators know as plugins. They are loaded, unloaded and loaded again one after another, and whether
 * one is loaded outlives the process.
 */

import { nearest } from '../config/nearest.ts';
import { BackendError } from '../ports/backend-error.ts';
import type { PluginDefinition, PluginStatus } from '../ports/plugin.ts';
import type { PluginRouteCall, ShownPluginOption } from '../ports/plugin-administration.ts';
import { packageFolder } from '../std/package-folder.ts';
import { quote } from '../std/shorten.ts';
import type { PluginAccess } from './access-of-plugin.ts';
import { Choices, type ChoicesParts } from './choices.ts';
import { pluginError, sayingOf } from './failure.ts';
import { type HookedBroker, HookTable } from './hook-table.ts';
import { IsolatedPlugin, type Threads } from './isolated/isolated-plugin.ts';
import { PluginThread } from './isolated/plugin-thread.ts';
import { ThreadWatch } from './isolated/thread-watch.ts';
import { LoadedPlugin, type LoadParts } from './loaded-plugin.ts';
import type { PluginEntry, PluginPart } from './plugin-entry.ts';
import { type GivenOptions, pluginValues, shownOptions } from './plugin-options.ts';
import { errorOf, type Held, statusOf, statusOfPart } from './plugin-status.ts';
import type { ScopeParts } from './scope-of-broker.ts';
import { type Stall, StallWatch } from './stalls/stall-watch.ts';
import { type StoppedPlugin, type StoppedPlugins, standIn, stoppedText } from './stalls/stopped-plugins.ts';

export interface PluginsParts extends ScopeParts, ChoicesParts {
  readonly broker: HookedBroker & ScopeParts['broker'];
  readonly access: PluginAccess;
  readonly entries: readonly PluginEntry[];
  readonly parts: readonly PluginPart[];
  /** Where it is kept which plugins are not to be loaded because they kept everybody waiting; unless given, nowhere. */
  readonly stopped?: StoppedPlugins;
  /** Begins threads of plugins; unless given, with the file that the build has made. */
  readonly threads?: Threads;
  /** Unless given, the process goes on. */
  endProcess?(): void;
  /** Other names: `emqx_web_hook` for `webhook`. Unless given, there are none. */
  readonly aliases?: ReadonlyMap<string, string>;
}

/** What is about to be loaded. */
interface Prepared {
  readonly definition: PluginDefinition;
  readonly isolated: IsolatedPlugin | undefined;
}

/** An answer of a thread takes a turn at least, and within one a single message may reach thousands. */
const ISOLATED_PENDING_MAX = 10_000;

export class Plugins {
  readonly #held: ReadonlyMap<string, Held>;
  readonly #switched: ReadonlyMap<string, PluginPart>;
  readonly #partsAtStart: ReadonlyMap<string, boolean>;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #parts: PluginsParts;
  readonly #loadParts: LoadParts;
  readonly #choices: Choices;
  readonly #threads: Threads;
  readonly #stalls = new StallWatch((stall) => this.#stalled(stall));
  /** The change that is under way. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(parts: PluginsParts) {
    this.#parts = parts;
    this.#choices = new Choices(parts);
    this.#threads = parts.threads ?? ownThreads();
    this.#loadParts = { ...parts, hooks: new HookTable(parts.broker), running: this.#stalls.running };
    this.#held = new Map(
      parts.entries.map((entry) => [
        entry.name,
        { entry, loaded: undefined, isolated: undefined, error: undefined } satisfies Held,
      ]),
    );
    this.#switched = new Map(parts.parts.map((part) => [part.name, part]));
    this.#partsAtStart = new Map(parts.parts.map((part) => [part.name, part.isLoaded()]));
    this.#aliases = parts.aliases ?? new Map();
  }

  /**
   * Loads those that are to be loaded.
   * @throws BackendError `PLUGIN_…` for the first that cannot be, with nothing left loaded
   */
  static async open(parts: PluginsParts): Promise<Plugins> {
    const plugins = new Plugins(parts);
    try {
      await plugins.#loadAll();
    } catch (error) {
      await plugins.close();
      throw error;
    }
    return plugins;
  }

  async #loadAll(): Promise<void> {
    for (const held of this.#held.values()) {
      const { name, isEnabled } = held.entry;
      if (!this.#choices.isLoaded(name, isEnabled)) continue;
      if (this.#parts.stopped?.get(name) === undefined) await this.#load(held, await this.#prepare(held));
      else await this.#standIn(held, this.#parts.stopped.get(name)!);
    }
    for (const part of this.#switched.values()) {
      const isLoaded = part.isLoaded();
      const wanted = part.fixed === undefined ? this.#choices.isLoaded(part.name, isLoaded) : isLoaded;
      if (wanted && !isLoaded) await part.load();
      if (!wanted && isLoaded) await part.unload();
    }
  }

  list(): readonly PluginStatus[] {
    return [...[...this.#held.values()].map(statusOf), ...[...this.#switched.values()].map(statusOfPart)];
  }

  load(name: string): Promise<void> {
    return this.#change(async () => {
      const found = this.#find(name);
      if ('entry' in found) {
        if (found.loaded !== undefined && errorOf(found) === undefined) {
          throw pluginError('LOADED', `Plugin ${found.entry.name} is loaded already`);
        }
        await this.#loadAgain(found);
        await this.#choices.remember(found.entry.name, true, found.entry.isEnabled);
      } else {
        if (found.isLoaded()) throw pluginError('LOADED', `Plugin ${found.name} is loaded already`);
        if (found.fixed !== undefined) throw pluginError('UNAVAILABLE', `Plugin ${found.name} ${found.fixed}`);
        await found.load();
        await this.#rememberPart(found, true);
      }
    });
  }

  unload(name: string): Promise<void> {
    return this.#change(async () => {
      const found = this.#find(name);
      if ('entry' in found) {
        const { loaded, entry } = found;
        if (loaded === undefined && errorOf(found) === undefined) {
          throw pluginError('UNLOADED', `Plugin ${entry.name} is not loaded`);
        }
        await this.#unload(found);
        this.#parts.stopped?.forget(entry.name);
        await this.#choices.remember(entry.name, false, entry.isEnabled);
      } else {
        if (!found.isLoaded()) throw pluginError('UNLOADED', `Plugin ${found.name} is not loaded`);
        if (found.fixed !== undefined) throw pluginError('FIXED', `Plugin ${found.name} ${found.fixed}`);
        await found.unload();
        await this.#rememberPart(found, false);
      }
    });
  }

  /** Loads it anew, from its file or package; one that is not loaded is loaded. */
  reload(name: string): Promise<void> {
    return this.#change(async () => {
      const found = this.#find(name);
      if ('entry' in found) {
        await this.#loadAgain(found);
        await this.#choices.remember(found.entry.name, true, found.entry.isEnabled);
      } else {
        if (found.fixed !== undefined) throw pluginError('FIXED', `Plugin ${found.name} ${found.fixed}`);
        if (found.isLoaded()) await found.unload();
        await found.load();
        await this.#rememberPart(found, true);
      }
    });
  }

  /** @throws BackendError `PLUGIN_UNLOADED` for one that is not loaded, `PLUGIN_NOT_FOUND` */
  options(name: string): readonly ShownPluginOption[] {
    const { definition, context } = this.#loadedOf(name);
    return shownOptions(definition.options ?? {}, context.options);
  }

  /** Those that are not named stay as they are. The plugin is loaded again with them. */
  setOptions(name: string, options: GivenOptions): Promise<void> {
    return this.#change(async () => {
      const { definition } = this.#loadedOf(name);
      const held = this.#held.get(definition.name)!;
      const given = new Map([...this.#optionsOf(held.entry), ...options]);
      pluginValues(definition.name, definition.options ?? {}, given);
      await this.#choices.changeOptions(definition.name, options);
      const prepared = await this.#prepare(held);
      await this.#unload(held);
      await this.#load(held, prepared);
    });
  }

  #optionsOf(entry: PluginEntry): GivenOptions {
    return new Map([...entry.options(), ...this.#choices.changedOptions(entry.name)]);
  }

  async run(name: string, command: string, args: readonly string[]): Promise<unknown> {
    const { definition, context } = this.#loadedOf(name);
    const commands = definition.commands ?? {};
    const found = Object.hasOwn(commands, command) ? commands[command] : undefined;
    if (found === undefined) {
      const names = Object.keys(commands).join(', ') || 'none';
      throw pluginError('NOT_FOUND', `Plugin ${definition.name} has no command ${quote(command)}; it has ${names}`);
    }
    return await this.#called(definition.name, () => found.run(args, context));
  }

  route(name: string, method: string, path: string): PluginRouteCall | undefined {
    const { definition, context } = this.#loadedOf(name);
    const found = definition.routes?.find((one) => one.method === method && one.path === path);
    if (found === undefined) return undefined;
    return {
      scope: found.scope ?? 'admin',
      call: (request) => this.#called(definition.name, () => found.handle(request, context)),
    };
  }

  /** Unloads all, the latest first; nothing is recorded of it. */
  close(): Promise<void> {
    return this.#change(async () => {
      for (const held of [...this.#held.values()].reverse()) await this.#unload(held);
      this.#stalls.close();
    });
  }

  /** Called while the plugin's code stands still; what it does has to be done when it returns. */
  #stalled(stall: Stall): void {
    const { log, stopped, endProcess } = this.#parts;
    stopped?.add(stall, this.#held.get(stall.plugin)?.loaded);
    log.error('A plugin keeps everybody waiting and ends the broker; at the next start it is not run', { ...stall });
    endProcess?.();
  }

  /** In the place of a plugin that was stopped. */
  async #standIn(held: Held, stopped: StoppedPlugin): Promise<void> {
    held.loaded = await LoadedPlugin.load(standIn(stopped), new Map(), this.#loadParts);
    held.error = stoppedText(stopped);
    this.#parts.log.error('A plugin is not run', { plugin: stopped.plugin, cause: held.error });
  }

  async #loadAgain(held: Held): Promise<void> {
    const prepared = await this.#prepare(held);
    await this.#unload(held);
    this.#parts.stopped?.forget(held.entry.name);
    await this.#load(held, prepared);
  }

  #loadedOf(name: string): LoadedPlugin {
    const found = this.#find(name);
    if ('entry' in found && found.loaded !== undefined) return found.loaded;
    throw pluginError('UNLOADED', `Plugin ${quote(name)} is not loaded, or has no commands and routes`);
  }

  async #called(name: string, task: () => unknown): Promise<unknown> {
    try {
      return await task();
    } catch (error) {
      if (error instanceof BackendError) throw error;
      throw pluginError('FAILED', `Plugin ${name}: ${sayingOf(error)}`, error);
    }
  }

  #find(name: string): Held | PluginPart {
    const known = this.#held.get(name) ?? this.#switched.get(name);
    const alias = this.#aliases.get(name);
    const found = known ?? (alias && (this.#held.get(alias) ?? this.#switched.get(alias)));
    if (found) return found;
    const near = nearest(name, [...this.#held.keys(), ...this.#switched.keys()]);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    throw pluginError('NOT_FOUND', `There is no plugin ${quote(name)} (not found)${hint}`);
  }

  /** Finds what is to be loaded, before anything else is unloaded for it. */
  async #prepare(held: Held): Promise<Prepared> {
    const { entry } = held;
    try {
      if (entry.isolation === undefined) {
        if (entry.codeAddress !== undefined) this.#stalls.add(entry.name, entry.codeAddress());
        return { definition: await entry.find(), isolated: undefined };
      }
      const { clock, log, broker } = this.#parts;
      const isolated = await IsolatedPlugin.open(entry.name, entry.isolation, {
        clock,
        log,
        alarms: broker.inspect.alarms,
        threads: this.#threads,
        onAgain: () => {
          for (const hook of held.loaded?.hooks ?? []) hook.revive();
        },
      });
      return { definition: isolated.definition, isolated };
    } catch (error) {
      held.error = sayingOf(error);
      throw error;
    }
  }

  async #load(held: Held, { definition, isolated }: Prepared): Promise<void> {
    const { entry } = held;
    try {
      // Whatever name its author has given it: two sections may load the same one with other options.
      held.loaded = await LoadedPlugin.load({ ...definition, name: entry.name }, this.#optionsOf(entry), {
        ...this.#loadParts,
        ...(isolated !== undefined && { pendingMax: ISOLATED_PENDING_MAX }),
      });
      held.isolated = isolated;
      held.error = undefined;
      this.#parts.log.info('A plugin is loaded', { plugin: entry.name, version: definition.version });
    } catch (error) {
      await isolated?.close();
      held.error = sayingOf(error);
      throw error;
    }
  }

  async #unload(held: Held): Promise<void> {
    const { loaded, entry } = held;
    held.loaded = undefined;
    held.isolated = undefined;
    held.error = undefined;
    if (loaded === undefined) return;
    await loaded.unload();
    this.#stalls.remove(entry.name);
    this.#parts.log.info('A plugin is unloaded', { plugin: entry.name });
  }

  #change<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #rememberPart({ name }: PluginPart, loaded: boolean): Promise<void> {
    return this.#choices.remember(name, loaded, this.#partsAtStart.get(name) ?? false);
  }
}

/** Threads with the file that the build has made, and one watch for all of them. */
function ownThreads(): Threads {
  const watch = new ThreadWatch();
  const file = new URL('dist/plugin-worker.js', packageFolder);
  return (parts) => new PluginThread(parts, file, watch);
}
