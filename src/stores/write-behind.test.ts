import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Batch } from './disk-room.ts';
import { WriteBehind } from './write-behind.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const WINDOW_MS = 100;

function made() {
  const disk = {
    written: [] as string[][],
    refuses: false,
    roomBytes: Number.POSITIVE_INFINITY,
    async write(batch: Batch): Promise<void> {
      if (disk.refuses) throw new TypeError('full');
      disk.written.push(Array.from(batch, ([key, value]) => `${key}=${value === undefined ? '' : String(value)}`));
    },
    admit(bytes: number): void {
      if (bytes > disk.roomBytes) throw new TypeError('no room');
    },
  };
  const behind = new WriteBehind(disk, WINDOW_MS);
  const commit = (entries: Record<string, string | undefined>): Promise<void> =>
    behind.commit(
      new Map(Object.entries(entries).map(([key, value]) => [key, value === undefined ? value : Buffer.from(value)])),
    );
  return { disk, behind, commit };
}

test('a window is written once, when it ends, with the last value of each key', async () => {
  const { disk, behind, commit } = made();
  await commit({ a: '1', b: '1' });
  await vi.advanceTimersByTimeAsync(WINDOW_MS - 1);
  await commit({ a: '2', b: undefined });
  expect(disk.written).toEqual([]);
  expect([String(behind.find('a')?.value), behind.find('b'), behind.find('c')]).toEqual([
    '2',
    { value: undefined },
    undefined,
  ]);
  await vi.advanceTimersByTimeAsync(1);
  expect(disk.written).toEqual([['a=2', 'b=']]);
  expect(behind.find('a')).toBeUndefined();
  await vi.advanceTimersByTimeAsync(10 * WINDOW_MS);
  expect(disk.written).toHaveLength(1);
});

test('when the disk refuses, what was promised stays, nothing more is accepted, and it is tried until it succeeds', async () => {
  const { disk, behind, commit } = made();
  await commit({ a: '1' });
  disk.refuses = true;
  await vi.advanceTimersByTimeAsync(WINDOW_MS);
  await expect(commit({ b: '1' })).rejects.toThrow('full');
  expect([String(behind.find('a')?.value), behind.find('b')]).toEqual(['1', undefined]);
  await vi.advanceTimersByTimeAsync(3 * WINDOW_MS);
  await expect(commit({})).rejects.toThrow('full');
  disk.refuses = false;
  await vi.advanceTimersByTimeAsync(WINDOW_MS);
  expect(disk.written).toEqual([['a=1']]);
  await commit({ c: '1' });
  await vi.advanceTimersByTimeAsync(WINDOW_MS);
  expect(disk.written).toEqual([['a=1'], ['c=1']]);
});

test('what would find no room together with what waits is not accepted; deletions are', async () => {
  const { disk, behind, commit } = made();
  disk.roomBytes = 10_000;
  await commit({ a: '1' });
  await commit({ b: '1' });
  await expect(commit({ c: '1' })).rejects.toThrow('no room');
  await commit({ a: undefined });
  expect(behind.range('', undefined).map(([key]) => key)).toEqual(['a', 'b']);
});

test('a large window ends early', async () => {
  const { disk, commit } = made();
  const many = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`k${index}`, 'v']));
  await commit(many);
  expect(disk.written).toHaveLength(1);
});

test('what gathers during a write is newer than what is written', async () => {
  const { disk, behind, commit } = made();
  await commit({ a: 'old', b: 'old' });
  let finish = (): void => {};
  disk.write = () =>
    new Promise((resolve) => {
      finish = resolve;
    });
  const flushed = behind.flush();
  await Promise.resolve();
  await commit({ a: 'new', c: 'new' });
  expect(behind.range('', undefined).map(([key, value]) => `${key}=${String(value)}`)).toEqual([
    'a=new',
    'b=old',
    'c=new',
  ]);
  expect(String(behind.find('b')?.value)).toBe('old');
  finish();
  await flushed;
  expect(behind.range('', 'a').map(([key]) => key)).toEqual(['c']);
});
