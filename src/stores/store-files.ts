/**
 * What can be done with the files of a store from outside the broker that uses it: copy them, put a copy in their
 * place, and read or change them as a whole. Whatever is copied is looked through before anything relies on it, and
 * what replaces a store was complete and flushed before. Knows nothing of what the entries mean.
 */

import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BackendError } from '../ports/backend-error.ts';
import { silentLog } from '../ports/log.ts';
import type { FileStore } from '../ports/store.ts';
import { openDataFile } from './data-file.ts';
import { FolderLock } from './folder-lock.ts';
import { copyLiveStore } from './live-copy.ts';
import { LmdbStore } from './lmdb-store.ts';
import { damagedError, storeError } from './store-error.ts';
import { dataFileIn, ENGINE_LOCK_SUFFIX, openStoreFolder, syncFile, syncFolder } from './store-folder.ts';

export interface StoreFileSummary {
  readonly entries: number;
  readonly bytes: number;
}

/** Begins the names of folders in which copies are made. The number of the process that makes them follows. */
const WORK_PREFIX = '.hoopoe-work-';

/**
 * Writes what the store in `folder` holds at one moment to a new file, whether a broker runs on it or not.
 * @throws BackendError `STORE_MISSING`, `STORE_BACKUP_FAILED`, and those of `LmdbStore.open`
 */
export async function backupStore(folder: string, file: string): Promise<StoreFileSummary> {
  if (existsSync(file)) throw backupFailed(file, 'a file of that name exists. Remove it, or give another name');
  return await inWorkFolder(dirname(file), async (work) => {
    const copy = dataFileIn(work);
    await copyStore(folder, copy);
    const summary = await lookThrough(work);
    chmodSync(copy, 0o600);
    syncFile(copy);
    placeNew(copy, file);
    return summary;
  }).catch((error: unknown) => {
    throw error instanceof BackendError ? error : backupFailed(file, (error as Error).message, error);
  });
}

/**
 * Makes a backup the store of `folder`, in which no broker may run. The store that was there stays until then.
 * @param replaces whether a store that is there may be replaced
 * @throws BackendError `STORE_EXISTS`, `STORE_BACKUP_UNREADABLE`, `STORE_DAMAGED`, `STORE_FORMAT_NEWER`, `STORE_IN_USE` and
 * those of the folder
 */
export async function restoreStore(folder: string, file: string, replaces: boolean): Promise<StoreFileSummary> {
  return await alone(folder, async () => {
    if (!replaces && existsSync(dataFileIn(folder))) {
      throw new BackendError('STORE_EXISTS', `There is a store in ${folder} already. Nothing was changed.`);
    }
    return await inWorkFolder(folder, async (work) => {
      const copy = dataFileIn(work);
      await copyBackup(file, copy);
      const summary = await lookThrough(work).catch((error: unknown) => {
        throw errorAbout(error, copy, file);
      });
      await replaceDataFile(folder, copy);
      return summary;
    });
  });
}

/**
 * Lets `read` read what the store in `folder` holds at one moment, whether a broker runs on it or not.
 * @throws BackendError as `backupStore`
 */
export async function readStore<T>(folder: string, read: (store: FileStore) => Promise<T>): Promise<T> {
  expectStore(folder);
  const store = await openUnlessInUse(folder);
  if (store !== undefined) return await reading(store, read);
  return await inWorkFolder(folder, async (work) => {
    await copyStore(folder, dataFileIn(work));
    return await reading(await LmdbStore.open(work), read);
  });
}

/**
 * Lets `rewrite` change a copy of the store in `folder`, in which no broker may run; the copy then takes the store's
 * place, unless the answer is false. Makes the store when there is none.
 * @throws BackendError as `LmdbStore.open`
 */
export async function rewriteStore(folder: string, rewrite: (store: FileStore) => Promise<boolean>): Promise<void> {
  await alone(folder, async () => {
    await inWorkFolder(folder, async (work) => {
      const present = dataFileIn(folder);
      if (existsSync(present)) await copyFile(present, dataFileIn(work));
      const store = await LmdbStore.open(work);
      if (await reading(store, rewrite)) await replaceDataFile(folder, dataFileIn(work));
    });
  });
}

async function reading<T>(store: FileStore, read: (store: FileStore) => Promise<T>): Promise<T> {
  try {
    return await read(store);
  } finally {
    await store.close();
  }
}

