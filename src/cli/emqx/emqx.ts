/**
 * The broker under the names `emqx` and `emqttd`: their commands, texts and exit codes, on a home directory of theirs. What
 * it is called in its own texts is Hoopoe, because that is what runs.
 */

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { problemText } from '../../config/error.ts';
import { type Loaded, loadSettings } from '../../config/load.ts';
import { quoted } from '../../config/value.ts';
import type { Arguments } from '../arguments.ts';
import { startDaemon } from '../daemon/daemon.ts';
import { runningProcess } from '../daemon/process-file.ts';
import { openDataFolder } from '../data-folder.ts';
import { emqxCtl } from '../emqx-ctl/emqx-ctl.ts';
import { operatorText } from '../operator-text.ts';
import type { Program, Terminal } from '../program.ts';
import { run } from '../run.ts';
import { programVersion } from '../version.ts';
import { emqxHome, writeMissingLoadedFiles } from './home.ts';
import { stopProcess } from './process.ts';
import { commands, erlangCommands, listenerLines, usageText } from './texts.ts';

/** What EMQX waits for a stop, in seconds. */
const STOP_SECONDS_MAX = 120;

/** What a command works with. */
interface Call {
  /** `emqx` or `emqttd`, as it was called. */
  readonly name: string;
  readonly home: string;
  readonly terminal: Terminal;
  readonly program: Program;
}

/**
 * @param name `emqx` or `emqttd`
 * @param argv what follows the name
 * @param calledAs the path by which the executable was called
 * @returns the exit code, or undefined when the broker runs and the process is to go on
 */
export async function emqx(
  name: string,
  argv: readonly string[],
  calledAs: string | undefined,
  terminal: Terminal,
  program: Program,
): Promise<number | undefined> {
  const { words, home: given } = wordsOf(argv);
  const [command, ...rest] = words;
  if (command === undefined || command === 'help') {
    terminal.out(usageText(name));
    return command === undefined ? 1 : 0;
  }
  if (command === 'ctl') {
    const where = given === undefined ? [] : ['--home', given];
    return await emqxCtl(`${name}_ctl`, [...rest, ...where], calledAs, terminal, program);
  }
  if (erlangCommands.has(command)) {
    terminal.err(`${name} ${command}: this is about the Erlang machine, and Hoopoe has none.\n`);
    return 1;
  }
  const sentence = commands.get(command);
  const run = runners.get(command);
  if (sentence === undefined || run === undefined) {
    terminal.err(`${name}: there is no command ${quoted(command)}.\n${usageText(name)}`);
    return 1;
  }
  if (rest[0] === 'help') {
    terminal.out(`${name} ${command}: ${sentence}\n`);
    return 0;
  }
  const { environment, workingDirectory } = terminal.machine;
  const home = emqxHome(given, environment, workingDirectory, calledAs);
  if (home === undefined) {
    const [file, line] =
      name === 'emqttd' ? ['etc/emq.conf', 'mqtt.allow_anonymous = true'] : ['etc/emqx.conf', 'allow_anonymous = true'];
    terminal.err(
      `${name}: there is no ${file} ${given === undefined ? 'above this link or here' : `in ${quoted(given)}`}. ` +
        `Say where: --home DIR, or EMQX_HOME. For a new one, make that file; "${line}" is enough in it.\n`,
    );
    return 1;
  }
  try {
    return await run({ name, home, terminal, program });
  } catch (error) {
    const text = operatorText(error);
    if (text === undefined) throw error;
    for (const line of text) terminal.err(`${line}\n`);
    return 1;
  }
}

function wordsOf(argv: readonly string[]): { words: string[]; home: string | undefined } {
  const words: string[] = [];
  let home: string | undefined;
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--home') home = argv[++index];
    else if (word.startsWith('--home=')) home = word.slice('--home='.length);
    else words.push(word);
  }
  return { words, home };
}

const runners: ReadonlyMap<string, (call: Call) => Promise<number | undefined>> = new Map<
  string,
  (call: Call) => Promise<number | undefined>
>([
  ['start', start],
  ['stop', async (call) => await stop(call, 'ok\n')],
  ['restart', restart],
  ['console', console],
  ['foreground', console],
  ['ping', async (call) => await ask(call, () => 'pong')],
  ['pid', async (call) => await ask(call, (pid) => String(pid))],
  ['check_conf', check],
]);

function load({ home, terminal }: Call): Promise<Loaded> {
  return loadSettings({ file: home, flags: [], ports: [], machine: terminal.machine, dialect: 'emqx' });
}

function nodeName({ settings }: Loaded): string {
  return settings.text('node.name');
}

