/**
 * How commands find the running broker of a data folder: a file that the broker writes when its management interface is
 * open and removes when it ends. It holds a token with every right, so its owner alone may read it.
 */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ManagementAddress {
  /** `http://127.0.0.1:18083` */
  readonly url: string;
  /** Of its certificate, where it speaks HTTPS. */
  readonly fingerprint?: string;
  /** Of the port for EMQX 4's API alone; left out where none is open. */
  readonly emqxUrl?: string;
  readonly token: string;
  /** The process of the broker. */
  readonly pid: number;
}

function fileOf(dataDirectory: string): string {
  return join(dataDirectory, 'management.json');
}

export function writeManagementFile(dataDirectory: string, address: ManagementAddress): void {
  const file = fileOf(dataDirectory);
  // A file that is there keeps its mode when it is written to, so another one takes its place.
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(address)}\n`, { mode: 0o600, flag: 'wx' });
}

/** Leaves a file alone that another broker has written since. */
export function removeManagementFile(dataDirectory: string, token: string): void {
  if (read(dataDirectory)?.token === token) rmSync(fileOf(dataDirectory), { force: true });
}

/** Undefined where no broker has left one, where the one that did has ended, or what is there is no such file. */
export function readManagementFile(dataDirectory: string): ManagementAddress | undefined {
  const found = read(dataDirectory);
  return found === undefined || !isRunning(found.pid) ? undefined : found;
}

function read(dataDirectory: string): ManagementAddress | undefined {
  try {
    const found = JSON.parse(readFileSync(fileOf(dataDirectory), 'utf8')) as ManagementAddress;
    const { url, token, pid } = found;
    const isRight = typeof url === 'string' && typeof token === 'string' && Number.isSafeInteger(pid) && pid > 0;
    return isRight ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Whether there is such a process; one of another user is one too. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
