/** The command by the name of Mosquitto: its options, its exit codes, and what it says about mistakes. */

import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RunningProgram } from '../clients/programs.ts';
import { folder, until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';
import { hoopoe } from './executable.ts';
import { freePort } from './free-port.ts';

/** What is said without the time before each line. */
async function ended(args: readonly string[]): Promise<{ code: number | string; errors: string }> {
  const { program } = hoopoe(['mosquitto', ...args]);
  const code = await program.end();
  return { code, errors: program.errors.replace(/^\d{10}: /gm, '').trim() };
}

describe('hoopoe mosquitto', () => {
  it('says file and line of a mistake, and ends with 3', async () => {
    const file = join(folder(), 'mosquitto.conf');
    writeFileSync(file, 'persistence true\nallow_anonymus true\n');
    const { code, errors } = await ended(['-c', file]);
    expect(code).toBe(3);
    expect(errors).toBe(
      `Error: Unknown configuration variable "allow_anonymus"; did you mean allow_anonymous?\nError found at ${file}:2.`,
    );
  });

  it.each([
    [['-x'], "Error: Unknown option '-x'."],
    [['-p'], 'Error: -p argument given, but no port specified.'],
    [['-p', '99999'], 'Error: Invalid port specified (99999).'],
    [['-c'], 'Error: -c argument given, but no config file specified.'],
    [['-c', '/no/such/file'], 'Error: Unable to open config file /no/such/file'],
  ])('%j is refused', async (args, said) => {
    const { code, errors } = await ended(args);
    expect(code).toBe(3);
    expect(errors).toContain(said);
  });

  it('runs by a link of that name, with no file, for this machine alone', async () => {
    const place = folder();
    symlinkSync(join(root, 'bin/hoopoe'), join(place, 'mosquitto'));
    const port = await freePort();
    const program = new RunningProgram(process.execPath, [join(place, 'mosquitto'), '-p', String(port)], {
      env: { PATH: process.env['PATH'], LC_ALL: 'C', HOOPOE_DATA_DIR: join(place, 'data') },
    });
    const said = (): string => program.text + program.errors;
    const listens = `Opening ipv4 listen socket on port ${port}.`;
    await until(() => said().includes(listens) || program.ended !== undefined, 'the broker listens', 20_000);
    expect(program.ended).toBeUndefined();
    expect(said()).toContain(`: Starting in local only mode.`);
    // Both loopbacks are listened on where the machine has both, and both are told.
    const hasBoth = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
    await until(() => said().includes(' running\n'), 'all is said', 20_000);
    expect(said().includes(`Opening ipv6 listen socket on port ${port}.`)).toBe(hasBoth);
    program.kill('SIGTERM');
    expect(await program.end()).toBe(0);
  });

  it('says what people look for in its log, at every signal', async () => {
    const place = folder();
    const [port, file, database] = [await freePort(), join(place, 'm.conf'), join(place, 'm.db')];
    writeFileSync(
      file,
      `listener ${port}\nallow_anonymous true\npersistence true\npersistence_location ${place}/\npersistence_file m.db\n`,
    );
    const { program } = hoopoe(['mosquitto', '-c', file]);
    const says = async (text: string, times: number = 1): Promise<void> => {
      const heard = (): boolean => program.errors.split(text).length > times;
      await until(() => heard() || program.ended !== undefined, text, 20_000);
      expect(program.ended, program.errors).toBeUndefined();
    };
    await says(`: Config loaded from ${file}.`);
    await says(`: Opening ipv4 listen socket on port ${port}.\n`);
    await says(`: Opening ipv6 listen socket on port ${port}.\n`);
    await says(' running\n');
    program.kill('SIGHUP');
    await says(': Reloading config.\n');
    program.kill('SIGUSR1');
    await says(`: Saving in-memory database to ${database}.\n`);
    program.kill('SIGINT');
    expect(await program.end()).toBe(0);
    expect(program.errors).toMatch(/terminating\n\d+: Saving in-memory database to /);
    expect(existsSync(database)).toBe(true);
  });
});
