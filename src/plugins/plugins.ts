/**
 * All plugins that there are, loaded or not: those that come with the broker, those of the configuration, and parts of
 * the broker that operators know as plugins. They are loaded, unloaded and loaded again one after another, and whether
 * one is loaded outlives the process.
 */

import { nearest } from '../config/nearest.ts';
import { BackendError } from '../ports/backend-error.ts';
import type { PluginDefinition, PluginStatus } from '../ports/plugin.ts';
import type { PluginRouteCall, ShownPluginOption } from '../ports/plugin-administration.ts';
import { quote } from '../std/shorten.ts';
import type { PluginAccess } from './access-of-plugin.ts';
import { pluginError, sayingOf } from './failure.ts';
import { type HookedBroker, HookTable } from './hook-table.ts';
import { LoadedPlugin, type LoadParts } from './loaded-plugin.ts';
import { type GivenOptions, pluginValues, shownOptions } from './plugin-options.ts';
import type { ScopeParts } from './plugin-scope.ts';
import { type Stall, StallWatch } from './stalls/stall-watch.ts';
import { type StoppedPlugin, type StoppedPlugins, standIn, stoppedText } from './stalls/stopped-plugins.ts';

/** A plugin that can be loaded. */
export interface PluginEntry {
  readonly name: string;
  readonly kind: 'builtin' | 'package' | 'file';
  readonly description: string;
  /** Whether it is loaded unless an operator has said otherwise at run time. */
  readonly isEnabled: boolean;
  /** Finds it, anew each time it is loaded. */
  find(): Promise<PluginDefinition>;
  /** How the addresses of its code begin; left out of what comes with the broker. */
  codeAddress?(): string;
  options(): GivenOptions;
}

/** A part of the broker that is configured elsewhere and can be switched like a plugin. */
export interface PluginPart {
  readonly name: string;
  readonly description: string;
  /** Why it cannot be unloaded, or not loaded: the end of a sentence. Undefined where it can. */
  readonly fixed?: string;
  isLoaded(): boolean;
  load(): Promise<void>;
  unload(): Promise<void>;
}

export interface PluginsParts extends ScopeParts {
  readonly broker: HookedBroker & ScopeParts['broker'];
  readonly access: PluginAccess;
  readonly entries: readonly PluginEntry[];
  readonly parts: readonly PluginPart[];
  /** Where it is kept which plugins are not to be loaded because they kept everybody waiting; unless given, nowhere. */
  readonly stopped?: StoppedPlugins;
  /**
   * Keeps what is loaded where the configuration is read from, so that the configuration alone says it at the next start.
   * Unless given, the store keeps it.
   */
  keepChoice?(name: string, loaded: boolean): void;
  /** Unless given, the process goes on. */
  endProcess?(): void;
  /** Other names: `emqx_web_hook` for `webhook`. Unless given, there are none. */
  readonly aliases?: ReadonlyMap<string, string>;
}

interface Held {
  readonly entry: PluginEntry;
  loaded: LoadedPlugin | undefined;
  error: string | undefined;
}

/** What is recorded of a plugin that an operator has loaded or unloaded at run time. */
interface Choice {
  readonly loaded: boolean;
  /** What the configuration said then; once it says something else, it is right. */
  readonly configured: boolean;
}

const RECORD = 'plugins/loaded/';

/** Options that an operator has changed at run time, as JSON. */
const OPTIONS = 'plugins/options/';

