import {
  chownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  readProcessFile,
  removePidFile,
  removeProcessFile,
  runningProcess,
  writePidFile,
  writeProcessFile,
} from './process-file.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoopoe-process-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the file of the process', () => {
  it('names this process, for its owner alone, and goes with it', () => {
    writeProcessFile(folder, '/log', '1.2.3');
    expect(runningProcess(folder)).toMatchObject({ pid: process.pid, logFile: '/log', version: '1.2.3' });
    expect(lstatSync(join(folder, 'process.json')).mode & 0o777).toBe(0o600);
    removeProcessFile(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  // As the number of a signal's receiver each of these would be several processes, or ourselves.
  it.each([
    '{"pid":-1,"started":""}',
    '{"pid":0,"started":""}',
    '{"pid":1,"started":""}',
    '{"pid":-77,"started":"x"}',
    '{"pid":1.5,"started":""}',
    '{"pid":"-1","started":""}',
    '{"pid":1e99}',
    '{"pid":7}',
    'null',
    '[]',
    '',
    '7\n',
  ])('is nobody where it holds %j', (text) => {
    writeFileSync(join(folder, 'process.json'), text);
    expect(readProcessFile(folder)).toBeUndefined();
    expect(runningProcess(folder)).toBeUndefined();
  });

  it('is that of process 1 as well, which the broker is in a container, but of no other process 1', () => {
    writeFileSync(join(folder, 'process.json'), JSON.stringify({ pid: 1, started: 'the broker of a container' }));
    expect(readProcessFile(folder)).toMatchObject({ pid: 1, started: 'the broker of a container' });
    expect(runningProcess(folder)).toBeUndefined();
  });

  it.skipIf(process.getuid?.() !== 0)('names nobody who belongs to others than the file does', () => {
    writeProcessFile(folder, '', '');
    expect(runningProcess(folder)).toBeDefined();
    chownSync(join(folder, 'process.json'), 65_534, 65_534);
    expect(runningProcess(folder)).toBeUndefined();
  });

  it('does not take another process for the broker because it has the number', () => {
    writeFileSync(join(folder, 'process.json'), JSON.stringify({ pid: process.pid, started: 'at another time' }));
    expect(runningProcess(folder)).toBeUndefined();
    expect(readProcessFile(folder)?.pid).toBe(process.pid);
  });
});

describe('the file of the process number for others', () => {
  it('replaces a link that somebody put there, and does not write where it leads', () => {
    const [file, victim] = [join(folder, 'pid'), join(folder, 'victim')];
    writeFileSync(victim, 'precious');
    symlinkSync(victim, file);
    writePidFile(file);
    expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n`);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    removePidFile(file);
    expect(readdirSync(folder)).toEqual(['victim']);
  });

  it('stays where it is another process that it names', () => {
    const file = join(folder, 'pid');
    writeFileSync(file, '1\n');
    removePidFile(file);
    expect(readFileSync(file, 'utf8')).toBe('1\n');
  });

  it('says which it cannot write', () => {
    expect(() => writePidFile(join(folder, 'no/pid'))).toThrow(/no\/pid cannot be written/);
  });
});
