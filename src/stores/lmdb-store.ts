/**
 * State that outlives the process, in an LMDB file. A commit resolves when the disk has the batch (strict), or at once
 * with the disk following within a window (relaxed). One process at a time; damage is reported and never served as
 * data; a disk that refuses is an error of that commit, and later ones succeed when it accepts again.
 */

import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BackendError } from '../ports/backend-error.ts';
import { type Log, silentLog } from '../ports/log.ts';
import {
  type Durability,
  type FileStore,
  KEY_BYTES_MAX,
  type RangeOptions,
  type StoreCheck,
  type StoreEntry,
  type StoreSize,
} from '../ports/store.ts';
import { assert } from '../std/assert.ts';
import { openDataFile } from './data-file.ts';
import { type Batch, bytesToAdd, DiskRoom } from './disk-room.ts';
import { FailurePause } from './failure-pause.ts';
import { FolderLock } from './folder-lock.ts';
import { GroupCommit } from './group-commit.ts';
import { compareKeys, endOfPrefix } from './key-order.ts';
import { FIRST_KEY, type LmdbEnvironment } from './lmdb-environment.ts';
import { mergeEntries } from './merge-entries.ts';
import { closedError, diskFullError, storeError } from './store-error.ts';
import { dataFileIn, openStoreFolder, syncFile, syncFolder } from './store-folder.ts';
import { WriteBehind } from './write-behind.ts';

export interface LmdbStoreOptions {
  /** `strict` unless given. */
  readonly durability?: Durability;
  /** Relaxed: how long a resolved commit may wait for the disk, in milliseconds; 200 unless given. */
  readonly windowMs?: number;
  readonly log?: Log;
}

const DEFAULT_WINDOW_MS = 200;

const PROBLEMS_MAX = 100;

export class LmdbStore implements FileStore {
  readonly durable = true;
  readonly durability: Durability;
  readonly windowMs: number;
  readonly #file: string;
  readonly #environment: LmdbEnvironment;
  readonly #lock: FolderLock;
  readonly #room: DiskRoom;
  readonly #group: GroupCommit;
  /** Undefined when strict. */
  readonly #behind: WriteBehind | undefined;
  #open = new Map<string, Uint8Array | undefined>();
  #hasFailed = false;
  readonly #pause = new FailurePause();
  #closing: Promise<void> | undefined;
  readonly #underWay: Set<Promise<unknown>> = new Set();

