import { describe, expect, it } from 'vitest';
import type { OptionReader } from '../ports/option.ts';
import { type LogCircumstances, logSettings } from './settings.ts';

const defaults: Readonly<Record<string, unknown>> = {
  'log.level': 'info',
  'log.types': [],
  'log.destinations': ['stderr'],
  'log.file': undefined,
  'log.file_bytes_max': 100,
  'log.files_max': 5,
  'log.format': 'text',
  'log.connections': false,
  'log.timestamp': true,
  'log.timestamp_format': undefined,
  'log.syslog_facility': 'daemon',
  'log.syslog_socket': '/dev/log',
};

function settingsOf(given: Record<string, unknown>, circumstances: Partial<LogCircumstances> = {}) {
  const read = (name: string): never => ({ ...defaults, ...given })[name] as never;
  const options: OptionReader = {
    boolean: read,
    number: read,
    text: read,
    list: read,
    optionalBoolean: read,
    optionalNumber: read,
    optionalText: read,
  };
  return logSettings(options, { dataDirectory: '/data', isInBackground: false, levelWins: false, ...circumstances });
}

describe('the settings of the log', () => {
  it('take the types from the level unless they are named', () => {
    expect([...settingsOf({ 'log.level': 'warn' }).types]).toEqual(['error', 'warning']);
    const named = settingsOf({ 'log.level': 'debug', 'log.types': ['notice'] });
    expect([[...named.types], named.level]).toEqual([['notice'], 'info']);
  });

  it('let a level win that was meant more', () => {
    const settings = settingsOf({ 'log.level': 'debug', 'log.types': ['notice'] }, { levelWins: true });
    expect(settings.types.has('debug')).toBe(true);
  });

  it('take away with none what stands before it', () => {
    expect([...settingsOf({ 'log.destinations': ['stderr', 'none'] }).destinations]).toEqual([]);
    expect([...settingsOf({ 'log.destinations': ['none', 'syslog', 'topic'] }).destinations]).toEqual([
      'syslog',
      'topic',
    ]);
  });

  it('write to the file in the background, where nobody reads the terminal', () => {
    const settings = settingsOf({ 'log.destinations': ['stderr', 'stdout', 'topic'] }, { isInBackground: true });
    expect([[...settings.destinations], settings.file]).toEqual([['file', 'topic'], '/data/hoopoe.log']);
    expect([...settingsOf({ 'log.destinations': ['none'] }, { isInBackground: true }).destinations]).toEqual([]);
  });

  it.each([
    ['daemon', 3],
    ['user', 1],
    ['local0', 16],
    ['local7', 23],
  ])('know the number of the facility %s', (name, number) => {
    expect(settingsOf({ 'log.syslog_facility': name }).syslogFacility).toBe(number);
  });
});
