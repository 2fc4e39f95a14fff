/** The command `help`: usage, commands, and every option of the configuration, all made from their rows. */

import { brokerRows, variableName } from '../config/catalog.ts';
import { collections } from '../config/collections.ts';
import { defaultText } from '../config/markdown.ts';
import { nearest } from '../config/nearest.ts';
import { allowedText, quoted } from '../config/value.ts';
import type { OptionRow } from '../ports/option.ts';
import { type FlagRow, flagRows, UsageError } from './arguments.ts';
import type { Command, CommandRow } from './program.ts';

const lineLengthMax = 100;

/** @throws UsageError for a topic that there is no help about */
export const help: Command = async ({ arguments: { rest }, commands, terminal }) => {
  terminal.out(helpText(rest[0], commands));
  return 0;
};

/** @param topic a command, `options`, an option, or the beginning of options such as `limits`; undefined for usage */
function helpText(topic: string | undefined, commands: readonly CommandRow[]): string {
  if (topic === undefined) return usageText(commands);
  const command = commands.find(({ name }) => name === topic);
  if (command !== undefined) return commandText(command);
  const rows = namedRows().filter(({ path }) => topic === 'options' || path === topic || path.startsWith(`${topic}.`));
  if (rows.length === 0) throw new UsageError(unknownTopicText(topic, commands));
  return rows.length === 1 ? optionText(rows[0]!) : rows.map(optionLine).join('');
}

function commandText({ name, usage, sentence }: CommandRow): string {
  const flags = flagRows.filter((row) => row.command === name);
  const flagText = flags.length === 0 ? '' : `\n${columns(flags.map(flagColumns))}`;
  return `Usage: hoopoe ${`${name} ${usage}`.trimEnd()}\n\n${sentence}\n${flagText}`;
}

function flagColumns({ name, short, value, sentence }: FlagRow): [string, string] {
  const dash = short === undefined ? '    ' : `-${short}, `;
  return [`${dash}--${name}${value === undefined ? '' : ` ${value}`}`, sentence];
}

interface NamedRow {
  readonly path: string;
  readonly row: OptionRow;
}

function namedRows(): NamedRow[] {
  const ofEntries = collections.flatMap(({ name, rows }) =>
    rows.map((row) => ({ path: `${name}.NAME.${row.name}`, row })),
  );
  return [...brokerRows.map((row) => ({ path: row.name, row })), ...ofEntries];
}

function usageText(commandRows: readonly CommandRow[]): string {
  const flags = flagRows.filter(({ command }) => command === undefined).map(flagColumns);
  flags.push(['    --OPTION VALUE', 'Set an option of the configuration, such as --limits.packet_bytes_max 2MB.']);
  const commands = commandRows.map(({ name, usage, sentence }): [string, string] => [
    `${name} ${usage}`.trimEnd(),
    sentence,
  ]);
  return `Usage: hoopoe [-c FILE] [-p PORT]... [-v] [-d] [--OPTION VALUE]...
       hoopoe COMMAND

Runs an MQTT broker in the foreground; Ctrl-C stops it. Without configuration it listens for this
machine only, on 1883 (MQTT), 8883 (MQTT over TLS), 8083 (WebSocket) and 8084 (WebSocket over TLS).

Flags:
${columns(flags)}
Commands:
${columns(commands)}
Options can also be environment variables, such as HOOPOE_LIMITS__PACKET_BYTES_MAX=2MB.
"hoopoe help options" lists them all.
`;
}

/** A longer left column leaves no room for sentences; what stands beside one that is longer begins on the next line. */
const leftLengthMax = 24;

/** Two columns, the right one wrapped so that a line fits a terminal. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(leftLengthMax, Math.max(...rows.map(([left]) => left.length))) + 2;
  const indent = `\n${' '.repeat(width + 2)}`;
  return rows
    .map(([left, right]) => {
      const start = left.length + 2 > width ? `${left}${indent}` : left.padEnd(width);
      return `  ${start}${wrapped(right, lineLengthMax - width - 2).join(indent)}\n`;
    })
    .join('');
}

function wrapped(text: string, length: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= length) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

function optionLine({ path, row }: NamedRow): string {
  return `${path} (default: ${defaultText(row)})\n    ${wrapped(row.sentence, lineLengthMax - 4).join('\n    ')}\n`;
}

function optionText({ path, row }: NamedRow): string {
  const lines: [string, string | undefined][] = [
    ['Allowed', allowedText(row.type)],
    ['0 means', row.zero],
    ['Default', defaultText(row)],
    ['Only for', row.transports?.join(', ')],
    ['Variable', variableName(path)],
    ['Reloadable', reloadText(row.reloadable, path)],
    ['mosquitto.conf', row.mosquitto],
    ['emqx.conf', row.emqx],
  ];
  const known = lines.filter((line): line is [string, string] => line[1] !== undefined);
  return `${path}\n    ${row.sentence}\n\n${columns(known)}`;
}

/** Sections of these are opened anew when anything in them has changed. */
const switched = /^(listeners|access|bridges|zones)\.NAME\./;

function reloadText(isReloadable: boolean, path: string): string {
  if (isReloadable) return 'yes, at SIGHUP';
  return switched.test(path) ? 'yes, at SIGHUP, with the section that it belongs to' : 'no, needs a restart';
}

function unknownTopicText(topic: string, commands: readonly CommandRow[]): string {
  const known = nearest(topic, [...commands.map(({ name }) => name), ...namedRows().map(({ path }) => path)]);
  const hint = known === undefined ? 'see "hoopoe help"' : `did you mean "hoopoe help ${known}"?`;
  return `no help about ${quoted(topic)}; ${hint}`;
}
