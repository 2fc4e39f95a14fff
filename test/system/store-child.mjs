/**
 * A process that uses a store and may be killed at any moment. What it promises, it says on its standard output first
 * thing after the promise, without a buffer in between.
 */

import { copyFileSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../dist/index.js';

const say = (text) => writeSync(1, `${text}\n`);

/** Commits batch after batch, several under way at once; each is seen as a whole by `x`, `y` and `z` being equal. */
async function commitForEver(folder) {
  const store = await openStore(folder);
  const first = Number(store.get('x') ?? -1) + 1;
  const underWay = new Set();
  for (let number = first; ; number++) {
    for (const key of ['x', 'y', 'z']) store.put(key, Buffer.from(String(number)));
    store.put(`n/${String(number).padStart(9, '0')}`, Buffer.alloc(100 + (number % 3000), number));
    store.delete(`gone/${number - 1}`);
    store.put(`gone/${number}`, Buffer.alloc(500));
    const commit = store.commit().then(() => {
      say(number);
      underWay.delete(commit);
    });
    underWay.add(commit);
    if (underWay.size >= 3) await Promise.race(underWay);
  }
}

async function hold(folder) {
  await openStore(folder);
  say('open');
  setInterval(() => {}, 60_000);
}

/** Commits one by one, saying before each that it begins and afterwards that it is promised. */
async function commitSlowly(folder, times) {
  const store = await openStore(folder);
  for (let number = 0; number < times; number++) {
    say(`begin ${number}`);
    for (let index = 0; index <= number * 50; index++) store.put(`k${number}-${index}`, Buffer.alloc(200, number));
    await store.commit();
    say(`promised ${number}`);
  }
  await store.close();
}

/** Commits while system calls fail, and sees after each that exactly what was promised is there. */
async function commitThroughErrors(folder, times) {
  let store = await openStore(folder);
  const promised = [];
  const codes = [];
  for (let number = 0; number < times; number++) {
    const key = `k${String(number).padStart(4, '0')}`;
    store.put(key, Buffer.alloc(100));
    try {
      await store.commit();
      promised.push(key);
      codes.push('promised');
    } catch (error) {
      codes.push(error.code);
    }
    const found = Array.from(store.range(''), (entry) => entry.key);
    if (found.join() !== promised.join()) codes.push(`found ${found.length} of ${promised.length}`);
  }
  await store.close();
  store = await openStore(folder);
  const found = Array.from(store.range(''), ({ key }) => key);
  if (found.join() !== promised.join()) codes.push('not the same after the end');
  await store.close();
  say(JSON.stringify(codes));
}

/** Numbers below `below` that depend on the seed alone. */
function numbersFrom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const DAMAGES = [
  async (file, size, next) => flip(file, next(size), next(8)),
  async (file, _size, next) => flip(file, next(8192), next(8)),
  async (file, size, next) => {
    for (let count = 0; count < 20; count++) await flip(file, next(size), next(8));
  },
  async (file, size, next) => truncateSync(file, next(size)),
  async (file, size, next) => overwrite(file, next(size / 4096) * 4096, Buffer.alloc(4096)),
  async (file, size, next) => overwrite(file, next(size), Buffer.from(Array.from({ length: 600 }, () => next(256)))),
  // A page as it would be after a write that went to the wrong place.
  async (file, size, next) => {
    const page = Buffer.alloc(4096);
    const handle = await open(file, 'r');
    await handle.read(page, 0, 4096, next(size / 4096) * 4096);
    await handle.close();
    await overwrite(file, next(size / 4096) * 4096, page);
  },
];

async function overwrite(file, position, bytes) {
  const handle = await open(file, 'r+');
  await handle.write(bytes, 0, bytes.length, position);
  await handle.close();
}

async function flip(file, position, bit) {
  const handle = await open(file, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, position);
  byte[0] ^= 1 << bit;
  await handle.write(byte, 0, 1, position);
  await handle.close();
}

const valueUnder = (key) => Buffer.alloc(key.endsWith('7') ? 9000 : 150, key);

async function makePristine(folder) {
  const store = await openStore(folder);
  const keys = [];
  for (let round = 0; round < 30; round++) {
    for (let index = 0; index < 40; index++) {
      const key = `k/${(index * 7919) % 1000}/${round}`;
      store.put(key, valueUnder(key));
      keys.push(key);
    }
    if (round % 3 === 2) for (let count = 0; count < 30; count++) store.delete(keys.shift());
    await store.commit();
  }
  await store.close();
  return new Set(keys);
}

/** What became of one damaged file: `refused`, `noticed` at a read, or `harmless`; anything else is an error. */
async function outcomeOf(folder, keys) {
  let store;
  try {
    store = await openStore(folder);
  } catch (error) {
    if (error.code === 'STORE_DAMAGED' || error.code === 'STORE_FORMAT_NEWER') return 'refused';
    throw error;
  }
  try {
    let seen = 0;
    for (const { key, value } of store.range('k/')) {
      if (!keys.has(key) || Buffer.compare(value, valueUnder(key)) !== 0) return `wrong value of ${key}`;
      seen++;
    }
    if (seen !== keys.size) return `${keys.size - seen} entries missing`;
    for (let index = 0; index < 100; index++) store.put(`new/${index}`, Buffer.alloc(index * 100));
    await store.commit();
    const { problems } = await store.check();
    return problems.length === 0 ? 'harmless' : `damaged by writing: ${problems[0]}`;
  } catch (error) {
    if (error.code === 'STORE_DAMAGED') return 'noticed';
    throw error;
  } finally {
    await store.close();
  }
}

async function damage(folder, rounds, seed) {
  const pristine = join(folder, 'pristine');
  const damaged = join(folder, 'damaged');
  const keys = await makePristine(pristine);
  await (await openStore(damaged)).close();
  const counts = {};
  for (let round = 0; round < rounds; round++) {
    const next = numbersFrom(seed + round);
    const file = join(damaged, 'hoopoe.mdb');
    copyFileSync(join(pristine, 'hoopoe.mdb'), file);
    const handle = await open(file, 'r');
    const { size } = await handle.stat();
    await handle.close();
    say(`round ${round}`);
    await DAMAGES[round % DAMAGES.length](file, size, next);
    const outcome = await outcomeOf(damaged, keys);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  rmSync(damaged, { recursive: true });
  say(JSON.stringify(counts));
}

const [task, folder, ...rest] = process.argv.slice(2);
const tasks = { commitForEver, hold, commitSlowly, commitThroughErrors, damage };
await tasks[task](folder, ...rest.map(Number));
