/** The password file as a source: who is let in, reloads, and files that cannot be read. */

import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type OpenedLogins, openLogins, temporaryFolder } from '../../../test/access/login-sources.ts';
import { formatPasswordLine } from './password-lines.ts';

const line = (name: string, password: string, iterations = 10): Promise<string> =>
  formatPasswordLine(name, password, { iterations });

async function opened(...lines: string[]): Promise<OpenedLogins & { file: string; write(...lines: string[]): void }> {
  const file = join(temporaryFolder(), 'passwd');
  const write = (...all: string[]): void => writeFileSync(file, all.map((one) => `${one}\n`).join(''), { mode: 0o600 });
  write(...lines);
  return { ...(await openLogins('password_file', { file })), file, write };
}

test('lets in who is in it with the right password, and leaves the others to the next source', async () => {
  const logins = await opened(await line('alice', 'secret'), await line('__proto__', 'p'));
  expect(await logins.login({ username: 'alice', password: 'secret' })).toBe('allow');
  expect(await logins.login({ username: 'alice', password: 'Secret' })).toBe('deny');
  expect(await logins.login({ username: 'alice', password: '' })).toBe('deny');
  expect(await logins.login({ username: 'alice' })).toBe('deny');
  expect(await logins.login({ username: '__proto__', password: 'p' })).toBe('allow');
  for (const username of [undefined, '', 'bob', 'Alice', 'alice ', 'constructor', 'x'.repeat(65_535)]) {
    expect(await logins.login({ username, password: 'secret' })).toBe('ignore');
  }
  expect(logins.told).toEqual([]);
});

test('a wrong line is told with its place and without its password, and the others are read', async () => {
  const logins = await opened('bob:hunter2', await line('alice', 'secret'));
  expect(logins.told).toMatchObject([{ level: 'error', fields: { source: 'own', place: `${logins.file}:1` } }]);
  expect(JSON.stringify(logins.told)).not.toContain('hunter2');
  expect(await logins.login({ username: 'alice', password: 'secret' })).toBe('allow');
  expect(await logins.login({ username: 'bob', password: 'hunter2' })).toBe('ignore');
});

test('a file full of wrong lines does not fill the log', async () => {
  const logins = await opened(...Array.from({ length: 500 }, (_, n) => `u${n}:plain`));
  expect(logins.told).toHaveLength(22);
  expect(logins.told.at(-2)).toMatchObject({ fields: { lines: 480 } });
});

test('an empty file is nobody, and says so', async () => {
  const logins = await opened();
  expect(logins.told).toMatchObject([{ level: 'warn', message: expect.stringContaining('no users') }]);
  expect(await logins.login({ username: 'alice', password: '' })).toBe('ignore');
});

test('a file that everybody may read is told', async () => {
  const logins = await opened(await line('alice', 'secret'));
  chmodSync(logins.file, 0o644);
  await logins.source.reload!();
  expect(logins.told).toMatchObject([{ level: 'warn', message: expect.stringContaining('chmod') }]);
});

describe('a reload', () => {
  test('brings what the file now says', async () => {
    const logins = await opened(await line('alice', 'secret'), await line('bob', 'two'));
    logins.write(await line('alice', 'changed'));
    expect(await logins.login({ username: 'alice', password: 'secret' })).toBe('allow');
    await logins.source.reload!();
    expect(await logins.login({ username: 'alice', password: 'secret' })).toBe('deny');
    expect(await logins.login({ username: 'alice', password: 'changed' })).toBe('allow');
    expect(await logins.login({ username: 'bob', password: 'two' })).toBe('ignore');
  });

  test('ends the connections of those who are gone or have another password, and of nobody else', async () => {
    const carol = await line('carol', 'three');
    const logins = await opened(await line('alice', 'secret'), await line('bob', 'two'), carol);
    logins.write(await line('alice', 'changed'), carol, await line('dan', 'four'));
    await logins.source.reload!();
    expect(logins.ended).toEqual(['username alice', 'username bob']);
    rmSync(logins.file);
    await expect(logins.source.reload!()).rejects.toThrow();
    expect(logins.ended).toHaveLength(2);
  });

  test('that fails changes nothing', async () => {
    const logins = await opened(await line('alice', 'secret'));
    rmSync(logins.file);
    await expect(logins.source.reload!()).rejects.toMatchObject({ code: 'PASSWORD_FILE_UNREADABLE' });
    expect(await logins.login({ username: 'alice', password: 'secret' })).toBe('allow');
    mkdirSync(logins.file);
    await expect(logins.source.reload!()).rejects.toThrow('it is a folder');
    expect(await logins.login({ username: 'alice', password: 'secret' })).toBe('allow');
  });
});

test('the start fails for a file that is not there, is a folder, or is not named', async () => {
  const folder = temporaryFolder();
  for (const [options, saying] of [
    [{ file: join(folder, 'none') }, join(folder, 'none')],
    [{ file: folder }, 'it is a folder'],
    [{}, 'access.own.password_file.file is missing'],
  ] as const) {
    const error = await openLogins('password_file', options).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'PASSWORD_FILE_UNREADABLE', message: expect.stringContaining(saying) });
  }
});

test('an unknown user costs what the slowest line costs, and so does a fast one with a wrong password', async () => {
  const fast = await formatPasswordLine('old', 'x', { form: 'sha512' });
  const logins = await opened(fast, await line('alice', 'secret', 10), await line('bob', 'two', 20));
  const rule = { kind: 'pbkdf2', mac: 'sha512', iterations: 20, keyBytes: 64 };
  expect(await logins.login({ username: 'nobody', password: 'x' })).toBe('ignore');
  expect(await logins.login({ username: 'old', password: 'wrong' })).toBe('deny');
  expect(logins.spent).toEqual([rule, rule]);
  expect(await logins.login({ username: 'old', password: 'x' })).toBe('allow');
  expect(await logins.login({ username: 'nobody' })).toBe('ignore');
  expect(logins.spent).toHaveLength(2);
});
