/** Home directories of EMQX on disk, on free ports, and the commands of EMQX on them as processes. */

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import { folder } from '../listeners/listening.ts';
import { freePort } from '../services/private-server.ts';
import { root } from '../structure/source-tree.ts';
import { type Command, hoopoe } from './executable.ts';

export interface Home {
  readonly path: string;
  /** The variables that give it free ports. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the listeners by their names in EMQX: `tcp.external`. */
  readonly ports: ReadonlyMap<string, number>;
  /** Writes files below it. */
  write(files: Readonly<Record<string, string>>): void;
  /** Starts `hoopoe NAME WORDS…` on it. */
  start(name: 'emqx' | 'emqttd', ...words: readonly string[]): Command;
  /** The same, until it has ended: its exit code, and all that it said. */
  run(name: 'emqx' | 'emqttd', ...words: readonly string[]): Promise<{ code: unknown; out: string; err: string }>;
}

/** An empty home directory whose listeners get free ports through the environment, as in a container. */
export async function emptyHome(...listeners: readonly string[]): Promise<Home> {
  const path = folder();
  const ports = new Map<string, number>();
  const env: Record<string, string> = {
    EMQX_DASHBOARD__LISTENER__HTTP: `127.0.0.1:${await freePort()}`,
    EMQX_MANAGEMENT__LISTENER__HTTP: `127.0.0.1:${await freePort()}`,
  };
  for (const listener of listeners) {
    const port = await freePort();
    ports.set(listener, port);
    env[`EMQX_LISTENER__${listener.replace('.', '__').toUpperCase()}`] = `127.0.0.1:${port}`;
  }
  const home: Home = {
    path,
    env,
    ports,
    write: (files) => {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, file)), { recursive: true });
        writeFileSync(join(path, file), text);
      }
    },
    start: (name, ...words) => hoopoe([name, ...words, '--home', path], { env }),
    run: async (name, ...words) => {
      const { program } = home.start(name, ...words);
      const code = await program.end(30_000);
      return { code, out: program.text, err: program.errors };
    },
  };
  // What was started in the background would go on without the test.
  onTestFinished(async () => {
    await home.run('emqx', 'stop');
  });
  return home;
}

/** What EMQX 4.3 is installed with, certificates included. */
export async function stockHome(): Promise<Home> {
  const home = await emptyHome('tcp.external', 'tcp.internal', 'ssl.external', 'ws.external', 'wss.external');
  cpSync(join(root, 'test/config/emqx-4.3'), home.path, { recursive: true });
  const { cert, key, ca } = await ensureCertificates(folder(), Date.now());
  home.write({ 'etc/certs/cert.pem': cert, 'etc/certs/key.pem': key, 'etc/certs/cacert.pem': ca });
  return home;
}
