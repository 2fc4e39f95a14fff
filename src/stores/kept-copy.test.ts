/** The file that a clean stop leaves: taken away, put back, exchanged, and another broker's database in its place. */

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../ports/log.ts';
import { KeptCopy } from './kept-copy.ts';
import { LmdbStore } from './lmdb-store.ts';

const root = mkdtempSync(join(tmpdir(), 'kept-copy-'));
let number = 0;
let place: string;
let file: string;
let store: string;
let copy: KeptCopy;

beforeEach(() => {
  place = join(root, String(number++));
  mkdirSync(join(place, 'data'), { recursive: true });
  file = join(place, 'mosquitto.db');
  store = join(place, 'data', 'store');
  copy = new KeptCopy(store, file, silentLog);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function put(value: string): Promise<void> {
  const opened = await LmdbStore.open(store);
  opened.put('a', Buffer.from(value));
  await opened.commit();
  await opened.close();
}

async function kept(): Promise<string | undefined> {
  const opened = await LmdbStore.open(store);
  const value = opened.get('a');
  await opened.close();
  return value === undefined ? undefined : Buffer.from(value).toString();
}

describe('the copy that a clean stop leaves', () => {
  it('changes nothing where it is as it was left', async () => {
    await put('one');
    await copy.leave();
    await put('two');
    await copy.begin();
    expect(await kept()).toBe('two');
  });

  it('empties the store when it was taken away', async () => {
    await put('one');
    await copy.leave();
    rmSync(file);
    await copy.begin();
    expect(await kept()).toBeUndefined();
  });

  it('leaves a store alone from which no copy was ever made', async () => {
    await put('one');
    await copy.begin();
    expect(await kept()).toBe('one');
  });

  it('becomes the store when it was put back', async () => {
    await put('one');
    await copy.leave();
    copyFileSync(file, join(place, 'backup'));
    await put('two');
    await copy.leave();
    copyFileSync(join(place, 'backup'), file);
    await copy.begin();
    expect(await kept()).toBe('one');
  });

  it('becomes the store of a new machine', async () => {
    await put('one');
    await copy.leave();
    rmSync(join(place, 'data'), { recursive: true });
    mkdirSync(join(place, 'data'));
    await copy.begin();
    expect(await kept()).toBe('one');
  });

  it('can be written several times at once', async () => {
    await put('one');
    await Promise.all([copy.leave(), copy.leave(), copy.leave()]);
    await copy.begin();
    expect(await kept()).toBe('one');
  });

  it('that could not be written does not cost the store', async () => {
    await put('one');
    mkdirSync(file);
    await expect(copy.leave()).rejects.toMatchObject({ code: 'STORE_BACKUP_FAILED' });
    rmSync(file, { recursive: true });
    await copy.begin();
    expect(await kept()).toBe('one');
  });

  it('puts a database of Mosquitto aside', async () => {
    writeFileSync(file, Buffer.concat([Buffer.from([0, 0xb5, 0]), Buffer.from('mosquitto db and more')]));
    await copy.begin();
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(`${file}.mosquitto`, 'latin1')).toContain('mosquitto db');
  });

  it('refuses a file that is no copy of a store, and keeps the store', async () => {
    await put('one');
    writeFileSync(file, 'no store at all');
    await expect(copy.begin()).rejects.toMatchObject({ code: expect.stringMatching(/^STORE_/) });
    expect(await kept()).toBe('one');
  });
});
