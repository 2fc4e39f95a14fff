/**
 * From the sources to settings that can be used: reads the file, the environment and the flags, and throws one
 * ConfigError with everything that is wrong in any of them.
 */

import { readFileSync } from 'node:fs';
import { defaultDataDirectory, type Machine } from './data-directory.ts';
import { readEnvironment } from './environment.ts';
import { ConfigError } from './error.ts';
import { type FlagValue, readFlags } from './flags.ts';
import { type ListenerSettings, planListeners } from './listeners.ts';
import { Reading } from './reading.ts';
import { type Settings, settle } from './settings.ts';

export interface Sources {
  /** The configuration file as the operator wrote its path; undefined for none. */
  readonly file: string | undefined;
  readonly flags: readonly FlagValue[];
  /** Ports of `-p`. */
  readonly ports: readonly number[];
  readonly machine: Machine;
}

export interface Loaded {
  readonly settings: Settings;
  readonly listeners: readonly ListenerSettings[];
  /** Absolute; it may not exist yet. */
  readonly dataDirectory: string;
}

/** @throws ConfigError */
export async function loadSettings(sources: Sources): Promise<Loaded> {
  const { machine } = sources;
  const readings = [
    sources.file === undefined ? new Reading() : await readFile(sources.file),
    readEnvironment(machine.environment, machine.workingDirectory, readText),
    readFlags(sources.flags, machine.workingDirectory),
  ];
  const settings = settle(readings, sources.ports);
  const { listeners, problems } = planListeners(settings);
  const all = [...readings.flatMap((reading) => reading.problems), ...problems];
  if (all.length > 0) throw new ConfigError(all);
  return { settings, listeners, dataDirectory: settings.optionalText('data.dir') ?? defaultDataDirectory(machine) };
}

/** YAML costs 40 ms to load, so only those pay who have a file. */
async function readFile(file: string): Promise<Reading> {
  const origin = { kind: 'file', file, line: 0 } as const;
  let text: string;
  try {
    text = readText(file);
  } catch (error) {
    throw new ConfigError([{ origin, text: `cannot be read: ${(error as Error).message}` }]);
  }
  const { readYaml } = await import('./native-yaml.ts');
  return readYaml(text, file);
}

function readText(file: string): string {
  // A byte order mark goes and broken UTF-8 is refused: half a character in a password helps nobody.
  return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
}
