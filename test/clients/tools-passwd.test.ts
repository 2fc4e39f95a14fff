/** Password files: made and changed by our command, and exchanged with Mosquitto's own. */

import { lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPasswordLines } from '../../src/access/password-file/password-lines.ts';
import { folder, until } from '../listeners/listening.ts';
import { lacks, needing, pathOf, RunningProgram } from './programs.ts';
import { runReference, runTool } from './tool-runs.ts';

describe('passwd', () => {
  test('asks twice, keeps the mode, follows a link, and leaves the other lines alone', async () => {
    const file = join(folder(), 'passwords');
    expect(await runTool(['passwd', '-c', file, 'ann'], { input: 'secret\nsecret\n' })).toMatchObject({
      code: 0,
      err: '',
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, `# ours\n${readFileSync(file, 'utf8')}`, { mode: 0o640 });
    const link = join(folder(), 'link');
    symlinkSync(file, link);
    expect((await runTool(['mosquitto_passwd', '-b', link, 'bob', 'x'])).code).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect([...readPasswordLines(readFileSync(file, 'utf8')).users.keys()]).toEqual(['ann', 'bob']);
    expect(readFileSync(file, 'utf8')).toMatch(/^# ours\nann:/);
    const before = readFileSync(file, 'utf8');
    const mismatch = await runTool(['passwd', file, 'ann'], { input: 'one\ntwo\n' });
    expect(mismatch).toMatchObject({ code: 2, err: 'Error: Passwords do not match.\n' });
    expect(await runTool(['passwd', file, 'ann'], { input: '' })).toMatchObject({
      code: 1,
      err: 'Error: Empty password.\n',
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect((await runTool(['passwd', '-D', file, 'ann'])).code).toBe(0);
    expect([...readPasswordLines(readFileSync(file, 'utf8')).users.keys()]).toEqual(['bob']);
  });

  test.each([
    [
      ['-b', '/nonexistent/x', 'a', 'b'],
      'Error: Unable to open password file /nonexistent/x. No such file or directory.\n',
    ],
    [
      ['-b', '-c', '/nonexistent/x', 'a', 'b'],
      'Error: Unable to open file /nonexistent/x for writing. No such file or directory.\n',
    ],
    [['-c'], 'Error: -c argument given but password file or username missing.\n'],
    [['-c', '-D', 'f', 'a'], 'Error: -c and -D cannot be used together.\n'],
    [['-c', '-U', 'f'], 'Error: -c and -U cannot be used together.\n'],
    [['-D', '-U', 'f'], 'Error: -D and -U cannot be used together.\n'],
    [['-b', '-D', 'f', 'a', 'b'], 'Error: -b and -D cannot be used together.\n'],
    [['-b', 'f', 'a:b', 'c'], "Error: Username must not contain the ':' character.\n"],
    [['-H', 'md5', '-b', 'f', 'a', 'b'], "Error: Unknown hash type 'md5'\n"],
  ])('%j says %j, as Mosquitto does', async (argv, err) => {
    expect(await runTool(['mosquitto_passwd', ...argv])).toMatchObject({ code: 1, err });
    if (lacks('mosquitto')) return;
    expect(await runReference(['mosquitto_passwd', ...argv])).toMatchObject({ code: 1, err });
  });
});

describe.skipIf(lacks('mosquitto'))(needing('mosquitto', 'password files and the real program'), () => {
  test('each reads what the other has written', async () => {
    const file = join(folder(), 'passwords');
    await runTool(['mosquitto_passwd', '-c', '-b', file, 'ours', 'pw1']);
    await runTool(['mosquitto_passwd', '-b', '-H', 'sha512', file, 'older', 'pw2']);
    await runReference(['mosquitto_passwd', '-b', file, 'theirs', 'pw3']);
    await runTool(['mosquitto_passwd', '-b', file, 'theirs', 'pw4']);
    await runReference(['mosquitto_passwd', '-D', file, 'older']);
    const plain = join(folder(), 'plain');
    writeFileSync(plain, 'a:b\nc:d\n');
    expect((await runTool(['mosquitto_passwd', '-U', plain])).code).toBe(0);
    const text = readFileSync(file, 'utf8') + readFileSync(plain, 'utf8');
    writeFileSync(file, text);
    const { users, problems } = readPasswordLines(text);
    expect([[...users.keys()], problems]).toEqual([['ours', 'theirs', 'a', 'c'], []]);
    const port = await freePort();
    const conf = join(folder(), 'mosquitto.conf');
    writeFileSync(conf, `listener ${port} 127.0.0.1\nallow_anonymous false\nuser root\npassword_file ${file}\n`);
    const program = new RunningProgram(pathOf('mosquitto') ?? 'mosquitto', ['-c', conf]);
    await until(() => program.errors.includes('running'), 'the Mosquitto runs', 10_000);
    const login = async (user: string, password: string): Promise<number | string> => {
      const words = [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-t',
        't',
        '-m',
        'x',
        '-q',
        '1',
        '-u',
        user,
        '-P',
        password,
      ];
      return (await runTool(['pub', ...words])).code;
    };
    expect(
      await Promise.all([login('ours', 'pw1'), login('theirs', 'pw4'), login('a', 'b'), login('ours', 'pw2')]),
    ).toEqual([0, 0, 0, 5]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
