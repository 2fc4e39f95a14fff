/** Which folders are home directories of EMQX. Every start asks, so that nothing else is loaded for it. */

import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const mainNames: readonly string[] = ['emqx.conf', 'emq.conf'];

/** The home directory that a path means: a folder with `etc/emqx.conf` in it, or that file itself. Undefined otherwise. */
export function emqxHomeOf(path: string): string | undefined {
  if (mainNames.includes(basename(path)) && basename(dirname(path)) === 'etc' && exists(path)) {
    return dirname(dirname(path));
  }
  return mainNames.some((name) => exists(join(path, 'etc', name))) ? path : undefined;
}

function exists(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
