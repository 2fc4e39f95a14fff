/**
 * The folder of a store: that it is one, that only its owner can read it, and where the files in it are. Knows nothing
 * of what the files hold.
 */

import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Log } from '../ports/log.ts';
import { storeError } from './store-error.ts';

const DATA_FILE = 'hoopoe.mdb';
/** Made by the engine beside the data file. */
export const ENGINE_LOCK_SUFFIX = '-lock';

const OTHERS = 0o077;

/** Makes the folder when only it is missing. @throws BackendError that says what is wrong with it */
export function openStoreFolder(folder: string, log: Log): void {
  try {
    if (makeFolder(folder)) syncFolder(dirname(folder));
    if (!statSync(folder).isDirectory()) throw Object.assign(new TypeError('not a folder'), { code: 'ENOTDIR' });
    tighten(folder, 0o700, log);
  } catch (error) {
    throw storeError(folder, error);
  }
}

function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes away what others may do with a file or folder. Windows has other rights, which a folder passes on to its files. */
export function tighten(path: string, mode: number, log: Log): void {
  if (process.platform === 'win32') return;
  const found = statSync(path).mode;
  if ((found & OTHERS) === 0) return;
  chmodSync(path, mode);
  log.warn('Other users could open the stored data; they cannot any more', {
    path,
    mode: (found & 0o777).toString(8),
  });
}

/** A new or renamed file survives a power failure only when its folder has been flushed too. */
export function syncFolder(folder: string): void {
  // Windows cannot open folders, and does this itself.
  if (process.platform !== 'win32') syncFile(folder);
}

export function syncFile(path: string): void {
  const descriptor = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function dataFileIn(folder: string): string {
  return join(folder, DATA_FILE);
}
