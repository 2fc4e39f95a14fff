/** Makes the data folder, readable by its owner alone, and says clearly when that is impossible. */

import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { dataDirectoryVariable } from '../config/environment.ts';
import { StartError } from './start-error.ts';

/** @throws StartError */
export function openDataFolder(directory: string): void {
  try {
    makeFolder(directory);
    if (!statSync(directory).isDirectory()) throw new TypeError('it is a file');
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const text = `the data folder ${directory} cannot be used: ${(error as Error).message}`;
    const hint = `  Choose another: --data.dir DIRECTORY, data.dir in the configuration, or ${dataDirectoryVariable}.`;
    throw new StartError(`${text}\n${hint}`, { cause: error });
  }
}

/** Node's own recursive form never returns where a file system refuses new folders with ENOENT, as /proc does. */
function makeFolder(directory: string): void {
  const parent = dirname(directory);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || parent === directory) throw error;
    makeFolder(parent);
    mkdirSync(directory, { mode: 0o700 });
  }
}
