/** A copy of a store while the process that has it commits without end, and while that process changes. */

import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LOCK_FILE } from '../../src/stores/folder-lock.ts';
import { copyLiveStore } from '../../src/stores/live-copy.ts';
import { LmdbStore } from '../../src/stores/lmdb-store.ts';
import { backupStore, readStore, restoreStore } from '../../src/stores/store-files.ts';
import { startStore, storeFolder } from './store-processes.ts';

test('every copy is of one moment: it has whole batches, and all that were promised before it was made', async () => {
  const folder = storeFolder();
  const target = storeFolder();
  const child = startStore('commitForEver', folder);
  await child.said(5);
  for (let round = 0; round < 10; round++) {
    const promised = Number(child.lines.at(-1));
    const file = join(target, `copy-${round}`);
    await backupStore(folder, file);
    const restored = storeFolder();
    await restoreStore(restored, file, false);
    const [x, y, z] = await readStore(restored, async (store) => ['x', 'y', 'z'].map((key) => Number(store.get(key))));
    expect(x).toBeGreaterThanOrEqual(promised);
    expect([y, z]).toEqual([x, x]);
  }
  child.kill();
  await child.ended;
  const store = await LmdbStore.open(folder);
  expect((await store.check()).problems).toEqual([]);
  await store.close();
}, 60_000);

test('a copy during which another process took the folder is made again', async () => {
  const folder = storeFolder();
  const copy = join(storeFolder(), 'copy.mdb');
  const child = startStore('commitForEver', folder);
  await child.said(5);
  let attempts = 0;
  await copyLiveStore(folder, copy, async () => {
    attempts++;
    // The file says who has the folder; its text is another one for every owner.
    if (attempts === 1) appendFileSync(join(folder, LOCK_FILE), '\n');
    return false;
  });
  expect(attempts).toBe(2);
  expect(existsSync(copy)).toBe(true);
});

test('a copy that is never left in peace is given up with what to do', async () => {
  const folder = storeFolder();
  const child = startStore('commitForEver', folder);
  await child.said(5);
  const copy = join(storeFolder(), 'copy.mdb');
  const made = copyLiveStore(folder, copy, async () => {
    appendFileSync(join(folder, LOCK_FILE), '\n');
    return false;
  });
  await expect(made).rejects.toMatchObject({ code: 'STORE_BACKUP_FAILED', retryable: true });
  expect(existsSync(copy)).toBe(false);
});