  private constructor(folder: string, environment: LmdbEnvironment, lock: FolderLock, options: LmdbStoreOptions) {
    const { durability = 'strict', windowMs = DEFAULT_WINDOW_MS } = options;
    this.durability = durability;
    this.windowMs = durability === 'strict' ? 0 : windowMs;
    this.#file = dataFileIn(folder);
    this.#environment = environment;
    this.#lock = lock;
    this.#room = new DiskRoom(folder);
    this.#group = new GroupCommit((batch) => this.#write(batch));
    const disk = { write: (batch: Batch) => this.#group.commit(batch), admit: (bytes: number) => this.#admit(bytes) };
    this.#behind = durability === 'strict' ? undefined : new WriteBehind(disk, this.windowMs);
  }

  /**
   * Opens the store in `folder`, and makes both when they are missing; the folder above must exist.
   * @throws BackendError `STORE_IN_USE`, `STORE_FOLDER_MISSING`, `STORE_NOT_A_FOLDER`, `STORE_READ_ONLY`,
   * `STORE_NO_PERMISSION`, `STORE_DAMAGED`, `STORE_FORMAT_NEWER`, `STORE_DISK_FULL`, `STORE_IO_ERROR`
   */
  static async open(folder: string, options: LmdbStoreOptions = {}): Promise<LmdbStore> {
    const { log = silentLog } = options;
    openStoreFolder(folder, log);
    const lock = FolderLock.take(folder);
    try {
      const environment = await openDataFile(dataFileIn(folder), log);
      if (lock.isHeld) return new LmdbStore(folder, environment, lock, options);
      await environment.close();
      throw new BackendError('STORE_IN_USE', `Another broker started with the folder ${folder} at the same moment.`);
    } catch (error) {
      lock.release();
      throw storeError(folder, error);
    }
  }

  get(key: string): Uint8Array | undefined {
    assertKey(key);
    const pending = this.#behind?.find(key);
    return pending === undefined ? this.#environment.get(key) : pending.value;
  }

  *range(prefix: string, { after, limit }: RangeOptions = {}): Generator<StoreEntry> {
    const isBehind = after !== undefined && compareKeys(after, prefix) >= 0;
    const span = { start: isBehind ? after : prefix || FIRST_KEY, isBehind, end: endOfPrefix(prefix), limit };
    const pending = this.#behind?.range(prefix, after) ?? [];
    if (pending.length === 0) yield* this.#environment.range(span);
    else yield* mergeEntries(this.#environment.range({ ...span, limit: undefined }), pending, limit);
  }

  put(key: string, value: Uint8Array): void {
    assertKey(key);
    this.#open.set(key, value);
  }

  delete(key: string): void {
    assertKey(key);
    this.#open.set(key, undefined);
  }

  commit(): Promise<void> {
    const batch = this.#open;
    this.#open = new Map();
    if (this.#closing !== undefined) return Promise.reject(closedError(this.#file));
    return (this.#behind ?? this.#group).commit(batch);
  }

  size(): StoreSize {
    const { entries, usedBytes } = this.#environment.size();
    // One entry is the store's own.
    return { entries: entries - 1, usedBytes, fileBytes: statSync(this.#file).size };
  }

  backup(file: string): Promise<void> {
    return this.#whileOpen(this.#backup(file));
  }

  check(): Promise<StoreCheck> {
    return this.#whileOpen(this.#check());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#open.clear();
    this.#behind?.stop();
    try {
      await this.#behind?.flush();
      await this.#group.idle();
      await Promise.allSettled(this.#underWay);
    } finally {
      this.#behind?.stop();
      await this.#environment.close();
      this.#lock.release();
    }
  }

  async #write(batch: Batch): Promise<void> {
    const bytes = bytesToAdd(batch);
    this.#admit(bytes);
    this.#pause.check();
    if (this.#hasFailed) await this.#recover();
    this.#room.use(bytes);
    try {
      await this.#environment.write(batch);
      this.#pause.end();
    } catch (error) {
      // When it cannot be opened now, the next write tries again.
      await this.#recover().catch(() => {});
      // A transaction that was written in part is an input/output error to the engine, whatever the reason was.
      if (this.#room.lacks(bytes)) throw diskFullError(this.#file, error);
      throw this.#pause.begin(storeError(this.#file, error));
    }
  }

  async #recover(): Promise<void> {
    this.#hasFailed = true;
    await this.#environment.recover();
    this.#hasFailed = false;
  }

  #admit(bytes: number): void {
    if (!this.#room.has(bytes, () => this.#spareBytes())) throw diskFullError(this.#file);
  }

  #spareBytes(): number {
    const { usedBytes, fileBytes } = this.size();
    return fileBytes - usedBytes;
  }

  async #backup(file: string): Promise<void> {
    const failed = (reason: string, cause?: unknown): BackendError =>
      new BackendError('STORE_BACKUP_FAILED', `The backup ${file} was not written: ${reason}.`, { cause });
    if (existsSync(file)) throw failed('a file of that name exists. Remove it, or give another name');
    let folder: string | undefined;
    try {
      await this.#behind?.flush();
      folder = mkdtempSync(join(dirname(file), `.${basename(file)}-`));
      const copy = join(folder, 'copy.mdb');
      await this.#environment.copyTo(copy);
      chmodSync(copy, 0o600);
      syncFile(copy);
      renameSync(copy, file);
      syncFolder(dirname(file));
    } catch (error) {
      throw failed((error as Error).message, error);
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  }

  async #check(): Promise<StoreCheck> {
    await this.#behind?.flush();
    const problems: string[] = [];
    let entries = 0;
    for (const slice of this.#environment.verify()) {
      entries += slice.entries;
      for (const key of slice.damaged.slice(0, PROBLEMS_MAX - problems.length)) {
        problems.push(`The entry ${JSON.stringify(key)} is not what was written`);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { entries, problems };
  }

  /** Lets `close` wait for `work`. */
  #whileOpen<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    const forget = (): void => {
      this.#underWay.delete(work);
    };
    work.then(forget, forget);
    return work;
  }
}

function assertKey(key: string): void {
  // Three bytes is the longest UTF-8 form of a unit, so most keys need no counting.
  const isShort = key.length * 3 <= KEY_BYTES_MAX || Buffer.byteLength(key) <= KEY_BYTES_MAX;
  assert(key !== '' && key.charCodeAt(0) !== 0 && isShort, 'a key has 1 to 1,978 bytes and does not begin with U+0000');
}
