/** `--help` and `--version` of the tools, made of the option rows. */

import { programVersion } from '../../version.ts';
import type { ToolKind } from './client-options.ts';
import type { OptionRow } from './option-table.ts';
import { optionRows } from './secure-option-table.ts';

const purposes: Readonly<Record<ToolKind, string>> = {
  pub: 'is a simple mqtt client that will publish a message on a single topic and exit.',
  sub: 'is a simple mqtt client that will subscribe to a set of topics and print all messages it receives.',
  rr: 'is an mqtt client that can be used to publish a request message and wait for a response.',
  bench: 'connects many clients and measures what the broker does for them.',
};

const needed: Readonly<Record<ToolKind, string>> = {
  pub: '-t topic | -L URL} {-f file | -l | -n | -m message}',
  sub: '-t topic | -L URL [-t topic]}',
  rr: '-t topic | -L URL} -e response-topic {-f file | -s | -n | -m message}',
  bench: '{conn | pub | sub}}',
};

/** Shown in the first line of the usage. */
const shownFirst: ReadonlySet<string> = new Set([
  '-h',
  '--unix',
  '-p',
  '-u',
  '-P',
  '-t',
  '-L',
  '-e',
  '-f',
  '-l',
  '-n',
  '-m',
]);

export function versionText(name: string): string {
  return `${name} version ${programVersion()} of Hoopoe, running on MQTT.js.\n`;
}

export function usageText(kind: ToolKind, name: string, isNative: boolean): string {
  const rows = optionRows.filter(({ tools, nativeOnly }) => tools.includes(kind) && (isNative || nativeOnly !== true));
  const first = `Usage: ${name} {[-h host] [--unix path] [-p port] [-u username] [-P password] ${needed[kind]}`;
  const indent = ' '.repeat(`Usage: ${name} `.length);
  const others = rows.filter(({ names }) => !shownFirst.has(names[0] ?? '')).map(bracketed);
  others.push('[-D command identifier value]');
  return [
    `${name} ${purposes[kind]}`,
    versionText(name).trimEnd(),
    '',
    first,
    ...wrapped(others, 100 - indent.length).map((line) => indent + line),
    `       ${name} --help`,
    '',
    ...rows.map(({ names, sentence }) => ` ${names.join(', ')} : ${sentence}`),
    ' -D, --property : Set a property of an MQTT 5 packet: -D publish content-type text/plain.',
    ' --help : Show this.',
    '',
    '',
  ].join('\n');
}

function bracketed({ names, noun, placeholder }: OptionRow): string {
  const value = noun === undefined ? '' : ` ${placeholder ?? noun}`;
  return `[${names[0]}${value}]`;
}

function wrapped(words: readonly string[], width: number): string[] {
  const lines: string[] = [''];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