export class Plugins {
  readonly #held: ReadonlyMap<string, Held>;
  readonly #switched: ReadonlyMap<string, PluginPart>;
  readonly #partsAtStart: ReadonlyMap<string, boolean>;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #parts: PluginsParts;
  readonly #loadParts: LoadParts;
  readonly #stalls = new StallWatch((stall) => this.#stalled(stall));
  /** The change that is under way. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(parts: PluginsParts) {
    this.#parts = parts;
    this.#loadParts = { ...parts, hooks: new HookTable(parts.broker), running: this.#stalls.running };
    this.#held = new Map(
      parts.entries.map((entry) => [entry.name, { entry, loaded: undefined, error: undefined } satisfies Held]),
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
      if (!this.#chosen(name, isEnabled)) continue;
      if (this.#parts.stopped?.get(name) === undefined) await this.#load(held);
      else await this.#standIn(held, this.#parts.stopped.get(name)!);
    }
    for (const part of this.#switched.values()) {
      const isLoaded = part.isLoaded();
      const wanted = part.fixed === undefined ? this.#chosen(part.name, isLoaded) : isLoaded;
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
        if (found.loaded !== undefined && found.error === undefined) {
          throw pluginError('LOADED', `Plugin ${found.entry.name} is loaded already`);
        }
        await this.#loadAgain(found);
        await this.#remember(found.entry.name, true, found.entry.isEnabled);
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
        if (loaded === undefined && found.error === undefined) {
          throw pluginError('UNLOADED', `Plugin ${entry.name} is not loaded`);
        }
        await this.#unload(found);
        this.#parts.stopped?.forget(entry.name);
        await this.#remember(entry.name, false, entry.isEnabled);
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
        await this.#remember(found.entry.name, true, found.entry.isEnabled);
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
      const { store } = this.#parts;
      const changed = new Map([...this.#changedOptions(definition.name), ...options]);
      store.put(OPTIONS + definition.name, Buffer.from(JSON.stringify([...changed])));
      await store.commit();
      await this.#unload(held);
      await this.#load(held);
    });
  }

  #optionsOf(entry: PluginEntry): GivenOptions {
    return new Map([...entry.options(), ...this.#changedOptions(entry.name)]);
  }

  #changedOptions(name: string): GivenOptions {
    const record = this.#parts.store.get(OPTIONS + name);
    if (record === undefined) return new Map();
    return new Map(JSON.parse(Buffer.from(record).toString()) as [string, unknown][]);
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
    await this.#unload(held);
    this.#parts.stopped?.forget(held.entry.name);
    await this.#load(held);
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

  async #load(held: Held): Promise<void> {
    const { entry } = held;
    try {
      if (entry.codeAddress !== undefined) this.#stalls.add(entry.name, entry.codeAddress());
      const definition = await entry.find();
      // Whatever name its author has given it: two sections may load the same one with other options.
      held.loaded = await LoadedPlugin.load(
        { ...definition, name: entry.name },
        this.#optionsOf(entry),
        this.#loadParts,
      );
      held.error = undefined;
      this.#parts.log.info('A plugin is loaded', { plugin: entry.name, version: definition.version });
    } catch (error) {
      held.error = sayingOf(error);
      throw error;
    }
  }

  async #unload(held: Held): Promise<void> {
    const { loaded, entry } = held;
    held.loaded = undefined;
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

  #chosen(name: string, configured: boolean): boolean {
    const record = this.#parts.store.get(RECORD + name);
    if (record === undefined || this.#parts.keepChoice !== undefined) return configured;
    try {
      const choice = JSON.parse(Buffer.from(record).toString()) as Choice;
      return choice.configured === configured ? choice.loaded : configured;
    } catch {
      return configured;
    }
  }

  #rememberPart({ name }: PluginPart, loaded: boolean): Promise<void> {
    return this.#remember(name, loaded, this.#partsAtStart.get(name) ?? false);
  }

  async #remember(name: string, loaded: boolean, configured: boolean): Promise<void> {
    const { store, keepChoice } = this.#parts;
    if (keepChoice !== undefined) {
      keepChoice(name, loaded);
      return;
    }
    store.put(RECORD + name, Buffer.from(JSON.stringify({ loaded, configured } satisfies Choice)));
    await store.commit();
  }
}

function statusOf({ entry, loaded, error }: Held): PluginStatus {
  const { definition, hooks = [] } = loaded ?? {};
  return {
    name: entry.name,
    description: definition?.description ?? entry.description,
    version: definition?.version ?? '',
    kind: entry.kind,
    state: error !== undefined ? 'failed' : loaded !== undefined ? 'loaded' : 'unloaded',
    error,
    isFixed: false,
    hooks: hooks.map(({ statistics }) => statistics),
    commands: Object.entries(definition?.commands ?? {}).map(([name, { usage = '', sentence }]) => ({
      name,
      usage,
      sentence,
    })),
  };
}

function statusOfPart(part: PluginPart): PluginStatus {
  const { name, description, fixed } = part;
  const state = part.isLoaded() ? 'loaded' : 'unloaded';
  const status = { name, description, version: '', kind: 'part', state, error: undefined } as const;
  return { ...status, isFixed: fixed !== undefined, hooks: [], commands: [] };
}
