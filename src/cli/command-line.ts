/**
 * From what was typed to the command that does it. The one place where mistakes of the operator become text and an exit
 * code; anything else that is thrown is a mistake in the program and goes up.
 */

import { ConfigError } from '../config/error.ts';
import { nearest } from '../config/nearest.ts';
import { quoted } from '../config/value.ts';
import { type Arguments, parseArguments, UsageError } from './arguments.ts';
import { commandRows } from './commands.ts';
import { operatorText } from './operator-text.ts';
import type { CommandRow, Program, Terminal } from './program.ts';

/** EX_CONFIG of sysexits.h: a broker that cannot start before somebody mends its configuration, so that trying again is idle. */
const misconfiguredExitCode = 78;

/** @returns the exit code, or undefined when the broker runs and the process is to go on */
export async function commandLine(
  argv: readonly string[],
  terminal: Terminal,
  program: Program,
): Promise<number | undefined> {
  if (argv[0] === 'mosquitto')
    return await (await import('./mosquitto.ts')).mosquitto(argv.slice(1), terminal, program);
  const [name = ''] = argv;
  if (name === 'emqx' || name === 'emqttd')
    return await (await import('./emqx/emqx.ts')).emqx(name, argv.slice(1), process.argv[1], terminal, program);
  if (name === 'emqx_ctl' || name === 'emqttd_ctl') {
    const { emqxCtl } = await import('./emqx-ctl/emqx-ctl.ts');
    return await emqxCtl(name, argv.slice(1), process.argv[1], terminal, program);
  }
  let row: CommandRow | undefined;
  try {
    const typed = parseArguments(argv);
    row = commandRows.find(({ name }) => name === commandName(typed));
    if (row === undefined) throw new UsageError(unknownCommandText(typed.command));
    const command = await row.load();
    // The help of a command is the command `help` with its name.
    const rest = row.name === 'help' && typed.help && typed.command !== 'run' ? [typed.command] : typed.rest;
    return await command({ arguments: { ...typed, rest }, commands: commandRows, terminal, ...program });
  } catch (error) {
    const text = operatorText(error);
    if (text === undefined) throw error;
    for (const line of text) terminal.err(`${line}\n`);
    return row?.name === 'run' && error instanceof ConfigError ? misconfiguredExitCode : 1;
  }
}

function commandName(typed: Arguments): string {
  if (typed.help) return 'help';
  return typed.version ? 'version' : typed.command;
}

function unknownCommandText(name: string): string {
  if (/\.(ya?ml|conf)$/i.test(name))
    return `unknown command ${quoted(name)}; a configuration is given as: hoopoe -c ${name}`;
  const known = nearest(
    name,
    commandRows.map((row) => row.name),
  );
  const hint = known === undefined ? 'see "hoopoe --help"' : `did you mean "hoopoe ${known}"?`;
  return `unknown command ${quoted(name)}; ${hint}`;
}
