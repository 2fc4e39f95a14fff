/**
 * Copies a store that another process has open. The engine lets any number of processes read beside the one that
 * writes: each sees the last transaction at the moment it began, and the writer leaves those pages alone as long as
 * it reads. A process that starts on the folder meanwhile knows nothing of readers before it; that is noticed.
 */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BackendError } from '../ports/backend-error.ts';
import { LOCK_FILE } from './folder-lock.ts';
import { dataFileIn, ENGINE_LOCK_SUFFIX } from './store-folder.ts';

/** How often a broker may be started or stopped while one copy is made. */
const ATTEMPTS_MAX = 5;

/**
 * @param copyIfFree makes the copy if no other process has the store, and says whether it did
 * @throws BackendError `STORE_BACKUP_FAILED`
 */
export async function copyLiveStore(folder: string, copy: string, copyIfFree: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const holder = holderOf(folder);
    if (await copyIfFree()) return;
    if (holder === '') continue;
    await copyBeside(dataFileIn(folder), copy);
    if (holderOf(folder) === holder) return;
    for (const path of [copy, copy + ENGINE_LOCK_SUFFIX]) rmSync(path, { force: true });
  }
  const message = `The store in ${folder} was not copied: brokers start and stop there all the time. Try again later.`;
  throw new BackendError('STORE_BACKUP_FAILED', message, { retryable: true });
}

/** Different for every process that ever had the folder; empty when none has. */
function holderOf(folder: string): string {
  try {
    return readFileSync(join(folder, LOCK_FILE), 'utf8');
  } catch {
    return '';
  }
}

async function copyBeside(file: string, copy: string): Promise<void> {
  try {
    const { open } = await import('lmdb');
    const database = open({ path: file, noSubdir: true, readOnly: true, maxDbs: 1 });
    try {
      await database.backup(copy, true);
    } finally {
      await database.close();
    }
  } catch (error) {
    const message = `The store ${file} could not be copied: ${(error as Error).message}.`;
    throw new BackendError('STORE_BACKUP_FAILED', message, { cause: error });
  }
}
