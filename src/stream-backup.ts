/**
 * A copy of a store that is in use, as a stream: made as a file in the data folder, whose name is gone before the first
 * byte of it is read, so that nothing is left behind however the stream ends.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { BackendError } from './ports/backend-error.ts';
import type { FileStore } from './ports/store.ts';

export interface StreamedBackup {
  readonly bytes: number;
  readonly content: Readable;
}

/** Copies made at the same time: each needs the room of the store. */
const COPIES_MAX = 1;

/** Makes copies of one store. */
export class StreamBackup {
  readonly #store: FileStore;
  readonly #folder: string;
  #copies = 0;

  /** @param folder where a file of the size of the store has room */
  constructor(store: FileStore, folder: string) {
    this.#store = store;
    this.#folder = folder;
  }

  /** @throws BackendError `STORE_BACKUP_FAILED` */
  async take(): Promise<StreamedBackup> {
    if (this.#copies >= COPIES_MAX) {
      const text = 'A backup is being made or read already; wait until it is through';
      throw new BackendError('STORE_BACKUP_FAILED', text, { retryable: true });
    }
    this.#copies++;
    const folder = mkdtempSync(join(this.#folder, '.hoopoe-backup-'));
    try {
      const file = join(folder, 'store');
      await this.#store.backup(file);
      const handle = await open(file, 'r');
      const { size: bytes } = await handle.stat();
      const content = handle.createReadStream();
      content.on('close', () => {
        this.#copies--;
      });
      return { bytes, content };
    } catch (cause) {
      this.#copies--;
      if (cause instanceof BackendError) throw cause;
      const text = `The copy of the store could not be made in ${this.#folder}: ${(cause as Error).message}`;
      throw new BackendError('STORE_BACKUP_FAILED', text, { cause });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
