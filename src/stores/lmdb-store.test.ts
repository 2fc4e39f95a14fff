import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { storeSuite } from '../../test/suites/store-suite.ts';
import type { Log } from '../ports/log.ts';
import { AssertionFailure } from '../std/assert.ts';
import { checkDataFile } from './data-file.ts';
import { LOCK_FILE } from './folder-lock.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';
import { LmdbStore, type LmdbStoreOptions } from './lmdb-store.ts';
import { thisProcess } from './process-identity.ts';
import { dataFileIn } from './store-folder.ts';

const isWindows = process.platform === 'win32';

const hasFlock = process.platform === 'linux' && spawnSync('flock', ['-n', '-s', tmpdir(), 'true']).status === 0;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'hoopoe-store-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function opened(path: string, options?: LmdbStoreOptions): Promise<LmdbStore> {
  const store = await LmdbStore.open(path, options);
  onTestFinished(() => store.close().catch(() => {}));
  return store;
}

async function filled(path: string, entries = 10): Promise<void> {
  const store = await LmdbStore.open(path);
  for (let index = 0; index < entries; index++) store.put(`k${index}`, Buffer.from(`value ${index}`));
  await store.commit();
  await store.close();
}

function warnings(): { log: Log; texts: string[] } {
  const texts: string[] = [];
  const log: Log = {
    debug() {},
    info() {},
    error() {},
    warn: (message, fields) => texts.push(`${message} ${fields?.['path']}`),
  };
  return { log, texts };
}

function subjectOf(options: LmdbStoreOptions) {
  return async () => {
    const path = folder();
    const store = await opened(path, options);
    return {
      store,
      reopen: async () => {
        await store.close();
        return opened(path, options);
      },
    };
  };
}

const HOUR_MS = 3_600_000;

storeSuite('lmdb, strict', subjectOf({}));
storeSuite('lmdb, relaxed, everything still in the window', subjectOf({ durability: 'relaxed', windowMs: HOUR_MS }));
storeSuite('lmdb, relaxed, windows that end all the time', subjectOf({ durability: 'relaxed', windowMs: 0 }));

describe('the folder', () => {
  test('a missing one is made for its owner alone, and so are the files', async () => {
    const path = join(folder(), 'store');
    await opened(path);
    if (isWindows) return;
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(path))
      expect(`${name} ${statSync(join(path, name)).mode & 0o077}`).toBe(`${name} 0`);
  });

  test.skipIf(isWindows)('one that others can open is closed to them, with a warning for each', async () => {
    const path = folder();
    await filled(path);
    chmodSync(path, 0o755);
    chmodSync(dataFileIn(path), 0o644);
    const { log, texts } = warnings();
    await opened(path, { log });
    expect(texts).toEqual([
      `Other users could open the stored data; they cannot any more ${path}`,
      `Other users could open the stored data; they cannot any more ${dataFileIn(path)}`,
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(dataFileIn(path)).mode & 0o777).toBe(0o600);
  });

  test('one whose own folder is missing is not made', async () => {
    const path = join(folder(), 'not-mounted', 'store');
    const error = await LmdbStore.open(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'BackendError', code: 'STORE_FOLDER_MISSING', retryable: false });
    expect(String(error)).toContain(path);
  });

  test('a file in its place is refused', async () => {
    const path = join(folder(), 'file');
    writeFileSync(path, '');
    await expect(LmdbStore.open(path)).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' });
  });

  test('what an unfinished first start left behind is cleared away', async () => {
    const path = folder();
    writeFileSync(`${dataFileIn(path)}.new`, 'half a file');
    const store = await opened(path);
    store.put('a', Buffer.from('1'));
    await store.commit();
    expect(readdirSync(path).filter((name) => name.includes('.new'))).toEqual([]);
  });
});

