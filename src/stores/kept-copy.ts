/**
 * A file that stands for all that a broker keeps, as Mosquitto's database does: a clean stop leaves a copy of the store
 * there. Whoever takes the file away has an empty broker at the next start, and whoever puts another copy there has that.
 */

import { closeSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BackendError } from '../ports/backend-error.ts';
import type { Log } from '../ports/log.ts';
import { backupStore, restoreStore } from './store-files.ts';
import { syncFolder } from './store-folder.ts';

/** Beside the folder of the store: which copies were left. */
const NOTE = 'copy.json';

/** Where Mosquitto's own database says what it is. */
const FOREIGN_MARK = 'mosquitto db';
const FOREIGN_HEAD_BYTES = 32;

/** By what a copy is known again. */
interface Look {
  readonly bytes: number;
  readonly modifiedMs: number;
}

export class KeptCopy {
  readonly #folder: string;
  readonly #file: string;
  readonly #log: Log;
  #last: Promise<void> = Promise.resolve();

  /**
   * @param folder of the store, in which no broker runs when `begin` and `leave` are called
   * @param file absolute
   */
  constructor(folder: string, file: string, log: Log) {
    this.#folder = folder;
    this.#file = file;
    this.#log = log;
  }

  get #note(): string {
    return join(dirname(this.#folder), NOTE);
  }

  /**
   * Makes the store what the file says, where somebody changed it since the last stop.
   * @throws BackendError when the file is no copy of a store, or cannot be read
   */
  async begin(): Promise<void> {
    const found = lookAt(this.#file);
    const left = readNote(this.#note);
    if (found === undefined) {
      if (left === undefined) return;
      this.#log.warn('The copy of the store was removed, so nothing is kept of what it held', { file: this.#file });
      rmSync(this.#folder, { recursive: true, force: true });
      rmSync(this.#note, { force: true });
      return;
    }
    if (left?.some(({ bytes, modifiedMs }) => bytes === found.bytes && modifiedMs === found.modifiedMs)) return;
    if (isForeign(this.#file)) {
      const kept = `${this.#file}.mosquitto`;
      renameSync(this.#file, kept);
      this.#log.warn('The database of Mosquitto cannot be read and was put aside', { file: kept });
      return;
    }
    const { entries } = await restoreStore(this.#folder, this.#file, true);
    this.#log.info('The copy of the store was read', { file: this.#file, entries });
    this.#remember([found]);
  }

  /**
   * Writes the copy. A broker may run on the store.
   * @throws BackendError when it cannot be written
   */
  async leave(): Promise<void> {
    // A stop may come while another copy is being written.
    this.#last = this.#last.then(() => this.#write());
    const written = this.#last;
    this.#last = written.catch(() => {});
    await written;
  }

  async #write(): Promise<void> {
    const made = `${this.#file}.new`;
    this.#log.debug('Saving a copy of the store', { file: this.#file });
    rmSync(made, { force: true });
    await backupStore(this.#folder, made);
    try {
      const before = lookAt(this.#file);
      const after = lookAt(made)!;
      // Whatever happens between the two, the next start knows the file that it finds. Where there was none, a note without
      // a file would say that somebody took it away.
      if (before !== undefined) this.#remember([before, after]);
      renameSync(made, this.#file);
      syncFolder(dirname(this.#file));
      this.#remember([after]);
    } catch (cause) {
      const text = `The copy of the store ${this.#file} cannot be written (${(cause as Error).message}). Let the broker's user write there.`;
      throw new BackendError('STORE_BACKUP_FAILED', text, { cause });
    }
  }

  #remember(copies: readonly Look[]): void {
    const made = `${this.#note}.new`;
    writeFileSync(made, JSON.stringify(copies), { mode: 0o600 });
    renameSync(made, this.#note);
  }
}

function lookAt(file: string): Look | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true ? { bytes: found.size, modifiedMs: found.mtimeMs } : undefined;
}

/** Undefined where no copy was ever left. */
function readNote(file: string): readonly Look[] | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const note: unknown = JSON.parse(text);
    return Array.isArray(note) ? (note as Look[]) : [];
  } catch {
    // It was damaged, and yet it was there.
    return [];
  }
}

function isForeign(file: string): boolean {
  const head = Buffer.alloc(FOREIGN_HEAD_BYTES);
  const opened = openSync(file, 'r');
  try {
    readSync(opened, head, 0, FOREIGN_HEAD_BYTES, 0);
  } finally {
    closeSync(opened);
  }
  return head.includes(FOREIGN_MARK);
}
