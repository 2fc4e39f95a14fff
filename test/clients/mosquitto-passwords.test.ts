/** Password files between Mosquitto and the broker: what mosquitto_passwd writes is read, what is written Mosquitto reads. */

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatPasswordLine, readPasswordLines } from '../../src/access/password-file/password-lines.ts';
import { openLogins } from '../access/login-sources.ts';
import { folder, until } from '../listeners/listening.ts';
import { lacks, needing, pathOf, RunningProgram } from './programs.ts';
import { serve } from './serving.ts';

async function passwd(...args: readonly string[]): Promise<void> {
  const program = new RunningProgram(pathOf('mosquitto_passwd') ?? 'mosquitto_passwd', args);
  expect(`${await program.end()} ${program.errors}`).toMatch(/^0 /);
}

/** The exit code of mosquitto_pub: 0, or 5 for "not authorised" and 4 for a bad user name or password. */
async function publish(port: number, ...args: readonly string[]): Promise<number | string> {
  const place = ['-h', '127.0.0.1', '-p', String(port), '-t', 't', '-m', 'x'];
  return new RunningProgram(pathOf('mosquitto_pub') ?? 'mosquitto_pub', [...place, ...args]).end();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const isMissing = lacks('mosquitto') || lacks('mosquitto-clients');

describe.skipIf(isMissing)(needing('mosquitto', 'password files'), () => {
  test('of mosquitto_passwd let its users in through the broker', async () => {
    const file = join(folder(), 'passwd');
    writeFileSync(file, '', { mode: 0o600 });
    await passwd('-b', file, 'alice', 'secret one');
    await passwd('-H', 'sha512', '-b', file, 'bob', 'sëcret');
    const logins = await openLogins('password_file', { file });
    expect(logins.told).toEqual([]);
    const { port } = await serve({ authenticators: [logins.source.authenticator!], listen: { allowAnonymous: false } });
    expect(await publish(port, '-u', 'alice', '-P', 'secret one')).toBe(0);
    expect(await publish(port, '-u', 'bob', '-P', 'sëcret')).toBe(0);
    expect(await publish(port, '-u', 'alice', '-P', 'secret')).not.toBe(0);
    expect(await publish(port, '-u', 'carol', '-P', 'secret one')).not.toBe(0);
    await passwd('-D', file, 'bob');
    await passwd('-b', file, 'alice', 'changed');
    await logins.source.reload!();
    expect(await publish(port, '-u', 'bob', '-P', 'sëcret')).not.toBe(0);
    expect(await publish(port, '-u', 'alice', '-P', 'changed')).toBe(0);
  });

  test('of plain text, hashed by mosquitto_passwd -U, are read', async () => {
    const file = join(folder(), 'passwd');
    writeFileSync(file, 'alice:secret\nbob:two words\n', { mode: 0o600 });
    await passwd('-U', file);
    const { users, problems } = readPasswordLines(readFileSync(file, 'utf8'));
    expect(problems).toEqual([]);
    expect([...users.keys()]).toEqual(['alice', 'bob']);
  });

  test('of our lines let their users in through Mosquitto, and only them', async () => {
    const place = folder();
    // Mosquitto gives up root's rights and reads the file as somebody else.
    chmodSync(place, 0o755);
    const file = join(place, 'passwd');
    const lines = [
      await formatPasswordLine('alice', 'secret one', { iterations: 1000 }),
      await formatPasswordLine('bob', 'sëcret', { form: 'sha512' }),
    ];
    writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o644 });
    const port = await freePort();
    const settings = join(place, 'mosquitto.conf');
    const options = [`listener ${port} 127.0.0.1`, 'allow_anonymous false', `password_file ${file}`, 'log_dest stderr'];
    writeFileSync(settings, `${options.join('\n')}\n`);
    const mosquitto = new RunningProgram(pathOf('mosquitto') ?? 'mosquitto', ['-c', settings]);
    await until(() => mosquitto.errors.includes(' running'), 'a running Mosquitto', 10_000);
    expect(await publish(port, '-u', 'alice', '-P', 'secret one')).toBe(0);
    expect(await publish(port, '-u', 'bob', '-P', 'sëcret')).toBe(0);
    expect(await publish(port, '-u', 'alice', '-P', 'wrong')).not.toBe(0);
  });
});
