/** The version of the program, read from the package that it runs from. */

import { readFileSync } from 'node:fs';
import { packageFolder } from '../std/package-folder.ts';
import type { Command } from './program.ts';

/** `0.1.0`. */
export function programVersion(): string {
  const text = readFileSync(new URL('package.json', packageFolder), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Prints `hoopoe 0.1.0`. */
export const version: Command = async ({ terminal }) => {
  terminal.out(`hoopoe ${programVersion()}\n`);
  return 0;
};
