/**
 * Which process is the broker of a data folder: a file that the broker leaves there while it runs, so that commands find
 * it. It means nothing once that process is gone, however it went. And the file for others that `process.pid_file` names.
 */

import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, type ProcessIdentity, thisProcess } from '../../stores/process-identity.ts';
import { StartError } from '../start-error.ts';

export interface BrokerProcess extends ProcessIdentity {
  /** Where its log is; empty where it writes none to a file. */
  readonly logFile: string;
  readonly version: string;
}

function fileOf(dataDirectory: string): string {
  return join(dataDirectory, 'process.json');
}

export function writeProcessFile(dataDirectory: string, logFile: string, version: string): void {
  replaceFile(fileOf(dataDirectory), `${JSON.stringify({ ...thisProcess(), logFile, version })}\n`, 0o600);
}

/** What the last broker of the folder left, whether it runs or not. */
export function readProcessFile(dataDirectory: string): BrokerProcess | undefined {
  try {
    const { pid, started, logFile, version } = JSON.parse(
      readFileSync(fileOf(dataDirectory), 'utf8'),
    ) as Partial<BrokerProcess>;
    // A negative number would be a group of processes, and 0 our own.
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1 || typeof started !== 'string')
      return undefined;
    // In a container the broker itself is process 1; elsewhere the start of that one is another.
    if (pid === 1 && started === '') return undefined;
    return {
      pid,
      started,
      logFile: typeof logFile === 'string' ? logFile : '',
      version: typeof version === 'string' ? version : '',
    };
  } catch {
    return undefined;
  }
}

/** The broker that runs on the folder now. */
export function runningProcess(dataDirectory: string): BrokerProcess | undefined {
  const found = readProcessFile(dataDirectory);
  return found !== undefined && isRunning(found) && isOfWriter(dataDirectory, found) ? found : undefined;
}

/**
 * Whether the process belongs to whom the file belongs. Who may write the folder could otherwise have root end a process
 * of somebody else; a broker that root has started leaves a file of root and becomes another user.
 */
function isOfWriter(dataDirectory: string, { pid }: ProcessIdentity): boolean {
  const writer = statSync(fileOf(dataDirectory)).uid;
  const owner = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
  // Other systems have no such folder, and there nobody is known to be another.
  return writer === 0 || owner === undefined || owner === writer;
}

/** Only the broker whose file it is takes it away. */
export function removeProcessFile(dataDirectory: string): void {
  if (readProcessFile(dataDirectory)?.pid === process.pid) rmSync(fileOf(dataDirectory), { force: true });
}

/** @throws StartError */
export function writePidFile(file: string): void {
  try {
    replaceFile(file, `${process.pid}\n`, 0o644);
  } catch (error) {
    throw new StartError(`the file of the process number ${file} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Leaves it where the folder does not permit more: a number of a process that is gone does no harm. */
export function removePidFile(file: string): void {
  try {
    if (readFileSync(file, 'utf8').trim() === String(process.pid)) rmSync(file);
  } catch {
    // Gone already, or in a folder that the user we have become may not change.
  }
}

/** A link in its place is replaced and not followed; a reader never meets half a file. */
function replaceFile(file: string, text: string, mode: number): void {
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(fresh, text, { mode, flag: 'wx' });
  try {
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
