/** The command `run`: settings, data folder, log, broker, signals, and the text that says what is open. */

import type { Changes, ReloadOutcome } from '../config/changes.ts';
import { RunTimeSettings } from '../config/changing/run-time-settings.ts';
import { ConfigError, problemText } from '../config/error.ts';
import { type Loaded, loadSettings } from '../config/load.ts';
import type { BrokerLog } from '../logging/broker-log.ts';
import { UsageError } from './arguments.ts';
import { problemsOfBridges, warningsOfBridges } from './bridge-problems.ts';
import { sourcesOf } from './config.ts';
import {
  announceProcess,
  closeProcess,
  enterProcess,
  leaveRoot,
  managementNeedsRoot,
  tellFailed,
  tellReady,
} from './daemon/process.ts';
import { openDataFolder } from './data-folder.ts';
import { operatorText } from './operator-text.ts';
import type { Command, CommandContext, ProgramControls, RunningBroker, Terminal } from './program.ts';
import { openLog, sayReloading, sayRunning, saySaving, sayStarting, sayStopping, settingsOfLog } from './run-log.ts';
import { handleSignals } from './signals.ts';
import { StartError } from './start-error.ts';
import { endText, startText } from './start-text.ts';
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
    if (text !== undefined) await tellFailed(failureText(text));
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
  const log = openLog(loaded, typed.daemon, terminal);
  sayStarting(log, sources.file);
  const warnings = [...loaded.settings.warnings, ...warningsOfBridges(loaded.settings)];
  for (const warning of warnings) log.warn(problemText(warning));
  const identity = enterProcess(loaded.settings);
  const broker = await startBroker(loaded, log);
  const apply = (given: Loaded): void => {
    // The one that may fail first: then nothing is changed.
    log.configure(settingsOfLog(given, typed.daemon));
    broker.configure(given.settings);
  };
  const settings = new RunTimeSettings(sources, loaded, apply, problemsOfBridges, broker.sections);
  const reload = reloader(settings, broker, log);
  const close = async (): Promise<void> => {
    sayStopping(log, loaded);
    void identity.notifier.stopping();
    await broker.close();
    log.publishThrough(undefined);
    closeProcess(loaded);
  };
  const { save } = broker.observed;
  const actions = {
    close,
    // Whoever sends a signal waits for nothing, and the log says what came of it.
    reload: () => reload().then(nothing, nothing),
    ...broker.observed,
    save: (): Promise<void> => {
      saySaving(log, loaded);
      return save();
    },
    closeLog: () => log.close(),
  };
  handleSignals(process, actions, log);
  const isTold = !typed.daemon && typed.dialect !== 'mosquitto';
  sayRunning(log, broker, loaded, isTold);
  if (isTold) terminal.out(startText(loaded, broker, programVersion(), terminal.machine.environment));
  try {
    const needsRoot = managementNeedsRoot(loaded.settings);
    if (!needsRoot) leaveRoot(identity, loaded, log);
    await openManagement(broker, { level: () => log.level, reload, settings }, log, isTold ? terminal : undefined);
    if (needsRoot) leaveRoot(identity, loaded, log);
    announceProcess(loaded, log);
  } catch (error) {
    await close();
    throw error;
  }
  tellReady(identity);
  return undefined;
}

/** After the listeners, so that no client waits for it. @throws BackendError */
async function openManagement(
  broker: RunningBroker,
  controls: ProgramControls,
  log: BrokerLog,
  terminal: Terminal | undefined,
): Promise<void> {
  const url = await broker.openManagement(controls);
  if (terminal !== undefined) terminal.out(endText(url, terminal.machine.environment));
  else if (url !== undefined) log.info('Management interface', { url });
}

const nothing = (): void => {};

/** Reads all sources again. A mistake in any of them changes nothing, and is logged and thrown. */
function reloader(settings: RunTimeSettings, broker: RunningBroker, log: BrokerLog): () => Promise<ReloadOutcome> {
  return async () => {
    sayReloading(log);
    // What has moved the file of the log away is waiting for this, whatever the configuration is like.
    log.reopen();
    let problems: readonly string[] = [];
    let changes: Changes;
    try {
      changes = await settings.reload(async () => {
        problems = await broker.reload();
      });
    } catch (error) {
      const texts = error instanceof ConfigError ? error.problems.map(problemText) : [(error as Error).message];
      for (const problem of texts) log.error('The reload changed nothing', { problem });
      throw error;
    }
    const { applied, needRestart } = changes;
    for (const problem of problems) log.error('Something could not be read again and stays as it was', { problem });
    log.info('Reloaded; certificates and files of access were read again', {
      changed: applied.join(', ') || 'nothing else',
    });
    if (needRestart.length > 0) log.warn('Some changes need a restart', { options: needRestart.join(', ') });
    return { ...changes, problems };
  };
}

async function runInBackground({ arguments: typed, terminal }: CommandContext): Promise<number> {
  const loaded = await loadSettings(sourcesOf(typed, terminal));
  openDataFolder(loaded.dataDirectory);
  const { startDaemon } = await import('./daemon/daemon.ts');
  const { destinations, file } = settingsOfLog(loaded, true);
  const outputFile = destinations.has('file') ? file : undefined;
  const argv = [...process.execArgv, ...process.argv.slice(1)];
  const isNative = typed.dialect !== 'mosquitto';
  const pid = await startDaemon({ argv, outputFile }).catch((error: unknown) => {
    const isTold = !isNative || outputFile === undefined || !(error instanceof StartError);
    throw isTold || error.message.includes(outputFile)
      ? error
      : new StartError(`${error.message}\n  Log: ${outputFile}`, { cause: error });
  });
  const where = outputFile ?? ([...destinations].join(', ') || 'none');
  if (isNative) {
    terminal.out(`Hoopoe is running in the background (process ${pid}). Log: ${where}\n`);
  }
  return 0;
}
