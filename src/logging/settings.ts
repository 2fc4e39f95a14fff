/** From the options of the log to what the log is made of. */

import { join } from 'node:path';
import type { OptionReader } from '../ports/option.ts';
import type { FileRotation } from './file-destination.ts';
import { type LogType, levelOf, typesNamed, typesUpTo } from './kinds.ts';
import type { LineForm, LogFormat, LogLevel } from './line.ts';

export type DestinationName = 'stderr' | 'stdout' | 'file' | 'syslog' | 'topic';

export interface LogSettings {
  readonly form: LineForm;
  readonly types: ReadonlySet<LogType>;
  /** The least important level among the types. */
  readonly level: LogLevel;
  readonly destinations: ReadonlySet<DestinationName>;
  /** Of the destination `file`, whether it is one of them or not. */
  readonly file: string;
  readonly rotation: FileRotation;
  readonly syslogSocket: string;
  readonly syslogFacility: number;
  /** Whether clients that come and go are worth a line at the level info. */
  readonly connections: boolean;
}

export interface LogCircumstances {
  readonly dataDirectory: string;
  /** Nobody reads standard error and standard output. */
  readonly isInBackground: boolean;
  /** Whoever gave the level meant it more than the list of types, as `-v` does. */
  readonly levelWins: boolean;
}

/** The broker's own file where none is named. */
function defaultLogFile(dataDirectory: string): string {
  return join(dataDirectory, 'hoopoe.log');
}

/** The numbers of RFC 3164. */
function facilityNumber(name: string): number {
  if (name.startsWith('local')) return 16 + Number(name.slice('local'.length));
  return name === 'user' ? 1 : 3;
}

export function logSettings(options: OptionReader, circumstances: LogCircumstances): LogSettings {
  const words = options.list('log.types');
  const level = options.text('log.level') as LogLevel;
  const isByLevel = words.length === 0 || circumstances.levelWins;
  const types = isByLevel ? typesUpTo(level) : typesNamed(words);
  return {
    form: {
      format: options.text('log.format') as LogFormat,
      timestamp: options.boolean('log.timestamp'),
      timestampFormat: options.optionalText('log.timestamp_format'),
    },
    types,
    level: isByLevel ? level : levelOf(types),
    destinations: destinationsOf(options.list('log.destinations'), circumstances.isInBackground),
    file: options.optionalText('log.file') ?? defaultLogFile(circumstances.dataDirectory),
    rotation: { bytesMax: options.number('log.file_bytes_max'), filesMax: options.number('log.files_max') },
    syslogSocket: options.text('log.syslog_socket'),
    syslogFacility: facilityNumber(options.text('log.syslog_facility')),
    connections: options.boolean('log.connections'),
  };
}

/** `none` takes away what stands before it. */
function destinationsOf(names: readonly string[], isInBackground: boolean): Set<DestinationName> {
  const chosen = names.slice(names.lastIndexOf('none') + 1) as DestinationName[];
  const nobodyReads = (name: DestinationName): boolean => name === 'stderr' || name === 'stdout';
  return new Set(isInBackground ? chosen.map((name) => (nobodyReads(name) ? 'file' : name)) : chosen);
}
