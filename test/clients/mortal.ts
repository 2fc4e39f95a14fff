/** Brokers of tests as processes that are killed and started again, and never outlive their test. */

import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { folder, until } from '../listeners/listening.ts';
import { pathOf } from './programs.ts';

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Mortal {
  readonly #start: () => ChildProcess;
  #child: ChildProcess | undefined;
  #said = '';

  constructor(start: () => ChildProcess) {
    this.#start = start;
    onTestFinished(() => {
      this.#child?.kill('SIGKILL');
    });
  }

  /** What it has said since it was started last. */
  get said(): string {
    return this.#said;
  }

  start(): void {
    this.#said = '';
    const child = this.#start();
    this.#child = child;
    const hear = (chunk: Buffer): void => {
      this.#said += chunk.toString();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
  }

  async saying(text: string): Promise<void> {
    await until(() => this.#said.includes(text), text, 15_000).catch((error: unknown) => {
      throw new Error(`it said ${this.#said.slice(-1000)}`, { cause: error });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Sends the signal, and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }
}

/** A Mosquitto that takes everybody and drops nothing because there is too much of it. */
export function mosquitto(port: number, lines: readonly string[] = []): Mortal {
  const path = folder();
  const file = join(path, 'mosquitto.conf');
  const shared = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'max_queued_messages 0',
    // Its bridges over MQTT 5 announce this as their Receive Maximum, where 0 is refused.
    'max_inflight_messages 2000',
    'user root',
    'log_dest stderr',
  ];
  writeFileSync(file, `${[...shared, ...lines].join('\n')}\n`);
  return new Mortal(() => spawn(pathOf('mosquitto') ?? 'mosquitto', ['-c', file], { cwd: path }));
}

/** One that runs. */
export async function runningMosquitto(port: number, lines: readonly string[] = []): Promise<Mortal> {
  const mortal = mosquitto(port, lines);
  mortal.start();
  await mortal.saying('running');
  return mortal;
}
