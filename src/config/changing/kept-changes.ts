/**
 * What operators have changed at run time, kept in the data folder as a file of its own: the configuration file stays as
 * its owner wrote it. The file is YAML, a line for each option, and only the broker's user can read it.
 */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BackendError } from '../../ports/backend-error.ts';
import type { OptionRow, OptionType, OptionValue } from '../../ports/option.ts';
import { readTextFile } from '../read-text.ts';
import type { Assignment, Reading } from '../reading.ts';
import { valueText } from '../value.ts';

/** Where the changes of a data folder are kept. */
export function changesFileOf(dataDirectory: string): string {
  return join(dataDirectory, 'settings.yaml');
}

/** Undefined when nothing was ever changed. @throws the error of the file system when there is a file that cannot be read */
export function readKeptText(file: string): string | undefined {
  try {
    return readTextFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * Without those of a listener or a source that nobody configures any more: alone they would open another one. A section
 * that was made at run time stands in the file by itself, as `bridges.NAME: {}`.
 */
export function withoutStrayEntries(changes: Reading, others: readonly Reading[]): Reading {
  for (const path of [...changes.sections.keys()]) if (path.split('.').length !== 2) changes.sections.delete(path);
  const known = new Set<string>(changes.sections.keys());
  for (const { assignments, sections } of others) {
    for (const { entry } of [...assignments.values(), ...sections.values()]) {
      if (entry !== undefined) known.add(`${entry.collection.name}.${entry.name}`);
    }
  }
  for (const [path, { entry, origin }] of changes.assignments) {
    if (entry === undefined || known.has(`${entry.collection.name}.${entry.name}`)) continue;
    changes.assignments.delete(path);
    const text = `${path} is ignored: the configuration has no ${entry.collection.entry} ${entry.name}`;
    changes.warnings.push({ origin, text });
  }
  return changes;
}

/** Takes the sections of these paths out of what is written in a file, with all their options. */
export function withoutSections(reading: Reading, removed: readonly string[]): void {
  const gone = new Set(removed);
  for (const written of [reading.assignments, reading.sections]) {
    for (const [path, { entry }] of written) {
      if (entry !== undefined && gone.has(`${entry.collection.name}.${entry.name}`)) written.delete(path);
    }
  }
}

const HEAD =
  '# What was changed at run time, through the management interface. It wins over the configuration file; flags and\n' +
  '# environment variables win over it. To take a change back, reset the option there, or delete its line. A section that\n' +
  '# was made there stands here by itself, too: "bridges.NAME: {}".\n';

/** The content of the file. @param made paths of the sections that are only here */
export function changesText(
  changes: Iterable<Pick<Assignment, 'path' | 'row' | 'value'>>,
  made: Iterable<string> = [],
): string {
  const lines = [...changes].map(({ path, row, value }) => `${path}: ${written(row.type, value)}\n`);
  for (const path of made) lines.push(`${path}: {}\n`);
  return HEAD + lines.sort().join('');
}

function written(type: OptionType, value: OptionValue): string {
  // JSON is YAML, but for numbers with a unit, which are easier to read with it.
  return type.kind === 'size' || type.kind === 'duration' ? valueText(type, value) : JSON.stringify(value);
}

/**
 * Replaces the file at once; resolves when the disk has it.
 * @throws BackendError `SETTINGS_NOT_WRITTEN`
 */
export function writeChanges(file: string, text: string): void {
  const fresh = `${file}.new`;
  try {
    rmSync(fresh, { force: true });
    const descriptor = openSync(fresh, 'wx', 0o600);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(fresh, file);
    flushFolder(dirname(file));
  } catch (cause) {
    rmSync(fresh, { force: true });
    const text = `The changes cannot be kept in ${file}: ${(cause as Error).message}; nothing was changed`;
    throw new BackendError('SETTINGS_NOT_WRITTEN', text, { cause });
  }
}

/** The name of a file is in its folder, and lasts once the folder is on the disk. */
function flushFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Some file systems have no such thing; there the name lasts as it can.
  }
}

/** Why an option cannot be changed at run time, whatever its value. */
export type FixedReason = 'path' | 'process' | 'code';

/** Undefined for an option that may be changed. */
export function fixedReason(path: string, { name, type }: OptionRow): FixedReason | undefined {
  // Whoever administrates the broker over a network gets no way to files and programs of its machine by that.
  if (path.startsWith('plugins.') && (name === 'package' || name === 'path')) return 'code';
  if (path === 'data.dir' || path.startsWith('process.')) return 'process';
  return type.kind === 'path' ? 'path' : undefined;
}

/** For people. */
export const fixedTexts: Readonly<Record<FixedReason, string>> = {
  path: 'names a file of the machine and is changed in the configuration file alone',
  process: 'says as whom and where the broker runs and is changed in the configuration file alone',
  code: 'names a program to be loaded and is changed in the configuration file alone',
};
