/** Reads options given on the command line. Every option is a flag by its own name: `--limits.packet_bytes_max 1MB`. */

import { Reading } from './reading.ts';

/** One flag: the option it sets, its text, and how it was written. */
export interface FlagValue {
  readonly path: string;
  readonly text: string;
  /** `--limits.packet_bytes_max`, `-v`. */
  readonly flag: string;
}

/** @param folder where relative paths begin */
export function readFlags(flags: readonly FlagValue[], folder: string): Reading {
  const reading = new Reading();
  for (const { path, text, flag } of flags) reading.assign(path, text, { kind: 'flag', flag }, folder);
  return reading;
}
