/** A store whose process is killed, whose disk is looked over the shoulder, and whose file is damaged. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LmdbStore } from '../../src/stores/lmdb-store.ts';
import { SeededRandom } from '../../src/testing/index.ts';
import { canTrace, startStore, storeFolder, tracedStore } from './store-processes.ts';

const KILLS = 30;

test(`after each of ${KILLS} kills everything promised is there, and every batch whole or not at all`, async () => {
  const folder = storeFolder();
  const random = new SeededRandom(7);
  let before = -1;
  for (let round = 0; round < KILLS; round++) {
    const child = startStore('commitForEver', folder);
    await child.said(1 + random.integer(40));
    child.kill();
    expect(await child.ended, child.errors.join('')).toBe('SIGKILL');
    const promised = Number(child.lines.at(-1));
    before = await expectWhole(folder, Math.max(promised, before));
  }
}, 120_000);

/** Answers the number of the last batch that is there. */
async function expectWhole(folder: string, promised: number): Promise<number> {
  const store = await LmdbStore.open(folder);
  const [x, y, z] = ['x', 'y', 'z'].map((key) => Number(String(store.get(key))));
  expect(x).toBeGreaterThanOrEqual(promised);
  expect([y, z]).toEqual([x, x]);
  let number = 0;
  for (const { key, value } of store.range('n/')) {
    expect(key).toBe(`n/${String(number).padStart(9, '0')}`);
    expect(Buffer.compare(value, Buffer.alloc(100 + (number % 3000), number))).toBe(0);
    number++;
  }
  expect(number - 1).toBe(x);
  expect(Array.from(store.range('gone/'), ({ key }) => key)).toEqual([`gone/${x}`]);
  await store.close();
  return x ?? -1;
}

test('a second process is refused, and takes over at once when the first is killed', async () => {
  const folder = storeFolder();
  const child = startStore('hold', folder);
  await child.said(1);
  const refused = LmdbStore.open(folder);
  await expect(refused).rejects.toMatchObject({ code: 'STORE_IN_USE' });
  await expect(refused).rejects.toThrow(`process ${child.pid}`);
  child.kill();
  await child.ended;
  await (await LmdbStore.open(folder)).close();
});

test('a damaged file is refused or noticed at the read, never served, and never ends the process', async () => {
  const rounds = 210;
  const child = startStore('damage', storeFolder(), rounds, 1);
  expect(await child.ended, `${child.lines.at(-1)} ${child.errors.join('')}`).toBe(0);
  const counts = JSON.parse(child.lines.at(-1) ?? '{}') as Record<string, number>;
  const { refused = 0, noticed = 0, harmless = 0, ...wrong } = counts;
  expect(wrong).toEqual({});
  expect(refused + noticed + harmless).toBe(rounds);
  // Damage that nothing met would prove nothing.
  expect(refused).toBeGreaterThan(rounds / 4);
  expect(noticed).toBeGreaterThan(rounds / 40);
}, 120_000);

/** strace is needed to see the system calls. */
test.skipIf(!canTrace())('a commit resolves only after the data and then the meta page have been flushed', async () => {
  const folder = storeFolder();
  const log = join(folder, 'calls');
  const times = 6;
  const options = ['-o', log, '-e', 'trace=openat,write,writev,pwrite64,pwritev,fdatasync'];
  const child = tracedStore(options, 'commitSlowly', join(folder, 'store'), times);
  expect(await child.ended, child.errors.join('')).toBe(0);
  const calls = readFileSync(log, 'utf8').split('\n');
  // The meta page goes through a descriptor of its own, whose writes return when the disk has them.
  const opened = calls.filter((call) => /hoopoe\.mdb", .*O_DSYNC/.test(call));
  const metaDescriptor = /= (\d+)$/.exec(opened.at(-1) ?? '')?.[1];
  expect(metaDescriptor).toBeDefined();
  for (let number = 0; number < times; number++) {
    const during = calls.slice(indexOf(calls, `begin ${number}`), indexOf(calls, `promised ${number}`));
    const flushed = during.findIndex((call) => /fdatasync(\(| resumed).*= 0$/.test(call));
    const meta = during.findIndex((call) => call.includes(`pwrite64(${metaDescriptor},`));
    expect(flushed, during.join('\n')).toBeGreaterThan(0);
    expect(meta, during.join('\n')).toBeGreaterThan(flushed);
    expect(during.slice(meta).some((call) => /pwrite64(\(| resumed).*= \d+$/.test(call))).toBe(true);
  }
});

/** strace is needed to make system calls fail. */
test.skipIf(!canTrace())(
  'a flush that fails fails the commit, nothing of it is there, and the next succeeds',
  async () => {
    const times = 60;
    const options = ['-o', '/dev/null', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=3+4'];
    const child = tracedStore(options, 'commitThroughErrors', storeFolder(), times);
    expect(await child.ended, child.errors.join('')).toBe(0);
    const codes = JSON.parse(child.lines.at(-1) ?? '[]') as string[];
    expect(new Set(codes)).toEqual(new Set(['promised', 'STORE_IO_ERROR']));
    expect(codes).toHaveLength(times);
  },
);

function indexOf(calls: readonly string[], said: string): number {
  return calls.findIndex((call) => call.includes(`write(1, "${said}\\n"`));
}
