/** The command `export`: what the store holds as lines of JSON, to a new file or to standard output. */

import { type FileHandle, open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { quoted } from '../config/value.ts';
import { type Arguments, UsageError } from './arguments.ts';
import { dataDirectoryOf } from './backup.ts';
import type { Command, LineCounts, StoreTools, Terminal } from './program.ts';
import { StartError } from './start-error.ts';

/** @throws ConfigError, UsageError, StartError, BackendError */
export const exportLines: Command = async (context) => {
  const { arguments: typed, terminal } = context;
  const file = optionalFile(typed, terminal);
  const dataDirectory = await dataDirectoryOf(context);
  const tools = await context.storeTools();
  const counts =
    file === undefined
      ? await tools.exportTo(dataDirectory, (lines) => terminal.send(lines))
      : await toFile(tools, dataDirectory, file);
  terminal.err(`${file ?? 'exported'}: ${countsText(counts)}\n`);
  return 0;
};

/** The file of a command that can do without one; undefined for standard input or output. */
export function optionalFile({ command, rest }: Arguments, { machine }: Terminal): string | undefined {
  const [file, more] = rest;
  if (more !== undefined) throw new UsageError(`${command} takes one file; got ${quoted(more)} as well`);
  return file === undefined || file === '-' ? undefined : resolve(machine.workingDirectory, file);
}

export function countsText({ sessions, subscriptions, queuedMessages, retainedMessages }: LineCounts): string {
  const all: [number, string][] = [
    [sessions, 'session'],
    [subscriptions, 'subscription'],
    [queuedMessages, 'queued message'],
    [retainedMessages, 'retained message'],
  ];
  return all.map(([count, name]) => `${count} ${name}${count === 1 ? '' : 's'}`).join(', ');
}

/** Payloads may be secrets, so the file is its owner's alone. */
async function toFile(tools: StoreTools, dataDirectory: string, file: string): Promise<LineCounts> {
  const target = await openNew(file);
  try {
    const counts = await tools.exportTo(dataDirectory, (lines) => write(target, file, lines));
    await target.sync();
    return counts;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await target.close();
  }
}

async function openNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx', 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' ? 'it exists; remove it, or give another name' : message;
    throw new StartError(`${file} cannot be written: ${reason}`, { cause: error });
  }
}

async function write(target: FileHandle, file: string, lines: string): Promise<boolean> {
  try {
    await target.appendFile(lines);
    return true;
  } catch (error) {
    throw new StartError(`${file} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
