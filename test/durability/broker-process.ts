/**
 * The real command on a data folder that outlives it: started, killed, stopped and started again, with clients over TCP.
 * Knows what the system tells of it: memory and files.
 */

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from '../listeners/listening.ts';
import { type StartedBroker, startHoopoe } from '../system/executable.ts';
import type { DurableClient } from './client.ts';

const LISTENER = 'listeners:\n  tcp: { host: 127.0.0.1, port: 0 }\n';

/** A data folder that goes with the test. */
export function dataFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'hoopoe-durability-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export class BrokerProcess {
  readonly dataDirectory: string;
  readonly #yaml: string;
  readonly #env: NodeJS.ProcessEnv;
  #started: StartedBroker | undefined;
  starts = 0;

  /** @param yaml further configuration, without listeners */
  constructor(dataDirectory: string, yaml: string = '', env: NodeJS.ProcessEnv = {}) {
    this.#env = env;
    this.dataDirectory = dataDirectory;
    this.#yaml = `${LISTENER}${yaml}`;
  }

  get running(): StartedBroker {
    if (this.#started === undefined) throw new TypeError('The broker has not been started');
    return this.#started;
  }

  get port(): number {
    return this.running.ports.get('tcp') ?? 0;
  }

  /** Milliseconds from the start of the process until it listened. */
  async start(): Promise<number> {
    this.starts++;
    const options = { yaml: this.#yaml, dataDirectory: this.dataDirectory, env: this.#env };
    this.#started = await startHoopoe([], options);
    return this.#started.startMs;
  }

  async kill(): Promise<void> {
    const { program } = this.running;
    if (program.ended !== undefined) throw new TypeError(`The broker ended with ${program.ended}: ${program.errors}`);
    program.kill('SIGKILL');
    await program.end();
  }

  /** Stops it cleanly; answers its exit code. */
  async stop(): Promise<number | NodeJS.Signals> {
    const { program } = this.running;
    program.kill('SIGTERM');
    return await program.end();
  }

  /** A new connection of this client. */
  connect(client: DurableClient): void {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    const { feed, lost } = client.open({
      write: (bytes) => {
        socket.write(bytes);
      },
      destroy: () => {
        socket.destroy();
      },
    });
    socket.on('data', feed);
    // A broken connection is what all of this is about.
    socket.on('error', () => {});
    socket.on('close', lost);
  }

  /** Connects and waits for CONNACK. */
  async accept(client: DurableClient, withinMs: number = 5_000): Promise<void> {
    this.connect(client);
    await until(() => client.isConnected, `CONNACK for ${client.clientId}`, withinMs);
  }

  /**
   * Memory in MB that is the process's own: without the pages of the data file that the system lends it. Undefined where
   * the system does not tell.
   */
  get ownMegabytes(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.running.program.child.pid}/status`, 'utf8');
      const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
      return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
    } catch {
      return undefined;
    }
  }

  get dataFile(): string {
    return join(this.dataDirectory, 'store', 'hoopoe.mdb');
  }

  get fileMegabytes(): number {
    return statSync(this.dataFile).size / 1024 / 1024;
  }
}
