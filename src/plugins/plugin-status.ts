/** Plugins and parts as operators see them. */

import type { PluginStatus } from '../ports/plugin.ts';
import type { IsolatedPlugin } from './isolated/isolated-plugin.ts';
import type { LoadedPlugin } from './loaded-plugin.ts';
import type { PluginEntry, PluginPart } from './plugin-entry.ts';

/** A plugin, loaded or not. */
export interface Held {
  readonly entry: PluginEntry;
  loaded: LoadedPlugin | undefined;
  /** Where it runs in a thread of its own. */
  isolated: IsolatedPlugin | undefined;
  error: string | undefined;
}

/** Why it does not run though it should. */
export function errorOf({ isolated, error }: Held): string | undefined {
  return error ?? isolated?.status.outage;
}

export function statusOf(held: Held): PluginStatus {
  const { entry, loaded, isolated } = held;
  const { definition, hooks = [] } = loaded ?? {};
  const error = errorOf(held);
  return {
    name: entry.name,
    description: definition?.description ?? entry.description,
    version: definition?.version ?? '',
    kind: entry.kind,
    state: error !== undefined ? 'failed' : loaded !== undefined ? 'loaded' : 'unloaded',
    error,
    ...(isolated !== undefined && { isolation: isolated.status }),
    isFixed: false,
    hooks: hooks.map(({ statistics }) => statistics),
    commands: Object.entries(definition?.commands ?? {}).map(([name, { usage = '', sentence }]) => ({
      name,
      usage,
      sentence,
    })),
  };
}

export function statusOfPart(part: PluginPart): PluginStatus {
  const { name, description, fixed } = part;
  const state = part.isLoaded() ? 'loaded' : 'unloaded';
  const status = { name, description, version: '', kind: 'part', state, error: undefined } as const;
  return { ...status, isFixed: fixed !== undefined, hooks: [], commands: [] };
}
