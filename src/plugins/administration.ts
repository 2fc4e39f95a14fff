/** Plugins as the management API and the commands see them, and modules by the names that EMQX gives them. */

import { InvalidRequest } from '../broker/broker.ts';
import { pluginsByName } from '../config/emqx/plugins.ts';
import { BackendError } from '../ports/backend-error.ts';
import type { IsolationStatus, PluginStatus } from '../ports/plugin.ts';
import type { PluginAdministration, ShownPlugin } from '../ports/plugin-administration.ts';
import { emqxAliases } from './emqx-parts.ts';
import type { Plugins } from './plugins.ts';

/** What is the fault of whoever asks. */
const REQUEST_FAULTS: ReadonlySet<string> = new Set([
  'PLUGIN_NOT_FOUND',
  'PLUGIN_LOADED',
  'PLUGIN_UNLOADED',
  'PLUGIN_FIXED',
  'PLUGIN_UNAVAILABLE',
  'PLUGIN_OPTIONS',
]);

const isModule = (name: string): boolean => name.startsWith('emqx_mod_');

/** Own names by the names that they have in EMQX, and back. */
const modules: readonly (readonly [emqx: string, own: string])[] = [
  ...[...emqxAliases].filter(([name]) => isModule(name)),
  ['emqx_mod_presence', 'emqx_mod_presence'],
  ['emqx_mod_acl_internal', 'emqx_mod_acl_internal'],
];

/** All plugins, with the webhook under the name that EMQX gives it. */
export function pluginAdministration(plugins: Plugins): PluginAdministration {
  const shownName = (name: string): string => (name === 'webhook' ? 'emqx_web_hook' : name);
  return administration(plugins, () =>
    plugins
      .list()
      .filter(({ name }) => !isModule(name))
      .map((status) => shown(status, shownName(status.name))),
  );
}

/** The modules of EMQX. */
export function moduleAdministration(plugins: Plugins): PluginAdministration {
  return administration(plugins, () => {
    const byName = new Map(plugins.list().map((status) => [status.name, status]));
    return modules.flatMap(([emqx, own]) => {
      const status = byName.get(own);
      return status === undefined ? [] : [shown(status, emqx)];
    });
  });
}

function administration(plugins: Plugins, list: () => ShownPlugin[]): PluginAdministration {
  const sorted = (): ShownPlugin[] => list().sort((one, other) => (one.name < other.name ? -1 : 1));
  return {
    list: sorted,
    load: (name) => asRequest(() => plugins.load(name)),
    unload: (name) => asRequest(() => plugins.unload(name)),
    reload: (name) => asRequest(() => plugins.reload(name)),
    options: (name) => {
      try {
        return plugins.options(name);
      } catch (error) {
        // Parts of the broker have the options of the configuration, and what does not run has nothing to show.
        if (list().some((one) => one.name === name)) return [];
        throw requestFault(error);
      }
    },
    setOptions: (name, options) => asRequest(() => plugins.setOptions(name, options)),
    run: (name, command, args) => asRequest(() => plugins.run(name, command, args)),
    route: (name, method, path) => {
      try {
        return plugins.route(name, method, path);
      } catch {
        return undefined;
      }
    },
  };
}

async function asRequest<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw requestFault(error);
  }
}

function requestFault(error: unknown): unknown {
  return error instanceof BackendError && REQUEST_FAULTS.has(error.code) ? new InvalidRequest(error.message) : error;
}

function shown(status: PluginStatus, name: string): ShownPlugin {
  const { kind, description, version, state, error, isolation, hooks } = status;
  return {
    name,
    description: description === '' ? (pluginsByName.get(name)?.description ?? '') : description,
    kind: kind === 'part' ? 'builtin' : kind,
    type: pluginsByName.get(name)?.type ?? 'feature',
    state: state === 'loaded' ? 'running' : state === 'failed' ? 'failed' : 'stopped',
    ...(version !== '' && { version }),
    ...(error !== undefined && { error }),
    ...((kind === 'package' || kind === 'file') && { isolated: isolation !== undefined }),
    ...(isolation !== undefined && shownIsolation(isolation)),
    ...(hooks.length > 0 && { hooks: hooks.map(({ hook, calls, failures }) => ({ hook, calls, failures })) }),
  };
}

function shownIsolation({ memoryBytes, memoryBytesMax, restarts, lastError }: IsolationStatus): Partial<ShownPlugin> {
  return { memoryBytes, memoryBytesMax, restarts, ...(lastError !== undefined && { lastError }) };
}
