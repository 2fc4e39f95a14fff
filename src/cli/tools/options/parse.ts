/** Reads what was typed behind `pub`, `sub` or `rr`, and the file with standing options, into data. */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ClientOptions, defaultClientOptions, type ToolKind, ToolUsageError } from './client-options.ts';
import type { OptionRow } from './option-table.ts';
import { readProperty } from './property-options.ts';
import { optionRows } from './secure-option-table.ts';

export interface Typed {
  readonly options: ClientOptions;
  readonly asks: 'help' | 'version' | undefined;
}

/**
 * @param standing options of a file, read before
 * @throws ToolUsageError
 */
export function parseTool(
  kind: ToolKind,
  isNative: boolean,
  argv: readonly string[],
  standing: readonly string[] = [],
): Typed {
  const options = defaultClientOptions(kind, isNative);
  readAll(options, standing);
  const asks = readAll(options, argv);
  if (asks === undefined) checkAll(options);
  return { options, asks };
}

function readAll(options: ClientOptions, words: readonly string[]): Typed['asks'] {
  for (let at = 0; at < words.length; ) {
    const word = words[at++] ?? '';
    if (word === '--help') return 'help';
    if (word === '--version') return 'version';
    if (word === '-D' || word === '--property') {
      at += readProperty(words.slice(at, at + 4), options.properties);
      continue;
    }
    const row = rowOf(options, word);
    if (row === undefined) throw new ToolUsageError(`Error: Unknown option '${word}'.`);
    if (row.noun === undefined) {
      row.set(options, '', word);
      continue;
    }
    const value = words[at++];
    if (value === undefined) throw new ToolUsageError(missing(row, row.noun, word), 2);
    row.set(options, value, word);
  }
  return undefined;
}

function missing(row: OptionRow, noun: string, word: string): string {
  // Three messages that users know by heart have a form of their own.
  if (row.names.includes('-V')) return 'Error: --protocol-version argument given but no version specified.';
  if (row.names.includes('-M')) return 'Error: -M argument given but max_inflight not specified.';
  return `Error: ${row.names[1] === word ? (row.names[0] ?? word) : word} argument given but no ${noun} specified.`;
}

function rowOf(options: ClientOptions, word: string): OptionRow | undefined {
  return optionRows.find(
    ({ names, tools, nativeOnly }) =>
      names.includes(word) && tools.includes(options.kind) && (nativeOnly !== true || options.isNative),
  );
}

function checkAll(options: ClientOptions): void {
  checkWill(options);
  const { clientId, cleanSession, tls, psk, pskIdentity } = options;
  if (!cleanSession && clientId === undefined) {
    throw new ToolUsageError('Error: You must provide a client id if you are using the -c option.');
  }
  if ((tls.certificate === undefined) !== (tls.key === undefined)) {
    throw new ToolUsageError('Error: Both certfile and keyfile must be provided if one of them is set.');
  }
  if (tls.keyForm !== undefined && tls.key === undefined) {
    throw new ToolUsageError('Error: If keyform is set, keyfile must be also specified.');
  }
  if (psk !== undefined && (tls.caFile ?? tls.caFolder) !== undefined) {
    throw new ToolUsageError('Error: Only one of --psk or --cafile/--capath may be used at once.');
  }
  if (psk !== undefined && pskIdentity === undefined) {
    throw new ToolUsageError('Error: --psk-identity required if --psk used.');
  }
  checkTopics(options);
}

function checkWill({ will }: ClientOptions): void {
  if (will.topic !== undefined) return;
  if (will.payload !== undefined) throw new ToolUsageError('Error: Will payload given, but no will topic given.');
  if (will.retain) throw new ToolUsageError('Error: Will retain given, but no will topic given.');
}

function checkTopics({ kind, topics, payload, responseTopic, unsubscribe }: ClientOptions): void {
  if (kind === 'pub' && (topics.length === 0 || payload.kind === 'none')) {
    throw new ToolUsageError('Error: Both topic and message must be supplied.', 0, true);
  }
  if (kind === 'sub' && topics.length === 0 && unsubscribe.length === 0) {
    throw new ToolUsageError('Error: You must specify a topic to subscribe to.');
  }
  if (kind === 'rr' && (topics.length === 0 || payload.kind === 'none' || responseTopic === undefined)) {
    throw new ToolUsageError('Error: All of topic, message, and response topic must be supplied.');
  }
}

/** The words of the file with standing options: `-h example.org` on a line each. None when there is no such file. */
export function standingOptions(
  fileName: string,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const { XDG_CONFIG_HOME: configHome, HOME: home } = environment;
  const folder = configHome || join(home || homedir(), '.config');
  let text: string;
  try {
    text = readFileSync(join(folder, fileName), 'utf8');
  } catch {
    return [];
  }
  return text.split(/\r?\n/).flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    const blank = line.indexOf(' ');
    if (blank < 0) return [line];
    const [flag, value] = [line.slice(0, blank), line.slice(blank + 1)];
    // The one option with several values.
    return flag === '-D' || flag === '--property' ? [flag, ...value.split(' ')] : [flag, value];
  });
}
