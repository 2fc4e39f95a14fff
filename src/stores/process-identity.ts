/**
 * Whether the process that left its identity somewhere still runs. A number alone is not enough: after a crash another
 * process may have it, so the moment of the process's start goes with it.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** In whatever form the platform tells it; empty where it does not. Equal only for the same process. */
  readonly started: string;
}

/** Field 22 of `/proc/PID/stat`; counted behind the name, which may contain anything, it is the twentieth. */
const START_TIME_FIELD = 19;

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function startOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat !== undefined) {
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_FIELD] ?? '';
    // Ticks count from the start of the machine, so they say nothing without it.
    return `${readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''} ${ticks}`;
  }
  if (process.platform === 'win32') return '';
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid) };
}

export function isRunning({ pid, started }: ProcessIdentity): boolean {
  return exists(pid) && startOf(pid) === started;
}
