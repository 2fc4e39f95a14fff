/** A broker in this process as a text of mosquitto.conf says, with its log, for the effects of single options. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunningBroker } from '../../../src/cli/program.ts';
import { sayRunning, sayStarting, sayStopping, settingsOfLog } from '../../../src/cli/run-log.ts';
import { ConfigError, problemText } from '../../../src/config/error.ts';
import { type Loaded, loadSettings } from '../../../src/config/load.ts';
import { BrokerLog } from '../../../src/logging/broker-log.ts';
import { startBroker } from '../../../src/start-broker.ts';
import { folder } from '../../listeners/listening.ts';
import { freePort } from '../../system/free-port.ts';
import { type Guest, type GuestOptions, guestAt } from './guest.ts';

export interface Running {
  readonly port: number;
  /** A port that nobody listens on, unless the configuration does. */
  readonly otherPort: number;
  /** The working directory of the broker. */
  readonly path: string;
  readonly broker: RunningBroker;
  readonly loaded: Loaded;
  readonly out: string;
  readonly err: string;
  /** A client that is connected. */
  guest(options?: GuestOptions): Promise<Guest>;
  /** What CONNECT is answered with. */
  answer(options?: GuestOptions): Promise<number | 'closed'>;
  stop(): Promise<void>;
  /** Stops it and starts it again with what it has kept. */
  again(): Promise<Running>;
}

export interface Place {
  readonly path: string;
  readonly port: number;
  readonly otherPort: number;
}

export async function newPlace(): Promise<Place> {
  return { path: folder(), port: await freePort(), otherPort: await freePort() };
}

/** The text with `{port}`, `{other}` and `{dir}` in it replaced. */
export function confText(text: string, { path, port, otherPort }: Place): string {
  return text.replaceAll('{port}', String(port)).replaceAll('{other}', String(otherPort)).replaceAll('{dir}', path);
}

/**
 * @param environment options beside the file
 * @param dialect `yaml` for a text of hoopoe.yaml
 * @throws ConfigError
 */
export async function startConf(
  text: string,
  place: Place,
  environment: NodeJS.ProcessEnv = {},
  dialect: 'mosquitto' | 'yaml' = 'mosquitto',
): Promise<Running> {
  const { path, port } = place;
  const file = join(path, dialect === 'yaml' ? 'hoopoe.yaml' : 'mosquitto.conf');
  writeFileSync(file, confText(text, place));
  const machine = {
    platform: 'linux',
    environment: { ...(text.includes('persistence') ? {} : { HOOPOE_DATA_DIR: join(path, 'data') }), ...environment },
    homeDirectory: path,
    workingDirectory: path,
    root: false,
  };
  const loaded = await loadSettings({ file, flags: [], ports: dialect === 'yaml' ? [] : [port], machine, dialect });
  return await runningOf(loaded, place, file, () => startConf(text, place, environment, dialect));
}

/**
 * A broker as settings say, whatever they were read from.
 * @param again starts it once more, with what it has kept
 */
export async function runningOf(
  loaded: Loaded,
  { path, port, otherPort }: Place,
  file: string,
  again: () => Promise<Running>,
): Promise<Running> {
  mkdirSync(loaded.dataDirectory, { recursive: true });
  const said = { out: '', err: '' };
  const log = new BrokerLog(settingsOfLog(loaded, false), {
    out: (line) => {
      said.out += line;
    },
    err: (line) => {
      said.err += line;
    },
  });
  sayStarting(log, file);
  const broker = await startBroker(loaded, log);
  sayRunning(log, broker, loaded, false);
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    sayStopping(log, loaded);
    await broker.close();
    await log.close();
  };
  onTestFinished(stop);
  const guest = async (options: GuestOptions = {}): Promise<Guest> => {
    const one = await guestAt(port, options);
    const code = await one.connect(options.connect);
    if (code !== 0) throw new TypeError(`CONNECT was answered with ${code}; the log: ${said.err}`);
    return one;
  };
  return {
    port,
    otherPort,
    path,
    broker,
    loaded,
    get out() {
      return said.out;
    },
    get err() {
      return said.err;
    },
    guest,
    answer: async (options = {}) => (await guestAt(port, options)).connect(options.connect),
    stop,
    again: async () => {
      await stop();
      return await again();
    },
  };
}

/** What is wrong with a text, or what is seen of the broker that it starts. */
export async function outcomeOf(
  text: string,
  place: Place,
  see: (running: Running) => unknown,
  environment: NodeJS.ProcessEnv = {},
): Promise<unknown> {
  let running: Running;
  try {
    running = await startConf(text, place, environment);
  } catch (error) {
    if (error instanceof ConfigError) return `no start: ${error.problems.map(problemText).join('; ')}`;
    throw error;
  }
  const seen = await see(running);
  await running.stop();
  return seen;
}
