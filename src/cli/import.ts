/** The command `import`: lines of JSON into the store, from a file or from standard input. */

import { createReadStream } from 'node:fs';
import { dataDirectoryOf } from './backup.ts';
import { openDataFolder } from './data-folder.ts';
import { countsText, optionalFile } from './export.ts';
import type { Command } from './program.ts';
import { StartError } from './start-error.ts';

/** @throws ConfigError, UsageError, StartError, BackendError */
export const importLines: Command = async (context) => {
  const { arguments: typed, terminal } = context;
  const file = optionalFile(typed, terminal);
  const dataDirectory = await dataDirectoryOf(context);
  openDataFolder(dataDirectory);
  const tools = await context.storeTools();
  const input = file === undefined ? terminal.receive() : chunksOf(file);
  const { counts, problems } = await tools.importFrom(dataDirectory, input, typed.force);
  if (problems.length === 0) {
    terminal.out(`${dataDirectory}: imported ${countsText(counts)}\n`);
    return 0;
  }
  for (const { line, text } of problems) terminal.err(`hoopoe: ${file ?? 'standard input'}:${line}: ${text}\n`);
  terminal.err('hoopoe: nothing was imported\n');
  return 1;
};

async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new StartError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
