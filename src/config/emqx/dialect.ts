/** A home directory of EMQX as one more way to say what the broker's options are: its files on this machine. */

import type { Environment } from '../environment.ts';
import { readTextFile } from '../read-text.ts';
import { type EmqxHome, readEmqxHome } from './read-home.ts';

/** Reads a home directory on this machine. */
export function readHomeOnDisk(directory: string, environment: Environment): EmqxHome {
  return readEmqxHome(directory, environment, readText);
}

/** Undefined where there is no such file. */
function readText(file: string): string | undefined {
  try {
    return readTextFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
