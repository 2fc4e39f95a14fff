/** Which home directory the names `emqx` and `emqttd` mean, and the files in it that they write. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { emqxHomeOf } from '../../config/emqx/home-folder.ts';
import { defaultModules, defaultPlugins, formatLoaded } from '../../config/emqx/loaded-files.ts';
import type { Environment } from '../../config/environment.ts';

/** Where it may be said, besides `--home`. */
const variables: readonly string[] = ['EMQX_HOME', 'RUNNER_ROOT_DIR', 'EMQTTD_HOME'];

/**
 * The home directory: what `--home` or the environment says; otherwise the folder above the link's `bin`, or the one in
 * which one works. Undefined where none of them is one.
 * @param program the path by which the executable was called
 */
export function emqxHome(
  given: string | undefined,
  environment: Environment,
  workingDirectory: string,
  program: string | undefined,
): string | undefined {
  const said = given ?? variables.map((name) => environment[name]).find((value) => value);
  if (said !== undefined) return emqxHomeOf(resolve(workingDirectory, said));
  const folder = program === undefined ? undefined : dirname(resolve(program));
  const candidates = [
    ...(folder !== undefined && basename(folder) === 'bin' ? [dirname(folder)] : []),
    workingDirectory,
  ];
  return candidates.map((one) => emqxHomeOf(one)).find((home) => home !== undefined);
}

/**
 * Makes the folders of data and log, and writes what is loaded where nobody has said it yet, as EMQX does. What cannot be
 * written is no reason not to start.
 */
export function writeMissingLoadedFiles(home: string): void {
  try {
    for (const folder of ['data', 'log']) mkdirSync(join(home, folder), { recursive: true });
    for (const [name, entries] of [
      ['loaded_plugins', defaultPlugins],
      ['loaded_modules', defaultModules],
    ] as const) {
      const file = join(home, 'data', name);
      if (!existsSync(file)) writeFileSync(file, formatLoaded(entries), { flag: 'wx' });
    }
  } catch {
    // A home directory may be read-only; what holds without the files is the same.
  }
}
