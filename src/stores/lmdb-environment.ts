/**
 * LMDB as this broker uses it: one file, keys as UTF-8, values sealed with a checksum, one transaction at a time on the
 * engine's own thread. The engine flushes the data, then writes and flushes the meta page, and only then a write
 * resolves; of a write that fails nothing is ever visible. It knows nothing of batches that wait or of folders.
 */

import { getSystemErrorName } from 'node:util';
import type { RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
import { BackendError } from '../ports/backend-error.ts';
import type { StoreEntry } from '../ports/store.ts';
import { SealedBatch, unseal } from './sealed-value.ts';
import { closedError, damagedError, storeError } from './store-error.ts';

type Database = RootDatabase<Uint8Array, string | Uint8Array>;

/** Address space, not memory or disk; the engine takes more when the file outgrows it. */
const MAP_BYTES = 2 ** 30;

/** No key of an entry comes before this; those that do are the store's own. */
export const FIRST_KEY = '\u0001';

/** Entries read in one go; no cursor outlives a slice, so an unfinished iteration holds nothing. */
const SLICE_ENTRIES = 256;

const keyEncoder = {
  writeKey(key: string | Uint8Array, target: Buffer, position: number): number {
    if (typeof key === 'string') return position + target.write(key, position, 'utf8');
    target.set(key, position);
    return position + key.length;
  },
  readKey(source: Buffer, start: number, end: number): string {
    return source.toString('utf8', start, end);
  },
};

/** The engine reads into memory that it uses again, so what it gives is copied. */
const valueEncoder = {
  encode(value: Uint8Array): Uint8Array {
    return value;
  },
  decode(bytes: Uint8Array): Buffer {
    // Its memory may be longer than the value; only this property tells the truth.
    const { length } = bytes;
    const value = Buffer.allocUnsafe(length);
    value.set(bytes.subarray(0, length));
    return value;
  },
};

/** What the engine's statistics hold; its own types leave them open. */
interface EngineStatistics {
  readonly pageSize: number;
  readonly entryCount: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** Which entries to read, in their order. */
export interface Span {
  readonly start: string;
  /** `start` itself is left out. */
  readonly isBehind: boolean;
  /** The bytes of the first key that is too much; none when everything behind `start` is meant. */
  readonly end: Uint8Array | undefined;
  readonly limit: number | undefined;
}

type OpenEngine = (options: RootDatabaseOptionsWithPath) => RootDatabase;

export class LmdbEnvironment {
  readonly #file: string;
  readonly #openEngine: OpenEngine;
  /** Undefined when closed, and while it is opened anew. */
  #database: Database | undefined;
  #isClosed = false;

  private constructor(file: string, openEngine: OpenEngine) {
    this.#file = file;
    this.#openEngine = openEngine;
    this.#database = this.#open();
  }

  /** Opens the file, or makes it. @throws BackendError */
  static async open(file: string): Promise<LmdbEnvironment> {
    const openEngine = await loadEngine();
    try {
      return new LmdbEnvironment(file, openEngine);
    } catch (error) {
      throw storeError(file, engineCause(error));
    }
  }

  /** @throws BackendError `STORE_DAMAGED` when it is not what was written */
  get(key: string): Uint8Array | undefined {
    const sealed = this.#reading((database) => database.get(key));
    if (sealed === undefined) return undefined;
    return this.#unsealed(key, sealed);
  }

  *range(span: Span): Generator<StoreEntry> {
    for (const slice of this.#slices(span)) {
      for (const { key, value } of slice) yield { key, value: this.#unsealed(key, value) };
    }
  }

  /** How many entries each slice of the whole store has, and the keys of those that are not what was written. */
  *verify(): Generator<{ entries: number; damaged: string[] }> {
    for (const slice of this.#slices({ start: FIRST_KEY, isBehind: false, end: undefined, limit: undefined })) {
      const damaged = slice.filter(({ key, value }) => unseal(key, value) === undefined).map(({ key }) => key);
      yield { entries: slice.length, damaged };
    }
  }

  /**
   * Makes all of it durable, or nothing. One at a time.
   * @throws BackendError, or whatever the engine says, when the disk refused; then `recover` comes before the next one
   */
  async write(batch: ReadonlyMap<string, Uint8Array | undefined>): Promise<void> {
    const database = this.#opened();
    const sealed = new SealedBatch(batch);
    try {
      await database.batch(() => {
        for (const [key, value] of batch) {
          if (value === undefined) void database.remove(key);
          else void database.put(key, sealed.seal(key, value));
        }
      });
    } catch (error) {
      // The reason arrives by a promise of its own, which would end the process if nobody listened.
      throw engineCause(await reasonOf(error));
    }
  }

  /**
   * To be called after a failed write: the engine may refuse everything then, and would never answer another write, so
   * it is opened anew. @throws BackendError when that fails too; then it is to be called again
   */
  async recover(): Promise<void> {
    try {
      // What this turn has read before would go on working.
      this.#database?.resetReadTxn();
      this.#database?.get(FIRST_KEY);
      if (this.#database !== undefined) return;
    } catch {
      // As expected.
    }
    const database = this.#database;
    this.#database = undefined;
    try {
      await database?.close();
      this.#database = this.#open();
    } catch (error) {
      throw storeError(this.#file, engineCause(error));
    }
  }

  size(): { entries: number; usedBytes: number } {
    const { pageSize, entryCount, treeBranchPageCount, treeLeafPageCount, overflowPages } =
      this.#opened().getStats() as EngineStatistics;
    return { entries: entryCount, usedBytes: pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages) };
  }

  /** Copies one moment's state to a new file. @throws whatever the engine says */
  async copyTo(file: string): Promise<void> {
    await this.#opened().backup(file, true);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const database = this.#database;
    this.#database = undefined;
    await database?.close();
  }

  #open(): Database {
    const isWide = !['arm', 'ia32'].includes(process.arch);
    const options = {
      path: this.#file,
      noSubdir: true,
      encoder: valueEncoder,
      keyEncoder,
      permissionsMode: 0o600,
      maxDbs: 1,
      // Flushing behind the commit would make data visible that a failing disk then loses.
      overlappingSync: false,
      // A write begins when it is asked for, not with the turn's other writes.
      eventTurnBatching: false,
      // Where a file cannot be shorter than its map, it would be this long at once.
      ...(isWide && process.platform !== 'win32' && { mapSize: MAP_BYTES }),
    };
    return this.#openEngine(options as RootDatabaseOptionsWithPath) as Database;
  }

  #opened(): Database {
    if (this.#database !== undefined) return this.#database;
    if (this.#isClosed) throw closedError(this.#file);
    throw storeError(this.#file, new TypeError('it is opened anew after an error'));
  }

  #reading<T>(read: (database: Database) => T): T {
    const database = this.#opened();
    try {
      return read(database);
    } catch (error) {
      throw storeError(this.#file, engineCause(error));
    }
  }

  *#slices({ start, isBehind, end, limit = Number.POSITIVE_INFINITY }: Span): Generator<Slice> {
    let from = start;
    let exclusiveStart = isBehind;
    let left = limit;
    while (left > 0) {
      const entries = Math.min(left, SLICE_ENTRIES);
      const options = { start: from, exclusiveStart, limit: entries, ...(end !== undefined && { end }) };
      // Keys are read back as text, whatever the engine's types say.
      const slice = this.#reading((database) => {
        // A range of an engine that has given up looks empty; a single look-up says what is the matter.
        database.get(FIRST_KEY);
        return [...database.getRange(options)] as unknown as Slice;
      });
      yield slice;
      const last = slice.at(-1);
      if (last === undefined || slice.length < entries) return;
      left -= slice.length;
      from = last.key;
      exclusiveStart = true;
    }
  }

  #unsealed(key: string, sealed: Uint8Array): Uint8Array {
    const value = unseal(key, sealed);
    if (value === undefined) throw damagedError(this.#file, `the entry ${JSON.stringify(key)} is not what was written`);
    return value;
  }
}

/** Loaded late, because most who embed a broker never need it. */
async function loadEngine(): Promise<OpenEngine> {
  try {
    return (await import('lmdb')).open;
  } catch (error) {
    const message =
      'The storage engine (the package lmdb) could not be loaded: it is missing, or was not built for this platform. ' +
      'Install the dependencies again on this machine, optional ones included, or let the broker keep its state in memory.';
    throw new BackendError('STORE_ENGINE_MISSING', message, { cause: error });
  }
}

type Slice = readonly { readonly key: string; readonly value: Uint8Array }[];

async function reasonOf(error: unknown): Promise<unknown> {
  try {
    await (error as { commitError?: Promise<unknown> }).commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}

/** The engine gives the system's numbers; everybody else speaks of their names. */
function engineCause(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code !== 'number' || code <= 0 || process.platform === 'win32') return error;
  return { code: getSystemErrorName(-code), message, cause: error };
}
