/** The commands `backup` and `restore`: whole copies of the store, for the day the disk fails. */

import { resolve } from 'node:path';
import { loadSettings } from '../config/load.ts';
import { quoted } from '../config/value.ts';
import { BackendError } from '../ports/backend-error.ts';
import { type Arguments, UsageError } from './arguments.ts';
import { sourcesOf } from './config.ts';
import { openDataFolder } from './data-folder.ts';
import type { Command, CommandContext, StoreSummary, Terminal } from './program.ts';
import { StartError } from './start-error.ts';

/** @throws ConfigError, UsageError, BackendError */
export const backup: Command = async (context) => {
  const { arguments: typed, terminal } = context;
  const file = fileOf(typed, terminal);
  const dataDirectory = await dataDirectoryOf(context);
  const tools = await context.storeTools();
  const summary = await tools.backup(dataDirectory, file);
  terminal.out(`${file}: ${summaryText(summary)}\n`);
  return 0;
};

/** @throws ConfigError, UsageError, StartError, BackendError */
export const restore: Command = async (context) => {
  const { arguments: typed, terminal } = context;
  const file = fileOf(typed, terminal);
  const dataDirectory = await dataDirectoryOf(context);
  openDataFolder(dataDirectory);
  const tools = await context.storeTools();
  try {
    const summary = await tools.restore(dataDirectory, file, typed.force);
    terminal.out(`${dataDirectory}: restored ${summaryText(summary)} from ${file}\n`);
    return 0;
  } catch (error) {
    const isThere = error instanceof BackendError && error.code === 'STORE_EXISTS';
    throw isThere ? new StartError(`${error.message}\n  To replace it: --force`, { cause: error }) : error;
  }
};

/** The folder of the data that a broker with the same options would use. */
export async function dataDirectoryOf({ arguments: typed, terminal }: CommandContext): Promise<string> {
  return (await loadSettings(sourcesOf(typed, terminal))).dataDirectory;
}

function fileOf({ command, rest }: Arguments, { machine }: Terminal): string {
  const [file, more] = rest;
  if (file === undefined) throw new UsageError(`${command} needs a file: hoopoe ${command} FILE`);
  if (more !== undefined) throw new UsageError(`${command} takes one file; got ${quoted(more)} as well`);
  return resolve(machine.workingDirectory, file);
}

function summaryText({ entries, bytes }: StoreSummary): string {
  return `${entries} ${entries === 1 ? 'entry' : 'entries'}, ${bytes} bytes`;
}
