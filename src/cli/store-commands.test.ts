import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeFolder } from '../registry.ts';
import { storeTools } from '../store-tools.ts';
import { LmdbStore } from '../stores/lmdb-store.ts';
import { commandLine } from './command-line.ts';
import type { Terminal } from './program.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoopoe-store-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** Runs a command; the data folders are `one` unless told otherwise. */
async function typed(line: string, input: string = '', data: string = 'one'): Promise<Said> {
  let out = '';
  let err = '';
  const terminal: Terminal = {
    machine: {
      platform: 'linux',
      environment: { HOOPOE_DATA_DIR: data },
      homeDirectory: folder,
      workingDirectory: folder,
      root: false,
    },
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    send: async (text) => {
      out += text;
      return true;
    },
    receive: async function* () {
      yield Buffer.from(input);
    },
  };
  const startBroker = () => Promise.reject(new Error('nothing is to be started'));
  const program = { startBroker, storeTools: () => Promise.resolve(storeTools), explainAccess: startBroker };
  const code = await commandLine(line.split(' '), terminal, program);
  return { code, out, err };
}

const lines = [
  '{"type":"hoopoe","format":1}',
  '{"type":"session","clientId":"pump","expirySeconds":4294967295}',
  '{"type":"subscription","clientId":"pump","filter":"a/#","qos":1}',
  '{"type":"queued","clientId":"pump","qos":1,"message":{"topic":"a/b","payload":"waits","qos":1}}',
  '{"type":"retained","topic":"door","payload":"öpen","qos":1,"retain":true}',
  '',
].join('\n');

describe('export and import', () => {
  it('go through standard output and input', async () => {
    const counted = '1 session, 1 subscription, 1 queued message, 1 retained message';
    expect(await typed('import', lines)).toEqual({
      code: 0,
      out: `${join(folder, 'one')}: imported ${counted}\n`,
      err: '',
    });
    expect(await typed('export -')).toEqual({ code: 0, out: lines, err: `exported: ${counted}\n` });
  });

  it('go through files, which are their owner’s alone and never overwritten', async () => {
    await typed('import', lines);
    const file = join(folder, 'all.jsonl');
    expect(await typed('export all.jsonl')).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(file, 'utf8')).toBe(lines);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await typed('export all.jsonl')).toEqual({
      code: 1,
      out: '',
      err: `hoopoe: ${file} cannot be written: it exists; remove it, or give another name\n`,
    });
    expect(await typed('import all.jsonl', '', 'two')).toMatchObject({ code: 0 });
    expect((await typed('export', '', 'two')).out).toBe(lines);
  });

  it('name file and line of every mistake, and change nothing then', async () => {
    await typed('import', lines);
    const file = join(folder, 'bad.jsonl');
    const bad = [
      lines.split('\n')[0],
      '{"type":"retained","topic":"new","payload":"x"}',
      '{"type":"retained","topic":"+","payload":"x"}',
      'nonsense',
    ];
    writeFileSync(file, bad.join('\n'));
    const { code, out, err } = await typed('import bad.jsonl');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.split('\n')).toEqual([
      expect.stringContaining(`hoopoe: ${file}:3: "topic" contains the wildcard +`),
      expect.stringContaining(`hoopoe: ${file}:4: it is not JSON: `),
      'hoopoe: nothing was imported',
      '',
    ]);
    expect((await typed('export')).out).toBe(lines);
    expect((await typed('import -', 'x')).err).toMatch(/^hoopoe: standard input:1: it is not JSON/);
  });

  it('give up after twenty mistakes', async () => {
    expect((await typed('import', 'x\n'.repeat(1000))).err.split('\n')).toHaveLength(22);
  });

  it('replace what is there only with --force', async () => {
    await typed('import', lines);
    expect((await typed('import', lines)).err).toContain("standard input:2: the store has a session 'pump' already");
    expect(await typed('import --force', lines)).toMatchObject({ code: 0 });
    expect((await typed('export')).out).toBe(lines);
  });

  it('say what is missing', async () => {
    expect(await typed('export none.jsonl')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^hoopoe: There is no store in .*one\/store\. Give the data folder/),
    });
    // A file that nothing was written to is no export.
    expect(readdirSync(folder)).not.toContain('none.jsonl');
    expect((await typed('import none.jsonl')).err).toMatch(/^hoopoe: .*none\.jsonl cannot be read: ENOENT/);
    expect((await typed('export a b')).err).toBe('hoopoe: export takes one file; got "b" as well\n');
  });

  it('take a large message and cut no line in two', async () => {
    const payload = 'x'.repeat(300_000);
    const large = `${lines}{"type":"retained","topic":"large","payload":"${payload}","qos":0,"retain":true}\n`;
    expect(await typed('import', large)).toMatchObject({ code: 0 });
    expect((await typed('export')).out).toBe(large);
  });
});

describe('backup and restore', () => {
  it('say how much there is, and bring it back', async () => {
    await typed('import', lines);
    const file = join(folder, 'copy.mdb');
    const { code, out } = await typed('backup copy.mdb');
    expect({ code, out }).toEqual({ code: 0, out: `${file}: 4 entries, ${statSync(file).size} bytes\n` });
    expect((await typed('backup copy.mdb')).err).toContain('a file of that name exists');
    expect(await typed('restore copy.mdb', '', 'two')).toMatchObject({
      code: 0,
      out: `${join(folder, 'two')}: restored 4 entries, ${statSync(file).size} bytes from ${file}\n`,
    });
    expect((await typed('export', '', 'two')).out).toBe(lines);
  });

  it('replace a store only with --force', async () => {
    await typed('import', lines);
    await typed('backup copy.mdb');
    expect(await typed('restore copy.mdb')).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^hoopoe: There is a store in .* already\. Nothing was changed\.\n {2}To replace it: --force\n$/,
      ),
    });
    expect(await typed('restore copy.mdb --force')).toMatchObject({ code: 0 });
  });

  it('are refused for a store that a broker has', async () => {
    await typed('import', lines);
    await typed('backup copy.mdb');
    const store = await LmdbStore.open(storeFolder(join(folder, 'one')));
    expect((await typed('restore copy.mdb --force')).err).toMatch(/is in use by another broker, process \d+/);
    expect((await typed('import', lines)).err).toMatch(/is in use by another broker, process \d+/);
    await store.close();
  });

  it.each(['backup', 'restore', 'backup a b'])('refuse "%s"', async (line) => {
    expect(await typed(line)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^hoopoe: (backup|restore) (needs a|takes one) file/),
    });
  });

  it('do not follow what was too open', async () => {
    await typed('import', lines);
    await typed('backup copy.mdb');
    chmodSync(join(folder, 'copy.mdb'), 0o644);
    await typed('restore copy.mdb', '', 'two');
    expect(statSync(join(storeFolder(join(folder, 'two')), 'hoopoe.mdb')).mode & 0o777).toBe(0o600);
  });
});
