/**
 * Plugins that stood in the way of everybody and ended the process with it. They are not loaded again until an operator
 * asks for it; until then a stand-in without their code answers as they have declared for the case that they fail. They are
 * kept in a file, because at that moment nothing can wait for the store.
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { HookName, HookRule, PluginDefinition, PluginHooks } from '../../ports/plugin.ts';
import { pluginError, sayingOf } from '../failure.ts';
import type { LoadedPlugin } from '../loaded-plugin.ts';
import type { Stall } from './stall-watch.ts';

export interface StoppedPlugin {
  readonly plugin: string;
  /** ISO 8601. */
  readonly at: string;
  /** What it was about, for people. */
  readonly place: string;
  /** Its hooks that refuse what they cannot answer, with the topics that they are about. */
  readonly closedHooks: readonly { readonly hook: HookName; readonly topics?: readonly string[] | undefined }[];
  readonly checksLogins: boolean;
  readonly checksPermissions: boolean;
}

export class StoppedPlugins {
  readonly #file: string;
  readonly #stopped: Map<string, StoppedPlugin>;

  /** @throws BackendError `PLUGIN_FAILED` when there is a file that cannot be read */
  constructor(file: string) {
    this.#file = file;
    this.#stopped = new Map(read(file).map((one) => [one.plugin, one]));
  }

  get(plugin: string): StoppedPlugin | undefined {
    return this.#stopped.get(plugin);
  }

  /** Returns when the file is written. */
  add({ plugin, hook, place }: Stall, loaded: LoadedPlugin | undefined): void {
    const { definition, hooks = [] } = loaded ?? {};
    this.#stopped.set(plugin, {
      plugin,
      at: new Date().toISOString(),
      place: hook === undefined ? place : `${hook}, ${place}`,
      closedHooks: hooks
        .filter(({ failsOpen }) => !failsOpen)
        .map(({ hook: name, topics }) => ({ hook: name, topics })),
      checksLogins: definition?.authenticators !== undefined,
      checksPermissions: definition?.authorizers !== undefined,
    });
    this.#write();
  }

  forget(plugin: string): void {
    if (this.#stopped.delete(plugin)) this.#write();
  }

  #write(): void {
    if (this.#stopped.size === 0) {
      rmSync(this.#file, { force: true });
      return;
    }
    // Whoever ends the process meanwhile leaves the file as it was.
    const fresh = `${this.#file}.new`;
    rmSync(fresh, { force: true });
    const text = JSON.stringify([...this.#stopped.values()], undefined, 2);
    writeFileSync(fresh, `${text}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(fresh, this.#file);
  }
}

function read(file: string): StoppedPlugin[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw pluginError('FAILED', `${file} cannot be read: ${sayingOf(error)}`, error);
  }
  try {
    const found = JSON.parse(text) as StoppedPlugin[];
    if (found.every(isWhole)) return found;
  } catch {
    // Said below.
  }
  const advice = 'remove it, if the plugins of the configuration are to be loaded';
  throw pluginError('FAILED', `${file} does not say which plugins were stopped; ${advice}`);
}

/** Nothing may be missing: what is not said to be refused would be allowed. */
function isWhole({ plugin, closedHooks, checksLogins, checksPermissions }: StoppedPlugin): boolean {
  const areFlags = typeof checksLogins === 'boolean' && typeof checksPermissions === 'boolean';
  return typeof plugin === 'string' && Array.isArray(closedHooks) && areFlags;
}

/** What people are told of it. */
export function stoppedText({ at, place }: StoppedPlugin): string {
  return `it kept everybody waiting (${place}, ${at}), so it is not run; load it again when it is mended`;
}

/** Fails in everything in which the plugin would, so that nothing is allowed that it would have to allow. */
export function standIn({ plugin, closedHooks, checksLogins, checksPermissions }: StoppedPlugin): PluginDefinition {
  const refuse = (): never => {
    throw pluginError('FAILED', `Plugin ${plugin} is not run since it kept everybody waiting; load it again`);
  };
  const refusal = (topics: readonly string[] | undefined): HookRule<HookName> => ({
    handle: refuse,
    onFailure: 'closed',
    ...(topics !== undefined && { topics }),
  });
  return {
    name: plugin,
    hooks: Object.fromEntries(closedHooks.map(({ hook, topics }) => [hook, refusal(topics)])) as PluginHooks,
    ...(checksLogins && { authenticators: () => [{ name: plugin, authenticate: refuse }] }),
    ...(checksPermissions && { authorizers: () => [{ name: plugin, authorize: refuse }] }),
  };
}
