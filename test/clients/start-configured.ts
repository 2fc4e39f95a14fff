/** A broker in this process as a configuration file says, for clients of others; closed at the end of the test. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunningBroker } from '../../src/cli/program.ts';
import { loadSettings } from '../../src/config/load.ts';
import { silentLog } from '../../src/ports/log.ts';
import { startBroker } from '../../src/start-broker.ts';

export interface Started {
  readonly path: string;
  /** Of the first listener. */
  readonly port: number;
  readonly broker: RunningBroker;
}

/** @param yaml the configuration, whose paths begin at `path`; what is stored ends with the broker */
export async function startIn(path: string, yaml: string): Promise<Started> {
  const file = join(path, 'hoopoe.yaml');
  mkdirSync(join(path, 'data'));
  writeFileSync(file, `${yaml}\ndurability: { mode: memory }\n`);
  const environment = { HOOPOE_DATA_DIR: join(path, 'data') };
  const machine = { platform: 'linux', environment, homeDirectory: path, workingDirectory: path, root: false };
  const broker = await startBroker(await loadSettings({ file, flags: [], ports: [], machine }), silentLog);
  onTestFinished(() => broker.close());
  return { path, broker, port: Number(/:(\d+)/.exec(broker.listeners[0]?.urls[0] ?? '')?.[1]) };
}