describe('the lock', () => {
  test('a second store on the folder is refused with the number of the process', async () => {
    const path = folder();
    await opened(path);
    const second = LmdbStore.open(path);
    await expect(second).rejects.toMatchObject({ code: 'STORE_IN_USE' });
    await expect(second).rejects.toThrow(`process ${process.pid}`);
  });

  test('it is gone after close, and a failed start leaves none', async () => {
    const path = folder();
    await filled(path);
    expect(readdirSync(path)).not.toContain(LOCK_FILE);
    writeFileSync(dataFileIn(path), 'garbage');
    await expect(LmdbStore.open(path)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    expect(readdirSync(path)).not.toContain(LOCK_FILE);
  });

  test('that of a process which is gone, or whose number another has now, does not count', async () => {
    const path = folder();
    const ended = await pidOfEndedProcess();
    const stale = [
      { pid: ended, started: thisProcess().started },
      { ...thisProcess(), started: 'another life' },
    ];
    for (const identity of stale) {
      writeFileSync(join(path, LOCK_FILE), JSON.stringify(identity));
      await filled(path);
    }
    for (const text of ['', '{"pid":', 'null', '{"pid":-1,"started":""}']) {
      writeFileSync(join(path, LOCK_FILE), text);
      await filled(path);
    }
    expect(readdirSync(path).filter((name) => name.startsWith(LOCK_FILE))).toEqual([]);
  });

  test.runIf(hasFlock)(
    'a process that its number does not show, as in another container, holds it as well (needs flock)',
    async () => {
      const path = folder();
      const first = await opened(path);
      writeFileSync(join(path, LOCK_FILE), JSON.stringify({ ...thisProcess(), started: 'another life' }));
      const second = LmdbStore.open(path);
      await expect(second).rejects.toMatchObject({ code: 'STORE_IN_USE' });
      await expect(second).rejects.toThrow('in another container');
      await first.close();
      await filled(path);
    },
  );

  test('of many that start over a stale lock at once, one wins', async () => {
    const path = folder();
    await filled(path);
    writeFileSync(join(path, LOCK_FILE), '{"pid":1,"started":"another life"}');
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => opened(path)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

async function pidOfEndedProcess(): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid ?? 0;
}

describe('keys', () => {
  test('as long as allowed work; longer, empty and reserved ones are a mistake of the program', async () => {
    const store = await opened(folder());
    for (const key of ['k'.repeat(1978), `k${'水'.repeat(659)}`]) {
      expect(Buffer.byteLength(key)).toBe(1978);
      store.put(key, Buffer.from('v'));
    }
    await store.commit();
    expect([...store.range('')]).toHaveLength(2);
    for (const key of ['k'.repeat(1979), '水'.repeat(660), '', '\0', '\0format']) {
      expect(() => store.put(key, Buffer.from('v'))).toThrow(AssertionFailure);
      expect(() => store.delete(key)).toThrow(AssertionFailure);
    }
  });
});

describe('relaxed', () => {
  test('a commit resolves before the disk has it, and close writes it', async () => {
    const path = folder();
    const store = await opened(path, { durability: 'relaxed', windowMs: HOUR_MS });
    expect([store.durability, store.windowMs]).toEqual(['relaxed', HOUR_MS]);
    store.put('a', Buffer.from('1'));
    await store.commit();
    expect([store.size().entries, [...store.range('')].length]).toEqual([0, 1]);
    await store.close();
    expect([...(await opened(path)).range('')]).toHaveLength(1);
  });

  test('the end of the window writes it', async () => {
    const store = await opened(folder(), { durability: 'relaxed', windowMs: 1 });
    store.put('a', Buffer.from('1'));
    await store.commit();
    await expect.poll(() => store.size().entries).toBe(1);
  });
});

describe('besides', () => {
  test('size counts committed entries and bytes', async () => {
    const store = await opened(folder());
    expect([store.durability, store.windowMs, store.size().entries]).toEqual(['strict', 0, 0]);
    const before = store.size();
    for (let index = 0; index < 1000; index++) store.put(`k${index}`, Buffer.alloc(500));
    await store.commit();
    const { entries, usedBytes, fileBytes } = store.size();
    expect(entries).toBe(1000);
    expect(usedBytes - before.usedBytes).toBeGreaterThan(500_000);
    expect(fileBytes).toBeGreaterThanOrEqual(usedBytes);
  });

  test.each(['strict', 'relaxed'] as const)(
    'a backup holds one moment and becomes a store (%s)',
    async (durability) => {
      const path = folder();
      const store = await opened(path, { durability, windowMs: HOUR_MS });
      for (let index = 0; index < 3000; index++) store.put(`k${index}`, Buffer.alloc(300, index));
      await store.commit();
      const file = join(path, 'copy');
      const backup = store.backup(file);
      store.put('later', Buffer.from('1'));
      await Promise.all([store.commit(), backup]);
      await expect(store.backup(file)).rejects.toMatchObject({ code: 'STORE_BACKUP_FAILED' });
      expect(isWindows || (statSync(file).mode & 0o777) === 0o600).toBe(true);
      expect(readdirSync(path).filter((name) => name.startsWith('.copy'))).toEqual([]);
      const { entries, problems } = await checkDataFile(file);
      expect([entries - 3000 <= 1, problems]).toEqual([true, []]);
      const restored = join(path, 'restored');
      mkdirSync(restored, { mode: 0o700 });
      writeFileSync(dataFileIn(restored), readFileSync(file), { mode: 0o600 });
      const again = await opened(restored);
      expect([...again.range('k')]).toHaveLength(3000);
      again.put('new', Buffer.from('1'));
      await again.commit();
      await again.close();
      expect([...(await opened(restored)).range('new')]).toHaveLength(1);
    },
  );

  test('a backup that cannot be written says why and leaves nothing', async () => {
    const path = folder();
    const store = await opened(path);
    const backup = store.backup(join(path, 'missing', 'copy'));
    await expect(backup).rejects.toMatchObject({ name: 'BackendError', code: 'STORE_BACKUP_FAILED' });
  });

  test('close waits for a backup, and afterwards commits are refused', async () => {
    const path = folder();
    const store = await opened(path);
    for (let index = 0; index < 2000; index++) store.put(`k${index}`, Buffer.alloc(1000));
    await store.commit();
    const backup = store.backup(join(path, 'copy'));
    await Promise.all([store.close(), backup]);
    expect((await checkDataFile(join(path, 'copy'))).entries).toBe(2000);
    await expect(store.commit()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  test('an iteration that is not finished, or outlives the store, harms nothing', async () => {
    const path = folder();
    const store = await opened(path);
    for (let index = 0; index < 600; index++) store.put(`k${String(index).padStart(3, '0')}`, Buffer.from('v'));
    await store.commit();
    const left = store.range('k')[Symbol.iterator]();
    left.next();
    for (let index = 0; index < 600; index++) store.delete(`k${String(index).padStart(3, '0')}`);
    await store.commit();
    await store.close();
    const drain = (): void => {
      while (left.next().done !== true);
    };
    expect(drain).toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }));
  });
});

describe('damage', () => {
  test('of a value is told with its key and what to do, and other entries are served', async () => {
    const path = folder();
    await filled(path);
    const bytes = readFileSync(dataFileIn(path));
    bytes.write('V', bytes.lastIndexOf('value 3'));
    writeFileSync(dataFileIn(path), bytes);
    const store = await opened(path);
    const damaged = expect.objectContaining({
      code: 'STORE_DAMAGED',
      message: expect.stringMatching(/"k3" is not what was written.*Restore a backup/),
    });
    expect(() => store.get('k3')).toThrow(damaged);
    expect(() => [...store.range('k')]).toThrow(damaged);
    expect(String(store.get('k4'))).toBe('value 4');
    const found = { entries: 10, problems: ['The entry "k3" is not what was written'] };
    expect(await store.check()).toEqual(found);
    await store.close();
    expect(await checkDataFile(dataFileIn(path))).toEqual(found);
  });

  test.each([0, 1, 100, 4095, 4096, 8191, 8192, 12_288, -1, -4096])(
    'a file cut off is refused: %i bytes',
    async (length) => {
      const path = folder();
      await filled(path, 2000);
      truncateSync(dataFileIn(path), length < 0 ? statSync(dataFileIn(path)).size + length : length);
      await expect(LmdbStore.open(path)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    },
  );

  test('a file of something else is refused', async () => {
    const path = folder();
    writeFileSync(dataFileIn(path), 'SQLite format 3\0'.repeat(2000));
    await expect(LmdbStore.open(path)).rejects.toThrow(dataFileIn(path));
  });
});

describe('the format', () => {
  async function withFormat(record: string | undefined): Promise<string> {
    const path = folder();
    await filled(path);
    const environment = await LmdbEnvironment.open(dataFileIn(path));
    await environment.write(new Map([['\0format', record === undefined ? undefined : Buffer.from(record)]]));
    await environment.close();
    return path;
  }

  test('of a newer broker is refused with both numbers', async () => {
    const path = await withFormat('{"format":7}');
    const second = LmdbStore.open(path);
    await expect(second).rejects.toMatchObject({ code: 'STORE_FORMAT_NEWER' });
    await expect(second).rejects.toThrow(/format 7.*up to 1/);
  });

  test.each([undefined, '{"format":0}', '{"format":"1"}', '{}', 'x'])(
    'that is no format is damage: %s',
    async (record) => {
      await expect(LmdbStore.open(await withFormat(record))).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    },
  );
});
