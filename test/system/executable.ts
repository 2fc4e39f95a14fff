/** The real command in a process of its own, with a data folder of its own; ended and removed with its test. */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunningProgram } from '../clients/programs.ts';
import { folder, until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';

const executable = join(root, 'bin/hoopoe');

/** What the last line of the start says, in English. */
const lastLine = /Ctrl-C stops the broker\.\n/;

export interface CommandOptions {
  /** Text of a configuration file, which is then given with `-c`. */
  readonly yaml?: string;
  /** A new one unless given. */
  readonly dataDirectory?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** True leaves the management interface on its standard port, which several tests at once cannot have. */
  readonly standardPorts?: boolean;
}

export interface Command {
  readonly program: RunningProgram;
  readonly dataDirectory: string;
  /** Where the YAML was written. */
  readonly file: string;
}

/** A free port for the management interface, unless the test says which. */
function managementPort(args: readonly string[], options: CommandOptions): NodeJS.ProcessEnv {
  const isChosen = options.standardPorts === true || options.yaml?.includes('management') === true;
  const isOtherDialect = /^(mosquitto|emqx|emqttd)/.test(args[0] ?? '');
  return isChosen || isOtherDialect ? {} : { HOOPOE_MANAGEMENT__PORT: '0' };
}

/** Runs `hoopoe` with these arguments. */
export function hoopoe(args: readonly string[], options: CommandOptions = {}): Command {
  if (!existsSync(join(root, 'dist/main.js'))) throw new TypeError('This test needs dist: run `npm run build` first');
  const dataDirectory = options.dataDirectory ?? join(folder(), 'data');
  const file = join(folder(), 'hoopoe.yaml');
  if (options.yaml !== undefined) writeFileSync(file, options.yaml);
  const program = new RunningProgram(
    process.execPath,
    [executable, ...(options.yaml === undefined ? [] : ['-c', file]), ...args],
    {
      env: {
        PATH: process.env['PATH'],
        LC_ALL: 'C',
        HOOPOE_DATA_DIR: dataDirectory,
        ...managementPort(args, options),
        ...options.env,
      },
    },
  );
  return { program, dataDirectory, file };
}

export interface StartedBroker extends Command {
  /** By the name of the listener. */
  readonly ports: ReadonlyMap<string, number>;
  /** From the start of the process until it said that it listens. */
  readonly startMs: number;
}

/** Starts a broker and waits until it says that it listens. */
export async function startHoopoe(args: readonly string[], options: CommandOptions = {}): Promise<StartedBroker> {
  const since = performance.now();
  const command = hoopoe(args, options);
  const { program } = command;
  await until(() => lastLine.test(program.text) || program.ended !== undefined, 'the broker listens', 20_000);
  const startMs = performance.now() - since;
  if (program.ended !== undefined) throw new TypeError(`The broker ended with ${program.ended}: ${program.errors}`);
  const ports = new Map<string, number>();
  for (const [, name = '', port] of program.text.matchAll(/(\S+) {2,}(?!http)\w+:\/\/[^\s/]*:(\d+)/g))
    ports.set(name, Number(port));
  return { ...command, ports, startMs };
}

/** Four listeners as without configuration, but on ports that are free. */
export const fourListeners = `listeners:
  tcp: { host: 127.0.0.1, port: 0 }
  tls: { host: 127.0.0.1, port: 0 }
  ws: { host: 127.0.0.1, port: 0 }
  wss: { host: 127.0.0.1, port: 0 }
`;
