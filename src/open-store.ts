/** The store on disk, for programs that embed a broker and for the command. Loaded late: many keep everything in memory. */

import type { FileStore } from './ports/store.ts';
import type { LmdbStoreOptions } from './stores/lmdb-store.ts';

/**
 * Opens the store in `folder`, and makes it when it is missing; the folder above must exist. One broker at a time. The
 * broker that gets the store closes it.
 * @throws BackendError that says what is wrong with the folder or the disk
 * @example const broker = await createBroker({ store: await openStore('data') });
 */
export async function openStore(folder: string, options: LmdbStoreOptions = {}): Promise<FileStore> {
  const { LmdbStore } = await import('./stores/lmdb-store.ts');
  return await LmdbStore.open(folder, options);
}
