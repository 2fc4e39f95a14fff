/**
 * The data file before the engine opens it for good: made whole or not at all, looked through for damage that would
 * end the process, and of a format that this broker knows.
 */

import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { BackendError } from '../ports/backend-error.ts';
import type { Log } from '../ports/log.ts';
import type { StoreCheck } from '../ports/store.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';
import { checkPages } from './page-check.ts';
import { layoutIsKnown, PageFile } from './page-file.ts';
import { unseal } from './sealed-value.ts';
import { damagedError, storeError } from './store-error.ts';
import { ENGINE_LOCK_SUFFIX, syncFile, syncFolder, tighten } from './store-folder.ts';

/**
 * The format of entries, as opposed to what is in them: how keys are encoded and values sealed. A new one comes with a
 * step that rewrites the old one at the first start.
 */
const STORE_FORMAT = 1;

/** Begins with U+0000, so it is no entry. */
const FORMAT_KEY = '\u0000format';

/** The event loop, signals among them, has a turn this often while a file is looked through. */
const SLICE_MS = 50;
const PROGRESS_MS = 1000;
const PROBLEMS_MAX = 100;

/** Opens the store's file, and makes it when there is none. @throws BackendError */
export async function openDataFile(file: string, log: Log): Promise<LmdbEnvironment> {
  await makeDataFile(file);
  tighten(file, 0o600, log);
  if (layoutIsKnown) await lookThrough(file, log);
  // What a crash left of the engine's own lock; ours says that nobody else is here.
  rmSync(file + ENGINE_LOCK_SUFFIX, { force: true });
  const environment = await LmdbEnvironment.open(file);
  try {
    checkFormat(file, environment);
    return environment;
  } catch (error) {
    await environment.close();
    throw error;
  }
}

async function makeDataFile(file: string): Promise<void> {
  const unfinished = `${file}.new`;
  const leftovers = [unfinished, unfinished + ENGINE_LOCK_SUFFIX];
  try {
    for (const path of leftovers) rmSync(path, { force: true });
    if (existsSync(file)) return;
    const environment = await LmdbEnvironment.open(unfinished);
    try {
      await environment.write(new Map([[FORMAT_KEY, Buffer.from(JSON.stringify({ format: STORE_FORMAT }))]]));
    } finally {
      await environment.close();
    }
    syncFile(unfinished);
    renameSync(unfinished, file);
    syncFolder(dirname(file));
  } catch (error) {
    throw storeError(file, error);
  } finally {
    for (const path of leftovers) rmSync(path, { force: true });
  }
}

function checkFormat(file: string, environment: LmdbEnvironment): void {
  const found = formatIn(environment.get(FORMAT_KEY));
  if (found === undefined || found < 1) throw damagedError(file, 'it does not say which format it has');
  if (found > STORE_FORMAT) {
    const message =
      `The store ${file} has format ${found}; this version of the broker knows formats up to ${STORE_FORMAT}. Start ` +
      'the version that wrote it, or a newer one.';
    throw new BackendError('STORE_FORMAT_NEWER', message);
  }
}

function formatIn(value: Uint8Array | undefined): number | undefined {
  if (value === undefined) return undefined;
  try {
    const { format } = JSON.parse(Buffer.from(value).toString()) as { format?: unknown };
    return Number.isSafeInteger(format) ? (format as number) : undefined;
  } catch {
    return undefined;
  }
}

async function lookThrough(path: string, log: Log): Promise<void> {
  const file = new PageFile(path);
  try {
    if (!file.endsWhole)
      log.warn('The last write to the store did not end well; the state before it is used', { path });
    await inSlices(checkPages(file), (done) => {
      const { main, free } = file.meta;
      const pages = main.branchPages + main.leafPages + free.branchPages + free.leafPages;
      log.info('The store is being looked through', { percent: Math.floor((100 * done) / pages) });
    });
  } finally {
    file.close();
  }
}

/** Lets the event loop turn again and again; `onProgress` is told each second what was done last. */
async function inSlices(steps: Generator<number>, onProgress: (done: number) => void): Promise<void> {
  let sliceEndsMs = performance.now() + SLICE_MS;
  let tellsMs = performance.now() + PROGRESS_MS;
  for (const done of steps) {
    const nowMs = performance.now();
    if (nowMs < sliceEndsMs) continue;
    if (nowMs > tellsMs) {
      onProgress(done);
      tellsMs = nowMs + PROGRESS_MS;
    }
    await new Promise((resolve) => setImmediate(resolve));
    sliceEndsMs = performance.now() + SLICE_MS;
  }
}

/**
 * Reads a data file that no broker has open, such as a backup, and compares every entry with its checksum.
 * @throws BackendError when it cannot be read
 */
export async function checkDataFile(path: string): Promise<StoreCheck> {
  const problems: string[] = [];
  let entries = 0;
  const file = new PageFile(path);
  try {
    const steps = checkPages(file, (key, sealed) => {
      const isOwn = key[0] === 0;
      if (!isOwn) entries++;
      if (unseal(key, sealed) === undefined && problems.length < PROBLEMS_MAX) {
        problems.push(`The entry ${JSON.stringify(key.toString())} is not what was written`);
      }
    });
    await inSlices(steps, () => {});
  } catch (error) {
    if (!(error instanceof BackendError) || error.code !== 'STORE_DAMAGED') throw error;
    problems.push(error.message);
  } finally {
    file.close();
  }
  return { entries, problems };
}
