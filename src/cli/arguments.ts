/**
 * Reads the command line into data. Every option of the configuration is a long flag by its own name; a misspelled flag
 * is answered with the nearest one. Knows the flags, not what commands do with them.
 */

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { brokerRows, findOption, unknownOptionText } from '../config/catalog.ts';
import type { DialectName } from '../config/dialects.ts';
import type { FlagValue } from '../config/flags.ts';
import { nearest } from '../config/nearest.ts';
import { allowedText, quoted } from '../config/value.ts';

/** What was typed makes no sense. The message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Arguments {
  /** `run` when none was typed. */
  readonly command: string;
  /** What follows the command. */
  readonly rest: readonly string[];
  readonly file: string | undefined;
  /** Folder of configuration, data and log together. */
  readonly home?: string;
  readonly ports: readonly number[];
  readonly daemon: boolean;
  /** What is there may be replaced. */
  readonly force: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** Options of the configuration, `-v` among them. */
  readonly flags: readonly FlagValue[];
  /** Flags of this command alone, by their names; empty texts for those without a value. */
  readonly own: ReadonlyMap<string, string>;
  /** The language of the file, where the command says it. */
  readonly dialect?: DialectName;
}

export interface FlagRow {
  readonly name: string;
  readonly short?: string;
  /** What the value is called in `--help`; absent when there is none. */
  readonly value?: string;
  readonly sentence: string;
  /** The one command that it belongs to; absent when it belongs to all. Several commands may each have a row of a name. */
  readonly command?: string;
  /** Given several times, its values are joined by commas; otherwise the last one counts. */
  readonly repeatable?: true;
}

/** As many as Mosquitto takes. */
const portsMax = 10;

export const flagRows: readonly FlagRow[] = [
  { name: 'config-file', short: 'c', value: 'FILE', sentence: 'Read the configuration from FILE.' },
  {
    name: 'port',
    short: 'p',
    value: 'PORT',
    sentence: `Listen on this TCP port, for this machine only, instead of all other listeners; up to ${portsMax} times.`,
  },
  {
    name: 'home',
    value: 'DIR',
    sentence:
      'Read the configuration in DIR (hoopoe.yaml, mosquitto.conf, or etc/emqx.conf) and keep data and log in DIR/data.',
  },
  { name: 'verbose', short: 'v', sentence: 'Log everything.' },
  { name: 'daemon', short: 'd', sentence: 'Run in the background; return when the broker listens.' },
  { name: 'force', sentence: 'Let restore and import replace what is stored.' },
  { name: 'help', short: 'h', sentence: 'Show this help.' },
  { name: 'version', sentence: 'Print the version.' },
  { name: 'client', value: 'ID', sentence: 'Client identifier.', command: 'explain' },
  { name: 'bridge', value: 'NAME', sentence: 'A bridge instead of a client.', command: 'explain' },
  {
    name: 'caller',
    value: 'NAME',
    sentence: 'A login or key of the management API instead of a client.',
    command: 'explain',
  },
  { name: 'username', value: 'NAME', sentence: 'User name; none unless given.', command: 'explain' },
  { name: 'ip', value: 'ADDRESS', sentence: 'Address of the client; 127.0.0.1 unless given.', command: 'explain' },
  {
    name: 'listener',
    value: 'NAME',
    sentence: 'Listener it would come through; the first one unless given.',
    command: 'explain',
  },
  { name: 'superuser', sentence: 'As if its login had made it a superuser.', command: 'explain' },
  {
    name: 'qos',
    value: 'QOS',
    sentence: 'QoS of the message or the subscription; 0 unless given.',
    command: 'explain',
  },
  { name: 'retain', sentence: 'As if the message had RETAIN set.', command: 'explain' },
  { name: 'follow', short: 'f', sentence: 'Show what comes as well, until Ctrl-C.', command: 'logs' },
  {
    name: 'lines',
    short: 'n',
    value: 'LINES',
    sentence: 'How many lines are shown; 100 unless given.',
    command: 'logs',
  },
  { name: 'json', sentence: 'Print answers as JSON.', command: 'ctl' },
  {
    name: 'until',
    value: 'TIME',
    sentence: 'When a ban ends, such as 2030-12-31T00:00:00Z; never unless given.',
    command: 'ctl',
  },
  { name: 'seconds', value: 'SECONDS', sentence: 'How long a ban lasts, instead of --until.', command: 'ctl' },
  { name: 'json', sentence: 'Print packets as JSON, one on a line.', command: 'tap' },
  { name: 'client', value: 'ID', sentence: 'Client whose packets are shown.', command: 'tap' },
  { name: 'dir', value: 'FOLDER', sentence: 'Folder of the certificates; certs unless given.', command: 'certs' },
  {
    name: 'host',
    value: 'NAME',
    sentence: 'Name or address by which clients reach the broker, once or more; this machine unless given.',
    command: 'certs',
    repeatable: true,
  },
  {
    name: 'client',
    value: 'NAME',
    sentence: 'Name of a client to make a certificate for, once or more.',
    command: 'certs',
    repeatable: true,
  },
  {
    name: 'days',
    value: 'DAYS',
    sentence: 'How long server and clients are valid; 800 unless given.',
    command: 'certs',
  },
];