/** Runs `work` while no broker can start on the folder, which is made when it is missing. */
async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  openStoreFolder(folder, silentLog);
  const lock = FolderLock.take(folder);
  try {
    return await work();
  } catch (error) {
    // What the system refused is told in an operator's words; anything else is a mistake of ours.
    throw typeof (error as { code?: unknown }).code === 'string' ? storeError(folder, error) : error;
  } finally {
    lock.release();
  }
}

function expectStore(folder: string): void {
  if (existsSync(dataFileIn(folder))) return;
  const message = `There is no store in ${folder}. Give the data folder of the broker; one that keeps its state in memory has no store.`;
  throw new BackendError('STORE_MISSING', message);
}

/** The store, or undefined when another process has it. */
async function openUnlessInUse(folder: string): Promise<LmdbStore | undefined> {
  try {
    return await LmdbStore.open(folder);
  } catch (error) {
    if (error instanceof BackendError && error.code === 'STORE_IN_USE') return undefined;
    throw error;
  }
}

async function copyStore(folder: string, copy: string): Promise<void> {
  expectStore(folder);
  await copyLiveStore(folder, copy, async () => {
    const store = await openUnlessInUse(folder);
    if (store === undefined) return false;
    await reading(store, (open) => open.backup(copy));
    return true;
  });
}

async function copyBackup(file: string, copy: string): Promise<void> {
  try {
    await copyFile(file, copy);
    chmodSync(copy, 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw error;
    throw new BackendError('STORE_BACKUP_UNREADABLE', `The backup ${file} cannot be read: ${message}`, {
      cause: error,
    });
  }
}

/** Compares everything in the store of a work folder with its checksums. */
async function lookThrough(work: string): Promise<StoreFileSummary> {
  const store = await LmdbStore.open(work);
  return await reading(store, async () => {
    const { entries, problems } = await store.check();
    const [problem] = problems;
    if (problem !== undefined) throw damagedError(dataFileIn(work), problem);
    return { entries, bytes: statSync(dataFileIn(work)).size };
  });
}

/** The same error, but about the file that the operator knows. */
function errorAbout(error: unknown, path: string, known: string): unknown {
  if (!(error instanceof BackendError)) return error;
  const { code, message, retryable } = error;
  return new BackendError(code, message.replaceAll(path, known), { cause: error, retryable });
}

function backupFailed(file: string, reason: string, cause?: unknown): BackendError {
  return new BackendError('STORE_BACKUP_FAILED', `The backup ${file} was not written: ${reason}.`, { cause });
}

/** Gives a file its name, unless another one has it. */
function placeNew(copy: string, file: string): void {
  try {
    linkSync(copy, file);
  } catch (error) {
    // Some file systems have no hard links.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || existsSync(file)) {
      throw backupFailed(file, 'a file of that name appeared meanwhile');
    }
    renameSync(copy, file);
  }
  syncFolder(dirname(file));
}

/** Puts a complete data file in the place of the store's. The old one is kept until the new one has been opened there. */
async function replaceDataFile(folder: string, replacement: string): Promise<void> {
  const file = dataFileIn(folder);
  const old = `${file}.old`;
  takeOwnerOf(folder, replacement);
  syncFile(replacement);
  rmSync(old, { force: true });
  const isKept = existsSync(file) && kept(file, old);
  rmSync(file + ENGINE_LOCK_SUFFIX, { force: true });
  renameSync(replacement, file);
  syncFolder(folder);
  try {
    await (await openDataFile(file, silentLog)).close();
    takeOwnerOf(folder, file + ENGINE_LOCK_SUFFIX);
  } catch (error) {
    if (isKept) renameSync(old, file);
    throw error;
  }
  rmSync(old, { force: true });
}

/** A second name for the old file. Without one, replacing it is still one step. */
function kept(file: string, old: string): boolean {
  try {
    linkSync(file, old);
    return true;
  } catch {
    return false;
  }
}

/** Root may restore what another user's broker will open. */
function takeOwnerOf(folder: string, file: string): void {
  if (process.getuid?.() !== 0 || !existsSync(file)) return;
  const { uid, gid } = statSync(folder);
  chownSync(file, uid, gid);
}

/** A folder for copies, for the owner alone; gone when `work` is done. What ended processes left of theirs goes too. */
async function inWorkFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  for (const name of readdirSync(parent)) {
    const pid = Number(/^\.hoopoe-work-(\d+)-/.exec(basename(name))?.[1]);
    if (pid > 0 && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(parent, `${WORK_PREFIX}${process.pid}-`));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
