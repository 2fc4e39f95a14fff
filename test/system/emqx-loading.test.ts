/** Plugins of a home directory of EMQX, loaded and unloaded while the broker runs, by commands that are links. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mosquittoPub, mosquittoPubStarted } from '../clients/mosquitto.ts';
import { lacks, needing, RunningProgram } from '../clients/programs.ts';
import { emptyHome, type Home } from './emqx-homes.ts';
import { hoopoe } from './executable.ts';

/** Runs a link in the `bin` of a home directory. */
async function link(home: Home, name: string, ...words: readonly string[]): Promise<{ code: unknown; out: string }> {
  const program = new RunningProgram(process.execPath, [join(home.path, 'bin', name), ...words], {
    env: { PATH: process.env['PATH'], LC_ALL: 'C', ...home.env },
  });
  const code = await program.end(30_000);
  return { code, out: program.text };
}

/** What the client of Mosquitto says to a refusal; empty for a client that is let in. */
async function refusal(port: number, ...args: readonly string[]): Promise<string> {
  const program = mosquittoPubStarted(port, '-t', 'a', '-m', 'b', ...args);
  await program.end();
  return program.errors;
}

it.skipIf(lacks('mosquitto-clients'))(
  needing('mosquitto-clients', 'the file of a plugin is read when it is loaded, and what is loaded is written down'),
  async () => {
    const home = await emptyHome('tcp.external');
    const port = home.ports.get('tcp.external') ?? 0;
    home.write({
      'etc/emqx.conf': 'allow_anonymous = true\nacl_nomatch = allow\n',
      'data/loaded_plugins': '{emqx_management, true}.\n{emqx_dashboard, true}.\n{emqx_auth_mnesia, false}.\n',
    });
    const names = hoopoe(['names', '--install', join(home.path, 'bin')]).program;
    expect(await names.end()).toBe(0);
    const started = await link(home, 'emqx', 'start');
    expect(started.out).toMatch(/^Hoopoe \S+ is started successfully!\n$/m);
    expect(started.code).toBe(0);
    expect(await refusal(port)).toBe('');

    const file = join(home.path, 'etc/plugins/emqx_auth_mnesia.conf');
    home.write({ 'etc/plugins/emqx_auth_mnesia.conf': 'auth.user.1.usrname = ann\n' });
    expect((await link(home, 'emqx_ctl', 'plugins', 'load', 'emqx_auth_mnesia')).out).toMatch(
      /^Load plugin emqx_auth_mnesia error: .*emqx_auth_mnesia\.conf:1: .*usrname/,
    );
    writeFileSync(file, 'auth.user.1.username = ann\nauth.user.1.password = secret\n');
    expect((await link(home, 'emqx_ctl', 'plugins', 'load', 'emqx_auth_mnesia')).out).toBe(
      'Plugin emqx_auth_mnesia loaded successfully.\n',
    );
    expect(await refusal(port, '-u', 'ann', '-P', 'wrong')).toContain('bad user name or password');
    await mosquittoPub(port, '-u', 'ann', '-P', 'secret', '-t', 'a', '-m', 'b');
    const loaded = (): string => readFileSync(join(home.path, 'data/loaded_plugins'), 'utf8');
    expect(loaded()).toContain('{emqx_auth_mnesia, true}.\n');

    // The file alone says what is loaded at the next start, whatever was loaded before.
    writeFileSync(join(home.path, 'data/loaded_plugins'), loaded().replace('mnesia, true', 'mnesia, false'));
    expect((await link(home, 'emqx', 'restart')).out).toMatch(/is stopped: ok\nHoopoe \S+ is started successfully!\n$/);
    expect(await refusal(port, '-u', 'ann', '-P', 'wrong')).toBe('');
  },
);
