/**
 * One broker for one folder. The lock is a file that names the process which holds it, so it means nothing once that
 * process is gone, however it went. Processes of another container cannot be seen by their numbers; against those the
 * system locks the folder itself, on Linux. Processes of other machines are not seen.
 */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackendError } from '../ports/backend-error.ts';
import { isRunning, type ProcessIdentity, thisProcess } from './process-identity.ts';
import { storeError } from './store-error.ts';

export const LOCK_FILE = 'hoopoe.pid';

/** How often a lock that appears and vanishes again is tried for. */
const ATTEMPTS_MAX = 5;

export class FolderLock {
  readonly #file: string;
  readonly #text: string;
  /** The folder as it is open, which carries the lock of the system. */
  #descriptor: number | undefined;

  private constructor(file: string, text: string, descriptor: number | undefined) {
    this.#file = file;
    this.#text = text;
    this.#descriptor = descriptor;
  }

  /** @throws BackendError `STORE_IN_USE` with the number of the process that holds it; others when nothing can be written */
  static take(folder: string): FolderLock {
    const file = join(folder, LOCK_FILE);
    // The random part tells two stores of one process apart.
    const text = `${JSON.stringify({ ...thisProcess(), nonce: randomBytes(8).toString('hex') })}\n`;
    let descriptor: number | undefined;
    try {
      descriptor = lockBySystem(folder, file);
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        if (createWith(file, text)) return new FolderLock(file, text, descriptor);
        removeStale(folder, file);
      }
    } catch (error) {
      closeFolder(descriptor);
      throw storeError(folder, error);
    }
    closeFolder(descriptor);
    throw new BackendError('STORE_IN_USE', `Others are starting with the folder ${folder} at this moment. Start one.`);
  }

  /** Whether nobody took the lock over in the meantime. */
  get isHeld(): boolean {
    return readOrEmpty(this.#file) === this.#text;
  }

  release(): void {
    if (this.isHeld) rmSync(this.#file, { force: true });
    closeFolder(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** What `flock -n` ends with when another process holds the lock. */
const FLOCK_CONFLICT = 1;

/**
 * Locks the folder for as long as what is returned stays open, and never beyond this process: the program `flock` locks
 * what both have open. Undefined where there is no such lock: the file alone counts then.
 * @throws BackendError when another process holds it
 */
function lockBySystem(folder: string, file: string): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const descriptor = openSync(folder, 'r');
  const { status } = spawnSync('flock', ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] });
  if (status === 0) return descriptor;
  closeSync(descriptor);
  if (status !== FLOCK_CONFLICT) return undefined;
  const holder = holderIn(readOrEmpty(file));
  const isSeen = holder !== undefined && isRunning(holder);
  throw inUse(
    folder,
    isSeen ? `process ${holder.pid}` : 'a process that cannot be seen from here, as in another container',
  );
}

function closeFolder(descriptor: number | undefined): void {
  if (descriptor !== undefined) closeSync(descriptor);
}

function inUse(folder: string, holder: string): BackendError {
  const message = `The folder ${folder} is in use by another broker, ${holder}. Stop it, or give this one another data folder.`;
  return new BackendError('STORE_IN_USE', message);
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Makes the file appear with its content, or not at all. False when it exists. */
function createWith(file: string, text: string): boolean {
  const own = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(own, text, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT' || code === 'EROFS' || code === 'ENOSPC') throw error;
    return createWithoutLink(file, text);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Some file systems have no hard links. There a reader may meet the file before its content. */
function createWithoutLink(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holderIn(text: string): ProcessIdentity | undefined {
  try {
    const { pid, started } = JSON.parse(text) as Partial<ProcessIdentity>;
    return typeof pid === 'number' && pid > 0 && typeof started === 'string' ? { pid, started } : undefined;
  } catch {
    return undefined;
  }
}

/** @throws BackendError when the holder runs */
function removeStale(folder: string, file: string): void {
  const text = readOrEmpty(file);
  const holder = holderIn(text);
  if (holder !== undefined && isRunning(holder)) throw inUse(folder, `process ${holder.pid}`);
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    // Somebody else removed it first.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Between the look and the move another starter may have taken the lock: it gets its file back.
  if (readOrEmpty(aside) !== text) renameSync(aside, file);
  else rmSync(aside, { force: true });
}
