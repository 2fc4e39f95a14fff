/**
 * The broker under the name `mosquitto`: that program's options, exit codes and texts. What it is given with `-c` is read
 * as mosquitto.conf whatever its name, and without it only this machine can connect.
 */

import { ConfigError, type ConfigProblem, originText } from '../config/error.ts';
import type { Arguments } from './arguments.ts';
import { operatorText } from './operator-text.ts';
import type { Program, Terminal } from './program.ts';
import { run } from './run.ts';
import { programVersion } from './version.ts';

/** What Mosquitto ends with when it cannot use what it was given. */
const INVALID = 3;
const FAILED = 1;
const PORTS_MAX = 10;

const usage = `
Usage: mosquitto [-c config_file] [-d] [-h] [-p port]

 -c : specify the broker config file.
 -d : put the broker into the background after starting.
 -h : display this help.
 -p : start the broker listening on the specified port.
      Not recommended in conjunction with the -c option.
 -v : verbose mode - enable all logging types. This overrides
      any logging options given in the config file.
`;

interface Options {
  file: string | undefined;
  readonly ports: number[];
  daemon: boolean;
  verbose: boolean;
  help: boolean;
}

/**
 * @param argv what follows the name
 * @returns the exit code, or undefined when the broker runs and the process is to go on
 */
export async function mosquitto(
  argv: readonly string[],
  terminal: Terminal,
  program: Program,
): Promise<number | undefined> {
  const options: Options = { file: undefined, ports: [], daemon: false, verbose: false, help: false };
  const problem = readOptions(argv, options);
  if (problem !== undefined) return refuse(terminal, [problem]);
  if (options.help) {
    terminal.out(`Hoopoe ${programVersion()}, which reads mosquitto.conf\n${usage}`);
    return INVALID;
  }
  try {
    return await run({ arguments: argumentsOf(options), commands: [], terminal, ...program });
  } catch (error) {
    if (error instanceof ConfigError) return refuse(terminal, error.problems.flatMap(problemLines));
    const text = operatorText(error);
    if (text === undefined) throw error;
    refuse(terminal, [`Error: ${text.join('\n').replace(/^hoopoe: /, '')}`]);
    return FAILED;
  }
}

/** With the time before each line, as Mosquitto has it. */
function refuse({ err }: Terminal, lines: readonly string[]): number {
  const time = Math.floor(Date.now() / 1000);
  for (const line of lines) err(`${time}: ${line}\n`);
  return INVALID;
}

function problemLines({ origin, text }: ConfigProblem): string[] {
  const where = originText(origin);
  const sentence = text.endsWith('?') ? text : `${text}.`;
  if (origin.kind !== 'file') return [`Error: ${where}: ${sentence}`];
  if (origin.line > 0) return [`Error: ${sentence}`, `Error found at ${where}.`];
  return [`Error: Unable to open config file ${origin.file}: ${sentence}`];
}

function argumentsOf({ file, ports, daemon, verbose }: Options): Arguments {
  return {
    command: 'run',
    rest: [],
    file,
    ports,
    daemon,
    force: false,
    help: false,
    version: false,
    flags: verbose ? [{ path: 'log.types', text: 'all', flag: '-v' }] : [],
    own: new Map(),
    dialect: 'mosquitto',
  };
}

/** What is wrong, or undefined. */
function readOptions(argv: readonly string[], options: Options): string | undefined {
  for (let index = 0; index < argv.length; index++) {
    const option = argv[index] ?? '';
    switch (option) {
      case '-c':
      case '--config-file':
        options.file = argv[++index];
        if (options.file === undefined) return `Error: ${option} argument given, but no config file specified.`;
        break;
      case '-p':
      case '--port': {
        const problem = readPort(option, argv[++index], options.ports);
        if (problem !== undefined) return problem;
        break;
      }
      case '-d':
      case '--daemon':
        options.daemon = true;
        break;
      case '-v':
      case '--verbose':
        options.verbose = true;
        break;
      case '-h':
      case '--help':
        options.help = true;
        break;
      default:
        return `Error: Unknown option '${option}'.\n${usage}`;
    }
  }
  return undefined;
}

function readPort(option: string, text: string | undefined, ports: number[]): string | undefined {
  if (text === undefined) return `Error: ${option} argument given, but no port specified.`;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) return `Error: Invalid port specified (${text}).`;
  if (ports.length >= PORTS_MAX) return `Error: Only ${PORTS_MAX} ports can be specified.`;
  ports.push(port);
  return undefined;
}
