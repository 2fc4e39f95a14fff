/** A broker with its management interface, as the command starts them, and a way to ask it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemsOfBridges } from '../../src/cli/bridge-problems.ts';
import type { RunningBroker } from '../../src/cli/program.ts';
import { RunTimeSettings } from '../../src/config/changing/run-time-settings.ts';
import { type Loaded, loadSettings, type Sources } from '../../src/config/load.ts';
import { silentLog } from '../../src/ports/log.ts';
import { startBroker } from '../../src/start-broker.ts';

export const PASSWORD = 'a long password';

export interface Asked {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
  readonly body: any;
  /** Name and value of the cookie that was set. */
  readonly cookie: string;
  readonly headers: Headers;
}

export type AskHeaders = Record<string, string>;

const DEFAULTS = `
durability: { mode: memory }
management: { port: 0 }
listeners: { mqtt: { host: 127.0.0.1, port: 0, allow_anonymous: true } }
access: { users: { type: builtin } }
`;

export class ManagedBroker {
  readonly running: RunningBroker;
  /** `http://127.0.0.1:40000` */
  readonly url: string;
  readonly folder: string;
  reloads = 0;
  readonly #sources: Sources;

  private constructor(running: RunningBroker, url: string, folder: string, sources: Sources) {
    this.#sources = sources;
    this.running = running;
    this.url = url;
    this.folder = folder;
  }

  /** @param yaml the whole configuration but the data folder */
  static async start(yaml: string = DEFAULTS): Promise<ManagedBroker> {
    const folder = mkdtempSync(join(tmpdir(), 'hoopoe-api-'));
    const file = join(folder, 'hoopoe.yaml');
    writeFileSync(file, yaml);
    const machine = {
      platform: process.platform,
      environment: { HOOPOE_DATA_DIR: join(folder, 'data') },
      homeDirectory: folder,
      workingDirectory: folder,
      root: false,
    };
    const sources = { file, flags: [], ports: [], machine };
    const loaded = await loadSettings(sources);
    const { mkdirSync } = await import('node:fs');
    mkdirSync(loaded.dataDirectory, { recursive: true, mode: 0o700 });
    const running = await startBroker(loaded, silentLog);
    let broker: ManagedBroker | undefined;
    const url = await running.openManagement({
      level: () => 'info',
      reload: async () => {
        if (broker !== undefined) broker.reloads++;
        return { applied: [], needRestart: [], problems: [] };
      },
      settings: new RunTimeSettings(
        sources,
        loaded,
        ({ settings }) => running.configure(settings),
        problemsOfBridges,
        running.sections,
      ),
    });
    broker = new ManagedBroker(running, url ?? '', folder, sources);
    return broker;
  }

  /** `mqtt://127.0.0.1:40001` */
  get mqttUrl(): string {
    return this.running.listeners[0]?.urls[0] ?? '';
  }

  /** What the next start would read. */
  async readAgain(): Promise<Loaded> {
    return await loadSettings(this.#sources);
  }

  async close(): Promise<void> {
    await this.running.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @param line method and path below `/api/v1` */
  async ask(line: string, headers: AskHeaders = {}, body?: unknown): Promise<Asked> {
    const [method, path] = line.split(' ') as [string, string];
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, body: isJson ? JSON.parse(text) : text, cookie, headers: response.headers };
  }

  /** Changes the default password, and gives the headers of the session. */
  async administrator(): Promise<AskHeaders> {
    const login = await this.ask('POST /session', {}, { name: 'admin', password: 'public' });
    const first = { cookie: login.cookie, 'x-csrf-token': login.body.csrfToken as string };
    const changed = await this.ask('PUT /session/password', first, { current: 'public', next: PASSWORD });
    return { cookie: changed.cookie, 'x-csrf-token': changed.body.csrfToken as string };
  }

  /** The headers of a new API key. */
  async key(scope: 'read' | 'operate' | 'admin'): Promise<AskHeaders> {
    const { readManagementFile } = await import('../../src/cli/control/management-file.ts');
    const { token } = readManagementFile(join(this.folder, 'data')) ?? { token: '' };
    const made = await this.ask('POST /api-keys', { authorization: `Bearer ${token}` }, { name: scope, scope });
    return { authorization: `Bearer ${made.body.token}` };
  }
}
