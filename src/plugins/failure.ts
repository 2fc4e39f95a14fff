/** What goes wrong with plugins, as operators read it. */

import { BackendError } from '../ports/backend-error.ts';
import { shorten } from '../std/shorten.ts';

/**
 * - `PLUGIN_NOT_FOUND`: nothing has this name, or nothing is where it should be
 * - `PLUGIN_INVALID`: what is there is no plugin, or declares something that cannot be
 * - `PLUGIN_OPTIONS`: an option is missing, unknown or has a value that cannot be
 * - `PLUGIN_FAILED`: its own code failed
 * - `PLUGIN_LOADED`, `PLUGIN_UNLOADED`: it is so already
 * - `PLUGIN_FIXED`: it cannot be unloaded
 * - `PLUGIN_UNAVAILABLE`: this broker does not have what it stands for
 * - `PLUGIN_RESOURCES`: it has begun too much and ended too little
 */
export type PluginTrouble =
  | 'NOT_FOUND'
  | 'INVALID'
  | 'OPTIONS'
  | 'FAILED'
  | 'LOADED'
  | 'UNLOADED'
  | 'FIXED'
  | 'UNAVAILABLE'
  | 'RESOURCES';

export function pluginError(trouble: PluginTrouble, text: string, cause?: unknown): BackendError {
  return new BackendError(`PLUGIN_${trouble}`, text, cause === undefined ? {} : { cause });
}

const TEXT_LENGTH_MAX = 500;

/** What a failure says for itself, on one line. */
export function sayingOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return shorten(text.replaceAll(/\s+/g, ' '), TEXT_LENGTH_MAX);
}
