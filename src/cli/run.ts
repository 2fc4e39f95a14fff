/** The command `run`: settings, data folder, broker, signals, and the text that says what is open. */

import { compareSettings } from '../config/changes.ts';
import { ConfigError, problemText } from '../config/error.ts';
import { type Loaded, loadSettings, type Sources } from '../config/load.ts';
import { UsageError } from './arguments.ts';
import { sourcesOf } from './config.ts';
import { openDataFolder } from './data-folder.ts';
import { createTextLog, type LogLevel, type TextLog } from './log.ts';
import { operatorText } from './operator-text.ts';
import type { Command, CommandContext, RunningBroker } from './program.ts';
import { handleSignals } from './signals.ts';
import { startText } from './start-text.ts';
import { programVersion } from './version.ts';

/** @throws ConfigError, UsageError, StartError */
export const run: Command = async (context) => {
  const { arguments: typed } = context;
  if (typed.rest.length > 0) throw new UsageError(`run takes no arguments; got "${typed.rest.join(' ')}"`);
  // A process with a channel to its parent is the one in the background already.
  if (typed.daemon && process.send === undefined) return await runInBackground(context);
  try {
    return await runHere(context);
  } catch (error) {
    const text = operatorText(error);
    if (text !== undefined) (await import('./daemon.ts')).tellParent({ hoopoe: 'failed', text: failureText(text) });
    throw error;
  }
};

/** The parent writes `hoopoe: ` before it again. */
function failureText(lines: readonly string[]): string {
  return lines.join('\n').replace(/^hoopoe: /, '');
}

async function runHere({ arguments: typed, terminal, startBroker }: CommandContext): Promise<undefined> {
  const sources = sourcesOf(typed, terminal);
  const loaded = await loadSettings(sources);
  openDataFolder(loaded.dataDirectory);
  const log = createTextLog(loaded.settings.text('log.level') as LogLevel, (line) => terminal.err(line));
  for (const warning of loaded.settings.warnings) log.warn(problemText(warning));
  const broker = await startBroker(loaded, log);
  const { mode, windowSeconds } = broker.durability;
  log.info('Durability', { mode, windowSeconds: mode === 'relaxed' ? windowSeconds : undefined });
  const reload = reloader(sources, loaded, broker, log);
  handleSignals(process, { close: () => broker.close(), reload }, log);
  if (typed.daemon) {
    for (const { name, urls } of broker.listeners) {
      const anonymous = loaded.listeners.find((listener) => listener.name === name)?.anonymousAllowed;
      log.info('Listening', { listener: name, url: urls.join(' '), anonymous });
    }
  } else {
    terminal.out(startText(loaded, broker, programVersion(), terminal.machine.environment));
  }
  if (process.send !== undefined) (await import('./daemon.ts')).tellParent({ hoopoe: 'listening' });
  return undefined;
}

/** Reads all sources again. A mistake in any of them changes nothing. */
function reloader(sources: Sources, started: Loaded, broker: RunningBroker, log: TextLog): () => Promise<void> {
  let running = started;
  return async () => {
    try {
      const given = await loadSettings(sources);
      const { applied, needRestart } = compareSettings(running.settings, given.settings);
      await broker.reloadCertificates();
      log.level = given.settings.text('log.level') as LogLevel;
      log.info('Reloaded; certificates were read again', { changed: applied.join(', ') || 'nothing else' });
      if (needRestart.length > 0) log.warn('Some changes need a restart', { options: needRestart.join(', ') });
      running = given;
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems.map(problemText) : [(error as Error).message];
      for (const problem of problems) log.error('The reload changed nothing', { problem });
    }
  };
}

async function runInBackground({ arguments: typed, terminal }: CommandContext): Promise<number> {
  const { dataDirectory } = await loadSettings(sourcesOf(typed, terminal));
  openDataFolder(dataDirectory);
  const { startDaemon } = await import('./daemon.ts');
  const argv = [...process.execArgv, ...process.argv.slice(1)];
  const { pid, logFile } = await startDaemon({ argv, dataDirectory });
  terminal.out(`Hoopoe is running in the background (process ${pid}). Log: ${logFile}\n`);
  return 0;
}
