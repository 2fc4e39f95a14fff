import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folder, type Listening, open, read, tidy } from '../../test/listeners/listening.ts';
import type { UnixListenerSpec } from './spec.ts';

function spec(path: string, more: Partial<UnixListenerSpec> = {}): UnixListenerSpec {
  return { transport: 'unix', name: 'test', path, ...more };
}

function dialPath(path: string): Socket {
  return tidy(connect(path));
}

async function answers(_listening: Listening, path: string): Promise<void> {
  const client = dialPath(path);
  client.write('hi');
  expect((await read(client, 2)).toString()).toBe('hi');
}

/** Leaves a socket behind as a killed program does: bound, but with nobody who listens. */
async function leaveBehind(path: string): Promise<void> {
  const { execFileSync } = await import('node:child_process');
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  try {
    execFileSync(process.execPath, ['-e', script], { stdio: 'ignore' });
  } catch {
    // It was killed, as intended.
  }
  expect(statSync(path).isSocket()).toBe(true);
}

describe.skipIf(process.platform === 'win32')('a Unix listener', () => {
  it('serves at its path, with its mode, and removes the socket when it closes', async () => {
    const path = join(folder(), 's');
    const listening = await open(spec(path, { mode: 0o600 }));
    await answers(listening, path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(listening.listener).toMatchObject({ url: `unix:${path}`, port: 0, loopback: true, transport: 'unix' });
    expect(listening.accepted[0]!.connection.peer).toEqual({
      address: '',
      port: 0,
      localAddress: '',
      localPort: 0,
      listener: 'test',
      transport: 'unix',
    });
    await listening.listener.close();
    expect(existsSync(path)).toBe(false);
  });

  it('gives the group access unless told otherwise', async () => {
    const path = join(folder(), 's');
    await open(spec(path));
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  it('replaces a socket that nobody listens on', async () => {
    const path = join(folder(), 's');
    await leaveBehind(path);
    await answers(await open(spec(path)), path);
  });

  it('leaves a socket alone that somebody listens on', async () => {
    const path = join(folder(), 's');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => {
      server.close();
    });
    await expect(open(spec(path))).rejects.toThrow(`The socket ${path} is in use by another program`);
    expect(statSync(path).isSocket()).toBe(true);
  });

  it('leaves alone what is no socket', async () => {
    const path = join(folder(), 's');
    writeFileSync(path, 'precious');
    await expect(open(spec(path))).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(existsSync(path)).toBe(true);
  });

  it('says what to do when the folder does not exist', async () => {
    const path = join(folder(), 'none', 's');
    await expect(open(spec(path))).rejects.toThrow(/folder does not exist|may not be opened/);
    mkdirSync(join(path, '..'));
    await answers(await open(spec(path)), path);
  });
});