async function start(call: Call): Promise<number> {
  const { home, terminal, name } = call;
  const { dataDirectory, settings } = await load(call);
  if (runningProcess(dataDirectory) !== undefined) {
    terminal.out('Node is already running!\n');
    return 1;
  }
  writeMissingLoadedFiles(home);
  openDataFolder(dataDirectory);
  for (const warning of settings.warnings) terminal.err(`WARNING: ${problemText(warning)}\n`);
  const [program = ''] = process.argv.slice(1);
  try {
    // By the name of a link the process would take its arguments for those of EMQX.
    const argv = [...process.execArgv, realpathSync(program), 'run', '-d', '-c', home];
    await startDaemon({ argv, outputFile: join(dataDirectory, 'hoopoe.log') });
  } catch (error) {
    const [first = '', ...others] = operatorText(error) ?? [];
    if (first === '') throw error;
    terminal.err(`Hoopoe ${programVersion()} failed to start:\n`);
    for (const line of [first.replace(/^hoopoe: /, ''), ...others]) terminal.err(`  ${line}\n`);
    terminal.err(`see the output of '${name} console' for more information.\n`);
    return 1;
  }
  terminal.out(`${startedName(name)} is started successfully!\n`);
  return 0;
}

/** Whoever looks for `emqttd` in the line finds it. */
function startedName(name: string): string {
  return name === 'emqttd' ? `emqttd (Hoopoe ${programVersion()})` : `Hoopoe ${programVersion()}`;
}

async function stop(call: Call, said: string): Promise<number> {
  const { terminal } = call;
  const loaded = await load(call);
  const identity = runningProcess(loaded.dataDirectory);
  if (identity === undefined) return notRunning(call, loaded);
  const seconds = Number(terminal.machine.environment['EMQX_WAIT_FOR_STOP'] ?? STOP_SECONDS_MAX) || STOP_SECONDS_MAX;
  if (await stopProcess(identity, seconds)) {
    terminal.out(said);
    return 0;
  }
  terminal.err(`The broker (process ${identity.pid}) has not stopped within ${seconds} seconds.\n`);
  return 1;
}

async function restart(call: Call): Promise<number> {
  const code = await stop(call, `${startedName(call.name)} is stopped: ok\n`);
  return code === 0 ? await start(call) : code;
}

function notRunning({ terminal }: Call, loaded: Loaded): number {
  terminal.err(`Node '${nodeName(loaded)}' not responding to pings.\n`);
  return 1;
}

async function ask(call: Call, say: (pid: number) => string): Promise<number> {
  const loaded = await load(call);
  const identity = runningProcess(loaded.dataDirectory);
  if (identity === undefined) return notRunning(call, loaded);
  call.terminal.out(`${say(identity.pid)}\n`);
  return 0;
}

async function check(call: Call): Promise<number> {
  const { settings } = await load(call);
  for (const warning of settings.warnings) call.terminal.err(`WARNING: ${problemText(warning)}\n`);
  call.terminal.out(`${call.home}/etc/emqx.conf is ok\n`);
  return 0;
}

/** Says what EMQX's console says, and goes on. */
async function console(call: Call): Promise<number | undefined> {
  const { home, terminal, program, name } = call;
  const loaded = await load(call);
  writeMissingLoadedFiles(home);
  terminal.out(`Starting ${name} on node ${nodeName(loaded)}\n`);
  const startBroker: Program['startBroker'] = async (settings, log) => {
    const broker = await program.startBroker(settings, log);
    terminal.out(listenerLines(broker));
    return {
      ...broker,
      openManagement: async (controls) => {
        const url = await broker.openManagement(controls);
        const api = settings.settings.optionalNumber('management.emqx_api.port');
        const started = (kind: string, port: string | number): void =>
          terminal.out(`Start http:${kind} listener on ${port} successfully.\n`);
        if (url !== undefined && api !== undefined) started('management', api);
        if (url !== undefined) started('dashboard', new URL(url).port);
        return url;
      },
    };
  };
  const quiet: Terminal = { ...terminal, out: () => {} };
  const code = await run({
    ...program,
    startBroker,
    arguments: argumentsOf(home, terminal.machine.environment['EMQX_LOG__TO'] === undefined),
    commands: [],
    terminal: quiet,
  });
  terminal.out(`${startedName(name)} is running now!\n`);
  return code;
}

/** @param logsHere whether the log comes to the terminal, as EMQX's console has it unless the environment says otherwise */
function argumentsOf(home: string, logsHere: boolean): Arguments {
  return {
    command: 'run',
    rest: [],
    file: home,
    ports: [],
    daemon: false,
    force: false,
    help: false,
    version: false,
    flags: logsHere ? [{ path: 'log.destinations', text: 'stdout', flag: 'console' }] : [],
    own: new Map(),
    dialect: 'emqx',
  };
}