/** @throws UsageError */
export function parseArguments(argv: readonly string[]): Arguments {
  const { tokens } = parseArgs({ args: [...argv], options: parserOptions(argv), strict: false, tokens: true });
  const seen = new Map<string, string>();
  const positionals: string[] = [];
  const ports: number[] = [];
  const flags: FlagValue[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const value = flagValue(token);
    if (token.name === 'port') ports.push(portNumber(value));
    else if (token.name === 'verbose') flags.push({ path: 'log.level', text: 'debug', flag: token.rawName });
    else if (findOption(token.name) !== undefined) flags.push({ path: token.name, text: value, flag: token.rawName });
    else seen.set(token.name, repeated(token.name, seen.get(token.name), value));
  }
  const command = positionals[0] ?? 'run';
  const own = ownFlags(seen, command);
  if (ports.length > portsMax) throw new UsageError(`got ${ports.length} times -p; allowed: up to ${portsMax}`);
  return {
    command,
    rest: positionals.slice(1),
    file: seen.get('config-file'),
    ...(seen.has('home') && { home: seen.get('home')! }),
    ports,
    daemon: seen.has('daemon'),
    force: seen.has('force'),
    help: seen.has('help'),
    version: seen.has('version'),
    flags,
    own,
  };
}

/** @throws UsageError for a flag of another command */
function ownFlags(seen: ReadonlyMap<string, string>, command: string): Map<string, string> {
  const own = new Map<string, string>();
  for (const [name, value] of seen) {
    const commands = flagRows.flatMap((row) => (row.name === name && row.command !== undefined ? [row.command] : []));
    if (commands.length === 0) continue;
    if (!commands.includes(command)) {
      throw new UsageError(`--${name} belongs to ${commands.map((each) => `"hoopoe ${each}"`).join(' and ')}`);
    }
    own.set(name, value);
  }
  return own;
}

/** The value of a flag that was there before, with another one. */
function repeated(name: string, before: string | undefined, value: string): string {
  const isRepeatable = flagRows.some((row) => row.name === name && row.repeatable === true);
  return isRepeatable && before !== undefined ? `${before},${value}` : value;
}

function parserOptions(argv: readonly string[]): NonNullable<ParseArgsConfig['options']> {
  const options: [string, { type: 'string' | 'boolean'; short?: string; multiple: boolean }][] = [];
  for (const { name, short, value } of flagRows) {
    const type = value === undefined ? 'boolean' : 'string';
    options.push([name, { type, multiple: true, ...(short === undefined ? {} : { short }) }]);
  }
  // Listeners and their like have names of the operator's choice, so their flags are known only from what was typed.
  const typed = argv.flatMap((argument) => /^--([a-z_]+\.[^=]+)/.exec(argument)?.[1] ?? []);
  for (const name of [...brokerRows.map((row) => row.name), ...typed]) {
    if (findOption(name) !== undefined) options.push([name, { type: 'string', multiple: true }]);
  }
  return Object.fromEntries(options);
}

interface FlagToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** The text after a flag, empty for flags without one. */
function flagValue(token: FlagToken): string {
  const row = flagRows.find((flag) => flag.name === token.name);
  const option = findOption(token.name);
  if (row === undefined && option === undefined) throw new UsageError(unknownFlagText(token));
  if (row !== undefined && row.value === undefined) {
    if (token.value === undefined) return '';
    throw new UsageError(`${token.rawName} takes no value; got ${quoted(token.value)}`);
  }
  const forgotten = token.value === undefined || (token.inlineValue !== true && /^-[^\d]/.test(token.value));
  if (!forgotten) return token.value ?? '';
  throw new UsageError(
    `${token.rawName} needs a value: ${option === undefined ? row?.value : allowedText(option.row.type)}`,
  );
}

function unknownFlagText(token: FlagToken): string {
  if (token.name.includes('.')) return unknownOptionText(token.name, quoted(token.rawName));
  const names = [...flagRows.map((row) => row.name), ...brokerRows.map((row) => row.name)];
  const known = token.name.length > 1 ? nearest(token.name, names) : undefined;
  const hint = known === undefined ? 'see "hoopoe --help"' : `did you mean --${known}?`;
  return `unknown flag ${quoted(token.rawName)}; ${hint}`;
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535)
    throw new UsageError(`-p got ${quoted(text)}; allowed: a port from 0 to 65535, 0 for a free one`);
  return port;
}
