/**
 * Servers of others that a test file starts for itself: in a folder of its own, on a free port of the loopback, as the
 * user that such a server wants to be. They are started before the first test of a file and stopped after the last.
 */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../listeners/listening.ts';

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Root may not run such servers itself; everybody else runs them as they are. */
function accountOf(user: string): Account {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, user]).toString());
  return { uid: id('-u'), gid: id('-g') };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class PrivateServer {
  readonly folder: string;
  readonly #account: Account;
  #child: ChildProcess | undefined;
  #said = '';

  /** @param user the account of Debian's package */
  constructor(name: string, user: string) {
    this.#account = accountOf(user);
    this.folder = mkdtempSync(join(tmpdir(), `${name}-`));
    this.#own(this.folder);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Everything that the server has said. */
  get said(): string {
    return this.#said;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** A file that only the server can read, as servers want their keys. */
  write(name: string, text: string): string {
    const path = this.path(name);
    writeFileSync(path, text, { mode: 0o600 });
    this.#own(path);
    return path;
  }

  /** Runs a program to its end, which must be a success. */
  run(command: string, args: readonly string[]): void {
    const { status, stdout, stderr } = spawnSync(command, args, {
      ...this.#account,
      cwd: this.folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${command} ended with ${status}: ${stdout} ${stderr}`);
  }

  /** Starts a program and waits until it has said `ready` once more. */
  async start(command: string, args: readonly string[], ready: string): Promise<void> {
    const known = this.#said.length;
    const child = spawn(command, args, { ...this.#account, cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const hear = (chunk: Buffer): void => {
      this.#said += chunk.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('close', () => {
      if (this.#child === child) this.#child = undefined;
    });
    child.once('error', (error) => {
      this.#said += error.message;
    });
    await until(() => this.#said.includes(ready, known) || this.#child !== child, `${command} is ready`, 30_000);
    if (this.#child !== child) throw new Error(`${command} did not start: ${this.#said.slice(-1000)}`);
  }

  /** Sends a signal to the server and waits for its end. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.kill(signal);
    try {
      await until(() => this.#child !== child, `the end of process ${child.pid}`, 20_000);
    } finally {
      child.kill('SIGKILL');
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #own(path: string): void {
    const { uid, gid } = this.#account;
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  }
}
