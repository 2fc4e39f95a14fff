/** The version of the program, read from the package that it runs from. */

import { readFileSync } from 'node:fs';
import type { Command } from './program.ts';

/** `0.1.0`. The package file lies two folders above both the source and what is built from it. */
export function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Prints `hoopoe 0.1.0`. */
export const version: Command = async ({ terminal }) => {
  terminal.out(`hoopoe ${programVersion()}\n`);
  return 0;
};
