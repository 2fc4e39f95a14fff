/**
 * The names `emqx_ctl` and `emqttd_ctl`: their commands and texts, answered by the broker that runs on the home directory,
 * or without one on the data folder of the configuration.
 */

import type { Arguments } from '../arguments.ts';
import { dataDirectoryOf } from '../backup.ts';
import { ApiClient } from '../control/api-client.ts';
import { emqxHome } from '../emqx/home.ts';
import { operatorText } from '../operator-text.ts';
import type { Program, Terminal } from '../program.ts';
import { StartError } from '../start-error.ts';
import { clientCommands } from './clients.ts';
import type { Ctl, CtlCommand } from './command.ts';
import { dataCommand } from './data.ts';
import { absentCommands, nodeCommands } from './node.ts';
import { pluginCommands } from './plugins.ts';
import { userCommands } from './users.ts';

/** In the order in which the help has them. */
const ctlCommands: readonly CtlCommand[] = [
  ...nodeCommands,
  ...clientCommands,
  ...pluginCommands,
  ...userCommands,
  dataCommand,
];

/** Columns of a call in the help. */
const CALL_COLUMNS = 70;
const RULE_COLUMNS = 110;

/**
 * @param name `emqx_ctl` or `emqttd_ctl`
 * @param argv what follows the name
 * @param calledAs the path by which the executable was called
 * @returns the exit code
 */
export async function emqxCtl(
  name: string,
  argv: readonly string[],
  calledAs: string | undefined,
  terminal: Terminal,
  program: Program,
): Promise<number> {
  const { words, home } = wordsOf(argv);
  const [first, ...rest] = words;
  if (first === undefined || first === 'help') {
    terminal.out(helpText(name));
    return 0;
  }
  const absent = absentCommands.get(first);
  if (absent !== undefined) {
    terminal.err(`${name} ${first}: ${absent}\n`);
    return 1;
  }
  const command = ctlCommands.find((one) => one.name === first);
  if (command === undefined) {
    terminal.out(helpText(name));
    return 1;
  }
  try {
    const { machine } = terminal;
    const folder = emqxHome(home, machine.environment, machine.workingDirectory, calledAs);
    if (home !== undefined && folder === undefined) {
      throw new StartError(`there is no etc/emqx.conf in ${JSON.stringify(home)}`);
    }
    const text = await command.run(rest, await connect(name, folder, terminal, program));
    terminal.out(text ?? usageText(command));
    return 0;
  } catch (error) {
    if (error instanceof NotRunning) {
      terminal.err('ERROR: node_is_not_running!\n');
      return 1;
    }
    const text = operatorText(error);
    if (text === undefined) throw error;
    for (const line of text) terminal.err(`${line}\n`);
    return 1;
  }
}

class NotRunning extends StartError {}

async function connect(name: string, home: string | undefined, terminal: Terminal, program: Program): Promise<Ctl> {
  const typed: Arguments = {
    command: name,
    rest: [],
    file: home,
    ports: [],
    daemon: false,
    force: false,
    help: false,
    version: false,
    flags: [],
    own: new Map(),
    ...(home !== undefined && { dialect: 'emqx' as const }),
  };
  const context = { ...program, arguments: typed, commands: [], terminal };
  let api: ApiClient;
  try {
    api = await ApiClient.of(context);
  } catch (error) {
    throw error instanceof StartError ? new NotRunning(error.message, { cause: error }) : error;
  }
  // What runs may be older than this program, and have been started with another configuration.
  const { name: node, version } = (await api.ask('GET', '/node')) as { name: string; version: string };
  return {
    api,
    v4: { ask: (method, path, body) => api.askV4(method, path, body) },
    dataDirectory: await dataDirectoryOf(context),
    node,
    version,
    isOld: name.startsWith('emqttd'),
  };
}

/** `--home DIR` may stand anywhere: it is for us and not for the command. */
function wordsOf(argv: readonly string[]): { words: string[]; home: string | undefined } {
  const at = argv.indexOf('--home');
  if (at < 0) return { words: [...argv], home: undefined };
  return { words: [...argv.slice(0, at), ...argv.slice(at + 2)], home: argv[at + 1] };
}

function usageText({ usages }: CtlCommand): string {
  return usages.map(([call, sentence]) => `${call.padEnd(CALL_COLUMNS)}# ${sentence}\n`).join('');
}

function helpText(name: string): string {
  const rule = `${'-'.repeat(RULE_COLUMNS)}\n`;
  return `Usage: ${name}\n${ctlCommands.map((command) => rule + usageText(command)).join('')}`;
}
