/** The command `config`: looks for mistakes, and shows what holds and why. Starts nothing and writes nothing. */

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { emqxHomeOf } from '../config/emqx/home-folder.ts';
import { configFileVariable, dataDirectoryVariable } from '../config/environment.ts';
import { ConfigError, type ConfigProblem, originText, problemText } from '../config/error.ts';
import { type Loaded, loadSettings, type Sources } from '../config/load.ts';
import { Reading } from '../config/reading.ts';
import type { Effective, Settings } from '../config/settings.ts';
import { quoted, valueText } from '../config/value.ts';
import type { AnonymousRule } from '../ports/access.ts';
import { type Arguments, UsageError } from './arguments.ts';
import { problemsOfBridges, warningsOfBridges } from './bridge-problems.ts';
import type { Command, Terminal } from './program.ts';

/** @throws ConfigError, UsageError */
export const config: Command = async ({ arguments: typed, terminal }) => {
  const [action, file] = typed.rest;
  if (action === 'check') return await check(typed, file ?? typed.file, terminal);
  if (action === 'show') return await show(typed, terminal);
  if (action === 'schema') {
    terminal.out((await import('../config/schema.ts')).schemaText());
    return 0;
  }
  if (action === 'convert') return await (await import('./convert.ts')).convert(file ?? typed.file, terminal);
  throw new UsageError(
    `config got ${action === undefined ? 'nothing' : quoted(action)}; allowed: check FILE, show, convert FILE, schema`,
  );
};

/** Where the options come from: the command line, the environment and the file that one of them names. */
export function sourcesOf(typed: Arguments, terminal: Terminal): Sources {
  const { flags, ports, dialect, home } = typed;
  if (home !== undefined) return sourcesOfHome(home, typed, terminal);
  const { machine } = terminal;
  const named = machine.environment[configFileVariable];
  const file = typed.file ?? (named === '' ? undefined : named);
  return { file, flags, ports, machine, ...(dialect !== undefined && { dialect }) };
}

/** What a home may hold, in the order in which it is looked for; none of them is as good as an empty one. */
const homeFiles: readonly string[] = ['hoopoe.yaml', 'hoopoe.yml', 'mosquitto.conf'];

/** A folder of EMQX is its own configuration and says where its data are. */
function sourcesOfHome(home: string, typed: Arguments, { machine }: Terminal): Sources {
  const folder = resolve(machine.workingDirectory, home);
  const { flags, ports } = typed;
  const found = emqxHomeOf(folder) ?? homeFiles.map((name) => join(folder, name)).find((file) => existsSync(file));
  const environment = { ...machine.environment, [dataDirectoryVariable]: join(folder, 'data') };
  return { file: typed.file ?? found, flags, ports, machine: { ...machine, environment } };
}

async function check(typed: Arguments, file: string | undefined, terminal: Terminal): Promise<number> {
  if (file === undefined) throw new UsageError('config check needs a file: hoopoe config check FILE');
  // A file is right or wrong by itself, whatever the environment of the one who looks, and whatever was changed here.
  const machine = { ...terminal.machine, environment: {} };
  const { flags, ports } = typed;
  const { settings, listeners, sources } = await loadSettings({ file, flags, ports, machine, changes: new Reading() });
  const problems = [...problemsOfFiles(settings), ...problemsOfBridges(settings)];
  if (problems.length > 0) throw new ConfigError(problems);
  for (const warning of warningsOfBridges(settings)) terminal.err(`hoopoe: ${problemText(warning)}\n`);
  const counts = [`${listeners.length} ${listeners.length === 1 ? 'listener' : 'listeners'}`];
  if (sources.length > 0) counts.push(`${sources.length} access ${sources.length === 1 ? 'source' : 'sources'}`);
  terminal.out(`${file}: no mistakes, ${counts.join(', ')}\n`);
  return 0;
}

/** Options whose files the broker reads at its start; the others name what it writes. */
const readFiles = /(?:^|[._])(?:password_file|acl_file|acl_conf)\.file$|(?:ca|certificate|key|crl|psk)_file$/;
const readFolders = /(?:^|[._])(?:ca_path|ca_folder|certificate_folder|http_dir)$/;

function problemsOfFiles(settings: Settings): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const entries = [...settings.entries.values()].flatMap((each) => [...each.values()]);
  for (const { all } of [settings, ...entries]) {
    for (const { path, row, value, origin } of all.values()) {
      const isFolder = readFolders.test(row.name);
      if (typeof value !== 'string' || row.type.kind !== 'path' || !(isFolder || readFiles.test(row.name))) continue;
      const text = fileProblem(value, isFolder);
      if (text !== undefined) problems.push({ origin, text: `${path}: ${quoted(value)} ${text}` });
    }
  }
  return problems;
}

function fileProblem(file: string, isFolder: boolean): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    const facts = statSync(file);
    if (isFolder !== facts.isDirectory()) return isFolder ? 'is no folder' : 'is a folder; name a file';
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'is not there; correct the path, or make it';
    return `cannot be read (${code}); look at its rights and its owner`;
  }
}

async function show(typed: Arguments, terminal: Terminal): Promise<number> {
  const loaded = await loadSettings(sourcesOf(typed, terminal));
  for (const warning of loaded.settings.warnings) terminal.err(`hoopoe: ${problemText(warning)}\n`);
  terminal.out(shownText(loaded));
  return 0;
}

/** As an operator would write it. */
const anonymousTexts: Readonly<Record<AnonymousRule, string>> = {
  allow: 'true',
  deny: 'false',
  without_username: 'without_username',
};

/** One line for each option: name, value, origin. Sources that are switched off are left out. */
function shownText({ settings, listeners, sources, dataDirectory }: Loaded): string {
  const decided = new Map([['data.dir', dataDirectory]]);
  for (const { name, transport, port, anonymous } of listeners) {
    decided.set(`listeners.${name}.transport`, transport);
    decided.set(`listeners.${name}.port`, String(port));
    decided.set(`listeners.${name}.allow_anonymous`, anonymousTexts[anonymous]);
  }
  for (const { name, kind } of sources) decided.set(`access.${name}.type`, kind);
  const lines = [...settings.all.values()].map((effective) => shownLine(effective, decided));
  for (const { transport, values } of listeners) {
    for (const effective of values.all.values()) {
      const { transports } = effective.row;
      if (transports === undefined || transports.includes(transport)) lines.push(shownLine(effective, decided));
    }
  }
  for (const { kind, values } of sources) {
    for (const [name, effective] of values.all) {
      if (!name.includes('.') || name.startsWith(`${kind}.`)) lines.push(shownLine(effective, decided));
    }
  }
  for (const collection of ['zones', 'bridges', 'plugins']) {
    for (const { all } of settings.entries.get(collection)?.values() ?? []) {
      for (const effective of all.values()) lines.push(shownLine(effective, decided));
    }
  }
  const widths = [0, 1].map((column) => Math.min(60, Math.max(...lines.map((line) => line[column]!.length))));
  return lines
    .map(([path, value, origin]) => `${path!.padEnd(widths[0]!)}  ${value!.padEnd(widths[1]!)}  ${origin}\n`)
    .join('');
}

function shownLine({ row, path, value, origin }: Effective, decided: ReadonlyMap<string, string>): string[] {
  const text = value === undefined ? (decided.get(path) ?? '-') : valueText(row.type, value) || '""';
  const where = originText(origin);
  return [path, text, origin.kind === 'environment' ? `${where} (environment)` : where];
}
