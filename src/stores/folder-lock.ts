/**
 * One broker for one folder. The lock is a file that names the process which holds it, so it means nothing once that
 * process is gone, however it went. It does not see processes of other machines or of other containers.
 */

import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

  private constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /** @throws BackendError `STORE_IN_USE` with the number of the process that holds it; others when nothing can be written */
  static take(folder: string): FolderLock {
    const file = join(folder, LOCK_FILE);
    // The random part tells two stores of one process apart.
    const text = `${JSON.stringify({ ...thisProcess(), nonce: randomBytes(8).toString('hex') })}\n`;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      try {
        if (createWith(file, text)) return new FolderLock(file, text);
        removeStale(folder, file);
      } catch (error) {
        throw storeError(folder, error);
      }
    }
    throw new BackendError('STORE_IN_USE', `Others are starting with the folder ${folder} at this moment. Start one.`);
  }

  /** Whether nobody took the lock over in the meantime. */
  get isHeld(): boolean {
    return readOrEmpty(this.#file) === this.#text;
  }

  release(): void {
    if (this.isHeld) rmSync(this.#file, { force: true });
  }
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
  if (holder !== undefined && isRunning(holder)) {
    const message =
      `The folder ${folder} is in use by another broker, process ${holder.pid}. Stop it, or give this one another ` +
      'data folder.';
    throw new BackendError('STORE_IN_USE', message);
  }
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
