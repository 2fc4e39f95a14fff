/**
 * The commands `start`, `stop`, `restart`, `status`, `pid` and `reload`: the broker of a data folder as a service in the
 * background. Exit codes are those that LSB gives to scripts of services: starting what runs and stopping what does not
 * is no failure, and `status` says 3 for what does not run.
 */

import { loadSettings } from '../../config/load.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { isRunning } from '../../stores/process-identity.ts';
import { UsageError } from '../arguments.ts';
import { sourcesOf } from '../config.ts';
import { ApiClient } from '../control/api-client.ts';
import { fields, printable } from '../control/table.ts';
import type { Command, CommandContext } from '../program.ts';
import { run } from '../run.ts';
import { StartError } from '../start-error.ts';
import { foundDataDirectory } from './found-broker.ts';
import { type BrokerProcess, readProcessFile, runningProcess } from './process-file.ts';

/** The broker itself gives up after 10 seconds. */
const STOP_SECONDS_MAX = 20;
const POLL_MS = 50;

const DEAD_EXIT_CODE = 1;
const NOT_RUNNING_EXIT_CODE = 3;

/** @throws ConfigError, UsageError, StartError */
export const start: Command = async (context) => {
  takesNothing(context);
  // The process in the background is this same command with a channel to its parent.
  if (process.send === undefined) {
    const running = runningProcess(await foundDataDirectory(context));
    if (running !== undefined) {
      context.terminal.out(`Hoopoe runs already (process ${running.pid}).\n`);
      return 0;
    }
  }
  return await startInBackground(context);
};

/** @throws ConfigError, UsageError, StartError */
export const stop: Command = async (context) => {
  takesNothing(context);
  await stopRunning(context);
  return 0;
};

/** @throws ConfigError, UsageError, StartError */
export const restart: Command = async (context) => {
  takesNothing(context);
  if (process.send === undefined) {
    // A configuration with mistakes is found while the broker still runs.
    await loadSettings(sourcesOf(context.arguments, context.terminal));
    await stopRunning(context);
  }
  return await startInBackground(context);
};

/** @throws ConfigError, UsageError */
export const status: Command = async (context) => {
  takesNothing(context);
  const { terminal } = context;
  const dataDirectory = await foundDataDirectory(context);
  const found = readProcessFile(dataDirectory);
  if (found === undefined) {
    terminal.out(`Hoopoe does not run on the data folder ${dataDirectory}.\n`);
    return NOT_RUNNING_EXIT_CODE;
  }
  if (!isRunning(found)) {
    const hint = found.logFile === '' ? '' : ` Its log: ${found.logFile}`;
    terminal.out(`Hoopoe does not run: process ${found.pid} ended without a clean stop.${hint}\n`);
    return DEAD_EXIT_CODE;
  }
  terminal.out(`Hoopoe ${found.version} runs (process ${found.pid}).\n  Data  ${dataDirectory}\n`);
  if (found.logFile !== '') terminal.out(`  Log   ${found.logFile}\n`);
  return 0;
};

/** @throws ConfigError, UsageError */
export const pid: Command = async (context) => {
  takesNothing(context);
  const { terminal } = context;
  const dataDirectory = await foundDataDirectory(context);
  const running = runningProcess(dataDirectory);
  if (running !== undefined) terminal.out(`${running.pid}\n`);
  else terminal.err(`hoopoe: no broker runs on the data folder ${dataDirectory}\n`);
  return running === undefined ? NOT_RUNNING_EXIT_CODE : 0;
};

/** Through the API, which says what came of it; without one by a signal. @throws ConfigError, UsageError, StartError */
export const reload: Command = async (context) => {
  takesNothing(context);
  const { terminal } = context;
  const dataDirectory = await foundDataDirectory(context);
  const running = runningProcess(dataDirectory);
  if (running === undefined) throw new StartError(`no broker runs on the data folder ${dataDirectory}`);
  const client = await reachable(context);
  if (client !== undefined) {
    const { problems = [], ...changes } = (await client.ask('POST', '/reload')) as { readonly problems?: string[] };
    terminal.out(fields(changes));
    for (const problem of problems) terminal.err(`hoopoe: ${printable(problem)}\n`);
    return problems.length === 0 ? 0 : 1;
  }
  if (terminal.machine.platform === 'win32') {
    throw new StartError('the broker has no management interface, and signals cannot reload it on Windows');
  }
  signal(running, 'SIGHUP');
  const where = running.logFile === '' ? 'its log' : running.logFile;
  terminal.out(`The broker was told to reload; what came of it stands in ${where}\n`);
  return 0;
};

async function reachable(context: CommandContext): Promise<ApiClient | undefined> {
  try {
    return await ApiClient.of(context);
  } catch (error) {
    if (error instanceof StartError || error instanceof BackendError) return undefined;
    throw error;
  }
}

function takesNothing({ arguments: { command, rest } }: CommandContext): void {
  if (rest.length > 0) throw new UsageError(`${command} takes no arguments; got "${rest.join(' ')}"`);
}

async function startInBackground(context: CommandContext): Promise<number | undefined> {
  return await run({ ...context, arguments: { ...context.arguments, command: 'run', daemon: true } });
}

async function stopRunning(context: CommandContext): Promise<void> {
  const { terminal } = context;
  const dataDirectory = await foundDataDirectory(context);
  const running = runningProcess(dataDirectory);
  if (running === undefined) {
    terminal.out(`Hoopoe does not run on the data folder ${dataDirectory}.\n`);
    return;
  }
  signal(running, 'SIGTERM');
  for (const deadline = Date.now() + STOP_SECONDS_MAX * 1000; isRunning(running); ) {
    if (Date.now() > deadline) {
      throw new StartError(`the broker (process ${running.pid}) has not stopped within ${STOP_SECONDS_MAX} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  terminal.out(`Hoopoe has stopped (process ${running.pid}).\n`);
}

/** @throws StartError where the process is another user's */
function signal({ pid: number }: BrokerProcess, name: 'SIGTERM' | 'SIGHUP'): void {
  try {
    process.kill(number, name);
  } catch (error) {
    // It has gone in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw new StartError(`process ${number} cannot be told: ${(error as Error).message}`, { cause: error });
  }
}
