import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storeFolder } from '../../test/system/store-processes.ts';
import { LmdbStore } from './lmdb-store.ts';
import { backupStore, readStore, restoreStore, rewriteStore } from './store-files.ts';
import { dataFileIn } from './store-folder.ts';

async function filled(folder: string, entries: number, name: string = 'k'): Promise<LmdbStore> {
  const store = await LmdbStore.open(folder);
  for (let index = 0; index < entries; index++) store.put(`${name}${index}`, Buffer.from(`value ${index}`));
  await store.commit();
  return store;
}

async function keysIn(folder: string): Promise<string[]> {
  return await readStore(folder, async (store) => [...store.range('')].map(({ key }) => key));
}

describe('a backup', () => {
  it('of a store that nobody uses holds everything, for its owner alone, and leaves nothing else behind', async () => {
    const folder = storeFolder();
    await (await filled(folder, 300)).close();
    const target = storeFolder();
    const file = join(target, 'backup.mdb');
    expect(await backupStore(folder, file)).toEqual({ entries: 300, bytes: statSync(file).size });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(target)).toEqual(['backup.mdb']);
  });

  it('never overwrites a file', async () => {
    const folder = storeFolder();
    await (await filled(folder, 1)).close();
    const file = join(storeFolder(), 'precious');
    writeFileSync(file, 'mine');
    await expect(backupStore(folder, file)).rejects.toMatchObject({ code: 'STORE_BACKUP_FAILED' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('is refused where there is no store, and makes none', async () => {
    const folder = storeFolder();
    await expect(backupStore(folder, join(folder, 'backup'))).rejects.toMatchObject({ code: 'STORE_MISSING' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says when its folder is missing', async () => {
    const folder = storeFolder();
    await (await filled(folder, 1)).close();
    const file = join(folder, 'nowhere', 'backup');
    await expect(backupStore(folder, file)).rejects.toThrow(/^The backup .*nowhere.* was not written: .*ENOENT/);
  });
});

describe('restoring', () => {
  it('brings back what the backup holds and nothing else', async () => {
    const folder = storeFolder();
    const file = join(storeFolder(), 'backup');
    await (await filled(folder, 20)).close();
    await backupStore(folder, file);
    await (await filled(folder, 30, 'later')).close();
    await expect(restoreStore(folder, file, false)).rejects.toMatchObject({ code: 'STORE_EXISTS' });
    expect(await keysIn(folder)).toHaveLength(50);
    expect(await restoreStore(folder, file, true)).toMatchObject({ entries: 20 });
    expect(await keysIn(folder)).toHaveLength(20);
    expect(readdirSync(folder).filter((name) => !name.startsWith('hoopoe.mdb'))).toEqual([]);
    expect(existsSync(`${dataFileIn(folder)}.old`)).toBe(false);
    expect(statSync(dataFileIn(folder)).mode & 0o777).toBe(0o600);
  });

  it('makes the folder of a store that is not there yet', async () => {
    const folder = storeFolder();
    const file = join(storeFolder(), 'backup');
    await (await filled(folder, 3)).close();
    await backupStore(folder, file);
    const fresh = join(storeFolder(), 'store');
    await restoreStore(fresh, file, false);
    expect(await keysIn(fresh)).toHaveLength(3);
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 4096), 'STORE_DAMAGED'],
    ['with a flipped bit in a value', flippedValue, 'STORE_DAMAGED'],
    ['that is something else', () => Buffer.from('a letter to my aunt'), 'STORE_DAMAGED'],
  ])('refuses a file %s and changes nothing', async (_kind, spoil, code) => {
    const folder = storeFolder();
    const file = join(storeFolder(), 'backup');
    await (await filled(folder, 500)).close();
    await backupStore(folder, file);
    writeFileSync(file, spoil(readFileSync(file)));
    const before = readFileSync(dataFileIn(folder));
    const refused = restoreStore(folder, file, true);
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(file);
    expect(readFileSync(dataFileIn(folder)).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('.hoopoe'))).toEqual([]);
  });

  it('says when there is no such backup', async () => {
    const folder = storeFolder();
    const refused = restoreStore(folder, join(folder, 'none'), true);
    await expect(refused).rejects.toMatchObject({ code: 'STORE_BACKUP_UNREADABLE' });
  });

  it('and rewriting are refused while a broker has the folder, whose store goes on', async () => {
    const folder = storeFolder();
    const file = join(storeFolder(), 'backup');
    const store = await filled(folder, 3);
    await store.backup(file);
    await expect(restoreStore(folder, file, true)).rejects.toMatchObject({ code: 'STORE_IN_USE' });
    await expect(rewriteStore(folder, async () => true)).rejects.toMatchObject({ code: 'STORE_IN_USE' });
    store.put('more', Buffer.from('x'));
    await store.commit();
    await store.close();
    expect(await keysIn(folder)).toHaveLength(4);
  });
});

function flippedValue(bytes: Buffer): Buffer {
  const at = bytes.indexOf('value 250');
  bytes[at + 7] = bytes[at + 7]! ^ 1;
  return bytes;
}

describe('rewriting', () => {
  it('changes the store at once when it is told to, and not at all otherwise', async () => {
    const folder = storeFolder();
    await (await filled(folder, 2)).close();
    const rewrite = (answer: boolean) =>
      rewriteStore(folder, async (store) => {
        store.put('new', Buffer.from('x'));
        await store.commit();
        return answer;
      });
    await rewrite(false);
    expect(await keysIn(folder)).toEqual(['k0', 'k1']);
    await rewrite(true);
    expect(await keysIn(folder)).toEqual(['k0', 'k1', 'new']);
  });

  it('changes nothing when it fails', async () => {
    const folder = storeFolder();
    await (await filled(folder, 2)).close();
    const failing = rewriteStore(folder, async (store) => {
      store.delete('k0');
      await store.commit();
      throw new TypeError('a mistake of ours');
    });
    await expect(failing).rejects.toThrow(new TypeError('a mistake of ours'));
    expect(await keysIn(folder)).toEqual(['k0', 'k1']);
  });

  it('removes what a process that was killed left behind', async () => {
    const folder = storeFolder();
    await (await filled(folder, 2)).close();
    // No process has this number.
    const left = join(folder, '.hoopoe-work-4194305-abc');
    mkdirSync(left);
    copyFileSync(dataFileIn(folder), dataFileIn(left));
    await rewriteStore(folder, async () => false);
    expect(existsSync(left)).toBe(false);
  });
});
