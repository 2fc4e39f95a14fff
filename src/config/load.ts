/**
 * From the sources to settings that can be used: reads the file, the environment and the flags, and throws one
 * ConfigError with everything that is wrong in any of them.
 */

import { readFileSync, statSync } from 'node:fs';
import { checkReferences, planAccess, type SourceSettings } from './access.ts';
import { defaultDataDirectory, type Machine } from './data-directory.ts';
import { type Dialect, type DialectName, type DialectSource, dialects } from './dialects.ts';
import { readEnvironment } from './environment.ts';
import { ConfigError, type ConfigProblem } from './error.ts';
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
  /** The language of the file where it is certain; otherwise it is recognised. */
  readonly dialect?: DialectName;
}

export interface Loaded {
  readonly settings: Settings;
  readonly listeners: readonly ListenerSettings[];
  /** Sources of logins and permissions, in the order in which they are asked. */
  readonly sources: readonly SourceSettings[];
  /** Absolute; it may not exist yet. */
  readonly dataDirectory: string;
  /** The language of the configuration. */
  readonly dialect: DialectName;
}

/** @throws ConfigError */
export async function loadSettings(sources: Sources): Promise<Loaded> {
  const { machine } = sources;
  const file = await readConfiguration(sources);
  const readings = [
    file.reading,
    readEnvironment(machine.environment, machine.workingDirectory, readText),
    readFlags(sources.flags, machine.workingDirectory),
  ];
  const plan = planOf(readings, file.ports);
  if (plan.problems.length > 0) throw new ConfigError(plan.problems);
  const { settings, listeners, sources: accessSources } = plan;
  const dataDirectory = settings.optionalText('data.dir') ?? defaultDataDirectory(machine);
  return { settings, listeners, sources: accessSources, dataDirectory, dialect: file.dialect };
}

/** What is wrong with a text as `hoopoe.yaml`, by itself: environment and flags are not looked at. */
export async function problemsOfYaml(text: string): Promise<readonly ConfigProblem[]> {
  const { readYaml } = await import('./native-yaml.ts');
  return planOf([readYaml(text, 'hoopoe.yaml')], []).problems;
}

interface Plan extends Omit<Loaded, 'dataDirectory' | 'dialect'> {
  readonly problems: readonly ConfigProblem[];
}

function planOf(readings: readonly Reading[], ports: readonly number[]): Plan {
  const settings = settle(readings, ports);
  const access = planAccess(
    settings,
    readings.every((reading) => reading.problems.length === 0),
  );
  const { listeners, problems } = planListeners(settings, access.sources);
  const all = [
    ...readings.flatMap((reading) => reading.problems),
    ...problems,
    ...access.problems,
    ...checkReferences(settings, listeners),
  ];
  return { settings, listeners, sources: access.sources, problems: all };
}

interface Configuration {
  readonly reading: Reading;
  readonly dialect: DialectName;
  /** Ports of `-p` that stand for all listeners. */
  readonly ports: readonly number[];
}

/** YAML costs 40 ms to load, so only those pay who have a file. */
async function readConfiguration({ file, ports, machine, dialect: wanted }: Sources): Promise<Configuration> {
  if (file === undefined && wanted === undefined) return { reading: new Reading(), dialect: 'yaml', ports };
  const text = file === undefined ? undefined : textOf(file);
  const dialect = await dialectOf(wanted, file ?? '', text);
  const source: DialectSource = { file, text, ports, machine };
  return { reading: await dialect.read(source), dialect: dialect.name, ports: dialect.takesPorts ? [] : ports };
}

async function dialectOf(wanted: DialectName | undefined, file: string, text: string | undefined): Promise<Dialect> {
  for (const dialect of dialects) {
    if (wanted === undefined ? await dialect.recognises(file, text) : dialect.name === wanted) return dialect;
  }
  throw new ConfigError([{ origin: { kind: 'file', file, line: 0 }, text: 'is no configuration of a known kind' }]);
}

/** Undefined for a folder. */
function textOf(file: string): string | undefined {
  try {
    return statSync(file).isDirectory() ? undefined : readText(file);
  } catch (error) {
    const origin = { kind: 'file', file, line: 0 } as const;
    throw new ConfigError([{ origin, text: `cannot be read: ${(error as Error).message}` }]);
  }
}

function readText(file: string): string {
  // A byte order mark goes and broken UTF-8 is refused: half a character in a password helps nobody.
  return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
}
