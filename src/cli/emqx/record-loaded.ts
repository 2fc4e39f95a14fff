/** Keeps in a home directory of EMQX what was loaded and unloaded while the broker ran, so that it is so after the next start. */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { readHomeOnDisk } from '../../config/emqx/dialect.ts';
import { currentPlugin } from '../../config/emqx/keys/aliases.ts';
import {
  defaultModules,
  defaultPlugins,
  formatLoaded,
  type LoadedEntries,
  parseLoaded,
  withLoaded,
} from '../../config/emqx/loaded-files.ts';
import type { Environment } from '../../config/environment.ts';

/**
 * Rewrites `data/loaded_plugins`, or `data/loaded_modules` for the name of a module. An entry under a former name stays
 * under it. Throws what the file system does.
 */
export function recordLoaded(home: string, environment: Environment, name: string, loaded: boolean): void {
  const isModule = currentPlugin(name).startsWith('emqx_mod_');
  const said = readHomeOnDisk(home, environment).keys.text(isModule ? 'modules.loaded_file' : 'plugins.loaded_file');
  const file = isAbsolute(said ?? '') ? (said ?? '') : join(home, said ?? '');
  const entries = entriesOf(file) ?? (isModule ? defaultModules : defaultPlugins);
  const written = [...entries.keys()].find((one) => currentPlugin(one) === currentPlugin(name)) ?? currentPlugin(name);
  // Half a file would be read as a mistake at the next start.
  const beside = `${file}.${process.pid}.new`;
  try {
    writeFileSync(beside, formatLoaded(withLoaded(entries, written, loaded)));
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Undefined where there is no file. */
function entriesOf(file: string): LoadedEntries | undefined {
  try {
    return parseLoaded(readFileSync(file, 'utf8')).entries;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
