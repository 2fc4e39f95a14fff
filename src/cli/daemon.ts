/**
 * Running in the background. The parent starts the same command once more with a channel between the two, waits until
 * that process says that it listens or why not, and ends.
 */

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

/** What the child tells. */
export type DaemonMessage = { readonly hoopoe: 'listening' } | { readonly hoopoe: 'failed'; readonly text: string };

export interface DaemonCommand {
  /** Node's own arguments, the program, and what was typed. */
  readonly argv: readonly string[];
  readonly dataDirectory: string;
}

/** A start takes a fraction of a second; a disk or a name server that hangs is not waited for without end. */
const startMillisecondsMax = 60_000;

/**
 * @returns the process id and the file of the log
 * @throws StartError with the child's reason when it does not start
 */
export async function startDaemon(command: DaemonCommand): Promise<{ pid: number; logFile: string }> {
  const logFile = join(command.dataDirectory, 'hoopoe.log');
  const log = openLog(logFile);
  const child = spawn(process.execPath, command.argv, { detached: true, stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  try {
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => {
        child.kill();
        reject(new StartError(`the broker did not listen within ${startMillisecondsMax / 1000} s; see ${logFile}`));
      }, startMillisecondsMax);
      const settle = (error?: StartError): void => {
        clearTimeout(deadline);
        if (error === undefined) resolve();
        else reject(error);
      };
      child.on('message', (message: DaemonMessage) => {
        settle(message.hoopoe === 'listening' ? undefined : new StartError(message.text));
      });
      child.on('error', (error) => settle(new StartError(`the broker cannot be started: ${error.message}`)));
      child.on('exit', (code, signal) => {
        settle(
          new StartError(`the broker ended before it listened (${signal ?? `exit code ${code}`}); see ${logFile}`),
        );
      });
    });
    return { pid: child.pid ?? 0, logFile };
  } finally {
    child.removeAllListeners();
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw new StartError(`the log ${file} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

/** Tells the parent, if this process has one that waits. */
export function tellParent(message: DaemonMessage): void {
  if (process.send !== undefined && process.connected) process.send(message);
}
