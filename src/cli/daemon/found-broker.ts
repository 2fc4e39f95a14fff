/**
 * The data folder of a broker that is to be told something. It runs with the configuration as it was when it was read: who
 * has made a mistake in the file since can still stop it, ask it, and see its log.
 */

import { ConfigError } from '../../config/error.ts';
import { likelyDataDirectory, loadSettings } from '../../config/load.ts';
import { sourcesOf } from '../config.ts';
import type { CommandContext } from '../program.ts';
import { runningProcess } from './process-file.ts';

/** @throws ConfigError for mistakes where no broker is found either */
export async function foundDataDirectory({ arguments: typed, terminal }: CommandContext): Promise<string> {
  const sources = sourcesOf(typed, terminal);
  try {
    return (await loadSettings(sources)).dataDirectory;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const likely = await likelyDataDirectory(sources);
    if (runningProcess(likely) === undefined) throw error;
    const count = error.problems.length;
    const what = count === 1 ? 'a mistake' : `${count} mistakes`;
    terminal.err(
      `hoopoe: the configuration has ${what} by now (see "hoopoe config show"); the broker that runs was found without it\n`,
    );
    return likely;
  }
}
