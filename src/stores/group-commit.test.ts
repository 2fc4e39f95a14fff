import { expect, test } from 'vitest';
import type { Batch } from './disk-room.ts';
import { GroupCommit } from './group-commit.ts';

/** A disk that is done with a write when the test says so. */
class SlowDisk {
  readonly written: string[][] = [];
  #finish: ((error?: Error) => void) | undefined;

  write(batch: Batch): Promise<void> {
    expect(this.#finish).toBeUndefined();
    this.written.push(Array.from(batch, ([key, value]) => `${key}=${value === undefined ? '' : String(value)}`));
    return new Promise((resolve, reject) => {
      this.#finish = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  async done(error?: Error): Promise<void> {
    const finish = this.#finish;
    this.#finish = undefined;
    finish?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function made() {
  const disk = new SlowDisk();
  const group = new GroupCommit((batch) => disk.write(batch));
  const told: string[] = [];
  const commit = (name: string, entries: Record<string, string | undefined>): void => {
    const batch = new Map(
      Object.entries(entries).map(([key, value]) => [key, value === undefined ? value : Buffer.from(value)]),
    );
    group.commit(batch).then(
      () => told.push(name),
      (error: Error) => told.push(`${name}: ${error.message}`),
    );
  };
  return { disk, group, told, commit };
}

test('what is committed during a write goes together into the next, later values winning', async () => {
  const { disk, told, commit } = made();
  commit('first', { a: '1' });
  commit('second', { a: '2', b: '2' });
  commit('third', { b: undefined, c: '3' });
  expect(disk.written).toEqual([['a=1']]);
  await disk.done();
  expect([told, disk.written[1]]).toEqual([['first'], ['a=2', 'b=', 'c=3']]);
  await disk.done();
  expect(told).toEqual(['first', 'second', 'third']);
});

test('a write that fails fails all that were in it, and no other', async () => {
  const { disk, told, commit } = made();
  commit('first', { a: '1' });
  commit('second', { b: '1' });
  commit('third', { c: '1' });
  await disk.done();
  await disk.done(new TypeError('full'));
  expect(told).toEqual(['first', 'second: full', 'third: full']);
  commit('fourth', { d: '1' });
  await disk.done();
  expect(told.at(-1)).toBe('fourth');
});

test('an empty commit writes nothing, and resolves after those before it', async () => {
  const { disk, told, commit, group } = made();
  commit('alone', {});
  await Promise.resolve();
  expect(told).toEqual(['alone']);
  commit('first', { a: '1' });
  commit('empty', {});
  const idle = group.idle();
  await Promise.resolve();
  expect(told).toEqual(['alone']);
  await disk.done();
  await idle;
  expect([told, disk.written]).toEqual([['alone', 'first', 'empty'], [['a=1']]]);
});
