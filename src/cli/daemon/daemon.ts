/**
 * Running in the background. The parent starts the same command once more with a channel between the two, waits until
 * that process says that it listens or why not, and ends.
 */

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { StartError } from '../start-error.ts';

/** What the child tells. */
export type DaemonMessage = { readonly hoopoe: 'listening' } | { readonly hoopoe: 'failed'; readonly text: string };

export interface DaemonCommand {
  /** Node's own arguments, the program, and what was typed. */
  readonly argv: readonly string[];
  /** Where the child's standard output and error go; undefined: nowhere. */
  readonly outputFile: string | undefined;
  /** How long the child may take until it listens. */
  readonly startSecondsMax?: number;
}

/** A start takes a fraction of a second; a disk or a name server that hangs is not waited for without end. */
const START_SECONDS_MAX = 60;

/**
 * @returns the number of the process
 * @throws StartError with the child's reason when it does not start
 */
export async function startDaemon({
  argv,
  outputFile,
  startSecondsMax = START_SECONDS_MAX,
}: DaemonCommand): Promise<number> {
  const output = outputFile === undefined ? 'ignore' : openOutput(outputFile);
  const child = spawn(process.execPath, argv, { detached: true, stdio: ['ignore', output, output, 'ipc'] });
  if (output !== 'ignore') closeSync(output);
  const where = outputFile === undefined ? '' : `; see ${outputFile}`;
  try {
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => {
        child.kill();
        reject(new StartError(`the broker did not listen within ${startSecondsMax} s${where}`));
      }, startSecondsMax * 1000);
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
        settle(new StartError(`the broker ended before it listened (${signal ?? `exit code ${code}`})${where}`));
      });
    });
    return child.pid ?? 0;
  } finally {
    child.removeAllListeners();
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function openOutput(file: string): number {
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
