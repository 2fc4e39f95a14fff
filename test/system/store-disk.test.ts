/** A store on a disk that is full, or that may not be written. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LmdbEnvironment } from '../../src/stores/lmdb-environment.ts';
import { LmdbStore } from '../../src/stores/lmdb-store.ts';
import { canMount, smallDisk } from './store-processes.ts';

const value = Buffer.alloc(1000, 'v');

async function commitRound(store: LmdbStore, round: number): Promise<void> {
  for (let index = 0; index < 100; index++) store.put(`k/${round}/${index}`, value);
  await store.commit();
}

/** Commits rounds until one fails; answers how many succeeded and the error. */
async function fill(store: LmdbStore): Promise<{ rounds: number; error: unknown }> {
  for (let rounds = 0; ; rounds++) {
    try {
      await commitRound(store, rounds);
    } catch (error) {
      return { rounds, error };
    }
  }
}

const entriesOf = (store: LmdbStore): number => [...store.range('k/')].length;

/** Needs a disk of its own, which only root on Linux can make. */
describe.skipIf(!canMount())('on a disk of its own', () => {
  test.each(['strict', 'relaxed'] as const)(
    'a full one fails commits, not reads, and all is well again when there is room (%s)',
    async (durability) => {
      const disk = smallDisk('6m');
      const store = await LmdbStore.open(disk.folder, { durability, windowMs: 0 });
      const { rounds, error } = await fill(store);
      expect(error).toMatchObject({ name: 'BackendError', code: 'STORE_DISK_FULL', retryable: true });
      expect(String(error)).toContain(disk.folder);
      expect(rounds).toBeGreaterThan(3);
      const accepted = entriesOf(store);
      if (durability === 'strict') expect(accepted).toBe(rounds * 100);
      await expect(commitRound(store, 1000)).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
      expect(entriesOf(store)).toBe(accepted);
      disk.resize('64m');
      await expect
        .poll(() =>
          commitRound(store, 1001).then(
            () => 'committed',
            () => 'refused',
          ),
        )
        .toBe('committed');
      expect(entriesOf(store)).toBe(accepted + 100);
      await store.close();
      const again = await LmdbStore.open(disk.folder);
      expect(entriesOf(again)).toBe(accepted + 100);
      expect((await again.check()).problems).toEqual([]);
      await again.close();
    },
  );

  test('a full one can be emptied, which makes room for new entries without any on the disk', async () => {
    const disk = smallDisk('6m');
    const store = await LmdbStore.open(disk.folder);
    const { rounds } = await fill(store);
    for (let round = 0; round < rounds; round++) {
      for (let index = 0; index < 100; index++) store.delete(`k/${round}/${index}`);
      await store.commit();
    }
    expect(entriesOf(store)).toBe(0);
    for (let round = 0; round < 5; round++) await commitRound(store, round);
    expect(entriesOf(store)).toBe(500);
    await store.close();
  });

  test('one that fills up behind the store’s back in the middle of a transaction', async () => {
    const disk = smallDisk('16m');
    const store = await LmdbStore.open(disk.folder);
    await commitRound(store, 0);
    const other = join(disk.folder, 'other');
    // What the store believes of the room is a moment old now.
    writeFileSync(other, '');
    for (let more = true; more; ) {
      try {
        writeFileSync(other, Buffer.alloc(65_536), { flag: 'a' });
      } catch {
        more = false;
      }
    }
    for (let round = 1; round <= 3; round++) {
      await expect(commitRound(store, round)).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
      expect(entriesOf(store)).toBe(100);
    }
    rmSync(other);
    await commitRound(store, 4);
    expect(entriesOf(store)).toBe(200);
    expect((await store.check()).problems).toEqual([]);
    await store.close();
  });

  test('the engine alone: what did not fit is not there, and the next write works', async () => {
    const disk = smallDisk('2m');
    const environment = await LmdbEnvironment.open(join(disk.folder, 'data.mdb'));
    const batch = (name: string, entries: number): Map<string, Buffer> =>
      new Map(Array.from({ length: entries }, (_, index) => [`${name}${index}`, value]));
    await environment.write(batch('a', 200));
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(environment.write(batch('b', 5000))).rejects.toBeDefined();
      await environment.recover();
      await environment.write(batch('c', attempt));
    }
    const all = [...environment.range({ start: 'a', isBehind: false, end: undefined, limit: undefined })];
    expect(all).toHaveLength(204);
    await environment.close();
  });

  test('a read-only one is refused with what to do', async () => {
    const disk = smallDisk('6m');
    await (await LmdbStore.open(disk.folder)).close();
    disk.makeReadOnly();
    const refused = LmdbStore.open(disk.folder);
    await expect(refused).rejects.toMatchObject({ code: 'STORE_READ_ONLY', retryable: false });
    await expect(refused).rejects.toThrow(disk.folder);
  });
});
