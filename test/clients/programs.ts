/**
 * Programs of others that tests drive: whether they are here, and running them so that none outlives its test. What
 * they are for is known to the files beside this one.
 */

import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { until } from '../listeners/listening.ts';

/** Names as `npm test` uses them when it says what is missing. */
export type ProgramName = 'mosquitto' | 'mosquitto-clients' | 'paho' | 'openssl';

export const python: string = process.env['HOOPOE_TEST_PYTHON'] ?? '/usr/bin/python3';

const isPresent: Readonly<Record<ProgramName, () => boolean>> = {
  mosquitto: () => pathOf('mosquitto') !== undefined,
  'mosquitto-clients': () => pathOf('mosquitto_pub') !== undefined && pathOf('mosquitto_sub') !== undefined,
  paho: () => spawnSync(python, ['-c', 'import paho.mqtt.client']).status === 0,
  openssl: () => pathOf('openssl') !== undefined,
};

/** Whether the tests that need this program have to be skipped. */
export function lacks(name: ProgramName): boolean {
  const missing = process.env['HOOPOE_TEST_MISSING'];
  return missing === undefined ? !isPresent[name]() : missing.split(',').includes(name);
}

/** The title of a group of tests, with the reason where it is skipped. */
export function needing(name: ProgramName, title: string): string {
  return lacks(name) ? `${title} (skipped: ${name} is not installed)` : title;
}

/** Full path of a program, or undefined; daemons count although their folder may be missing in PATH. */
export function pathOf(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export interface RunOptions {
  /** Written to the standard input, which is then closed. */
  readonly input?: string | Buffer;
  readonly env?: NodeJS.ProcessEnv;
}

/** A program that runs, with what it has said so far. It is killed at the end of the test. */
export class RunningProgram {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Exit code, or the signal that ended it. */
  ended: number | NodeJS.Signals | undefined;
  readonly #name: string;
  readonly #out: Buffer[] = [];
  #err = '';

  constructor(command: string, args: readonly string[], options: RunOptions = {}) {
    this.#name = `${command} ${args.join(' ')}`;
    this.child = spawn(command, args, { stdio: 'pipe', ...(options.env !== undefined && { env: options.env }) });
    this.child.stdout.on('data', (chunk: Buffer) => this.#out.push(chunk));
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.#err += chunk.toString();
    });
    // A program that ends before it has read its input is judged by its exit code.
    this.child.stdin.on('error', () => {});
    this.child.stdin.end(options.input ?? '');
    this.child.once('close', (code, signal) => {
      this.ended = code ?? signal ?? 1;
    });
    this.child.once('error', (error) => {
      this.#err += error.message;
      this.ended ??= 127;
    });
    onTestFinished(() => {
      this.child.kill('SIGKILL');
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#out);
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }

  /** Whole lines of standard output. */
  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  get errors(): string {
    return this.#err;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits until it has written that many lines, and returns all. */
  async said(lines: number, withinMs: number = 10_000): Promise<string[]> {
    await until(() => this.lines.length >= lines, `${lines} lines of ${this.#name}; ${this.#state()}`, withinMs);
    return this.lines;
  }

  /** Waits for the end and returns the exit code, or the signal. */
  async end(withinMs: number = 15_000): Promise<number | NodeJS.Signals> {
    await until(() => this.ended !== undefined, `the end of ${this.#name}`, withinMs);
    return this.ended!;
  }

  #state(): string {
    return `it said ${JSON.stringify(this.text.slice(-500))} and ${JSON.stringify(this.#err.slice(-500))}`;
  }
}
