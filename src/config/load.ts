/**
 * From the sources to settings that can be used: reads the file, the environment and the flags, and throws one
 * ConfigError with everything that is wrong in any of them.
 */

import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkReferences, planAccess, type SourceSettings } from './access.ts';
import { changesFileOf, readKeptText, withoutSections, withoutStrayEntries } from './changing/kept-changes.ts';
import { defaultDataDirectory, type Machine } from './data-directory.ts';
import { type Dialect, type DialectName, type DialectSource, dialects } from './dialects.ts';
import { readEnvironment } from './environment.ts';
import { ConfigError, type ConfigProblem } from './error.ts';
import { type FlagValue, readFlags } from './flags.ts';
import { type ListenerSettings, planListeners } from './listeners.ts';
import { readTextFile } from './read-text.ts';
import { type Assignment, Reading } from './reading.ts';
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
  /** What was changed at run time; what the data folder has of it unless given. */
  readonly changes?: Reading;
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
  /** The folder in which the configuration lies, absolute; the working directory without one. */
  readonly folder: string;
  /**
   * Reads everything again, as if a plugin or module of EMQX were loaded that is not yet: the files of plugins count as they
   * are when it is loaded. Undefined in other languages. @throws ConfigError
   */
  readonly withLoaded?: (name: string) => Promise<Loaded>;
  /** What was changed at run time, by path. */
  readonly changes: ReadonlyMap<string, Assignment>;
  /** Sections that were made at run time, such as `bridges.NAME`. */
  readonly made: ReadonlySet<string>;
}

/** @throws ConfigError */
export async function loadSettings(sources: Sources): Promise<Loaded> {
  const { machine } = sources;
  const file = await readConfiguration(sources);
  const environment = readEnvironment(machine.environment, machine.workingDirectory, readTextFile);
  const flags = readFlags(sources.flags, machine.workingDirectory);
  const dataDirectory = dataDirectoryOf([flags, environment, file.reading], machine);
  const given = sources.changes ?? (await readChanges(changesFileOf(dataDirectory)));
  withoutSections(file.reading, removedSections([flags, environment, given, file.reading]));
  const changes = withoutStrayEntries(given, [file.reading, environment, flags]);
  const plan = planOf([file.reading, changes, environment, flags], file.ports);
  if (plan.problems.length > 0) throw new ConfigError(plan.problems);
  const { settings, listeners, sources: accessSources } = plan;
  const { assignments, sections } = changes;
  return {
    settings,
    listeners,
    sources: accessSources,
    dataDirectory,
    dialect: file.dialect,
    folder: folderOf(sources),
    ...(file.dialect === 'emqx' && { withLoaded: (name: string) => loadSettings(withLoaded(sources, name)) }),
    changes: assignments,
    made: new Set(sections.keys()),
  };
}

/** Where the data lie as far as the sources can be understood, for whoever looks for a broker that runs with older ones. */
export async function likelyDataDirectory(sources: Sources): Promise<string> {
  const { machine } = sources;
  const environment = readEnvironment(machine.environment, machine.workingDirectory, readTextFile);
  const flags = readFlags(sources.flags, machine.workingDirectory);
  const file = await readConfiguration(sources).catch((error: unknown) => {
    if (error instanceof ConfigError) return undefined;
    throw error;
  });
  return dataDirectoryOf([flags, environment, file?.reading ?? new Reading()], machine);
}

/** The same sources with one more name among those that are loaded. */
function withLoaded(sources: Sources, name: string): Sources {
  const { machine } = sources;
  const variable = name.startsWith('emqx_mod_') ? 'EMQX_LOADED_MODULES' : 'EMQX_LOADED_PLUGINS';
  const names = [machine.environment[variable] ?? '', name].join(' ');
  return { ...sources, machine: { ...machine, environment: { ...machine.environment, [variable]: names } } };
}

/** @param readings the one that wins first */
function dataDirectoryOf(readings: readonly Reading[], machine: Machine): string {
  const written = readings.map(({ assignments }) => assignments.get('data.dir')).find((one) => one !== undefined);
  return written === undefined ? defaultDataDirectory(machine) : String(written.value);
}

/** @param readings the one that wins first */
function removedSections(readings: readonly Reading[]): readonly string[] {
  const written = readings.map(({ assignments }) => assignments.get('removed_sections'));
  return (written.find((one) => one !== undefined)?.value as readonly string[] | undefined) ?? [];
}

async function readChanges(file: string): Promise<Reading> {
  let text: string | undefined;
  try {
    text = readKeptText(file);
  } catch (error) {
    const reading = new Reading();
    reading.problem({ kind: 'file', file, line: 0 }, `cannot be read: ${(error as Error).message}`);
    return reading;
  }
  return text === undefined ? new Reading() : await readingOfChanges(text, file);
}

/** What a text says as the file of the changes. It cannot say where it lies itself. */
export async function readingOfChanges(text: string, file: string): Promise<Reading> {
  const { readYaml } = await import('./native-yaml.ts');
  const reading = readYaml(text, file);
  const folder = reading.assignments.get('data.dir');
  if (folder !== undefined) reading.problem(folder.origin, 'data.dir cannot be changed here; this file lies in it');
  return reading;
}

/** What is wrong with a text as `hoopoe.yaml`, by itself: environment and flags are not looked at. */
export async function problemsOfYaml(text: string): Promise<readonly ConfigProblem[]> {
  const { readYaml } = await import('./native-yaml.ts');
  return planOf([readYaml(text, 'hoopoe.yaml')], []).problems;
}

interface Plan extends Omit<Loaded, 'dataDirectory' | 'dialect' | 'folder' | 'withLoaded' | 'changes' | 'made'> {
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
  const what = 'is a folder without etc/emqx.conf; give a file, or the folder of a hoopoe.yaml with --home';
  throw new ConfigError([{ origin: { kind: 'file', file, line: 0 }, text: what }]);
}

function folderOf({ file, machine }: Sources): string {
  if (file === undefined) return machine.workingDirectory;
  const path = resolve(machine.workingDirectory, file);
  return statSync(path).isDirectory() ? path : dirname(path);
}

/** Undefined for a folder. */
function textOf(file: string): string | undefined {
  try {
    return statSync(file).isDirectory() ? undefined : readTextFile(file);
  } catch (error) {
    const origin = { kind: 'file', file, line: 0 } as const;
    throw new ConfigError([{ origin, text: `cannot be read: ${(error as Error).message}` }]);
  }
}
