/** The command `logs`: the last lines of the log file, and with `-f` those that come, also when the file is replaced. */

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { loadSettings } from '../../config/load.ts';
import { UsageError } from '../arguments.ts';
import { sourcesOf } from '../config.ts';
import type { Command, Terminal } from '../program.ts';
import { settingsOfLog } from '../run-log.ts';
import { StartError } from '../start-error.ts';
import { foundDataDirectory } from './found-broker.ts';
import { readProcessFile } from './process-file.ts';

const LINES_DEFAULT = 100;
const LINES_MAX = 100_000;
const CHUNK_BYTES = 65_536;
const POLL_MS = 250;

/** @throws ConfigError, UsageError, StartError */
export const logs: Command = async (context) => {
  const { arguments: typed, terminal } = context;
  if (typed.rest.length > 0) throw new UsageError(`logs takes no arguments; got "${typed.rest.join(' ')}"`);
  const count = lineCount(typed.own.get('lines'));
  const left = readProcessFile(await foundDataDirectory(context))?.logFile;
  const file = left || settingsOfLog(await loadSettings(sourcesOf(typed, terminal)), true).file;
  const fd = openLogFile(file);
  try {
    const end = fstatSync(fd).size;
    await terminal.send(lastLines(fd, end, count));
    if (!typed.own.has('follow')) return 0;
    await follow(file, end, terminal);
    return 0;
  } finally {
    closeSync(fd);
  }
};

function lineCount(text: string | undefined): number {
  if (text === undefined) return LINES_DEFAULT;
  const count = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (count < 0 || count > LINES_MAX)
    throw new UsageError(`--lines got ${JSON.stringify(text)}; allowed: 0 to ${LINES_MAX}`);
  return count;
}

function openLogFile(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    const hint = '  A broker in the foreground writes to its terminal; log.destinations: [stderr, file] does both.';
    throw new StartError(`there is no log to show: ${(error as Error).message}\n${hint}`, { cause: error });
  }
}

/** Reads from the end in pieces, so that a large file costs no more than what is shown. */
function lastLines(fd: number, end: number, count: number): string {
  if (count === 0) return '';
  const pieces: Buffer[] = [];
  let at = end;
  let ends = 0;
  while (at > 0 && ends <= count) {
    const bytes = Math.min(CHUNK_BYTES, at);
    at -= bytes;
    const piece = Buffer.alloc(bytes);
    readSync(fd, piece, 0, bytes, at);
    for (const byte of piece) if (byte === 0x0a) ends++;
    pieces.unshift(piece);
  }
  const lines = Buffer.concat(pieces).toString('utf8').split('\n');
  // What stands behind the last line end is empty, or a line that is being written.
  const whole = lines.slice(0, -1).slice(-count);
  return whole.map((line) => `${line}\n`).join('');
}

/** Until nobody reads any more. */
async function follow(file: string, from: number, terminal: Terminal): Promise<void> {
  let fd = openSync(file, 'r');
  let at = from;
  const decoder = new TextDecoder();
  const buffer = Buffer.alloc(CHUNK_BYTES);
  try {
    for (;;) {
      const bytes = readSync(fd, buffer, 0, buffer.length, at);
      if (bytes > 0) {
        at += bytes;
        if (!(await terminal.send(decoder.decode(buffer.subarray(0, bytes), { stream: true })))) return;
        continue;
      }
      const fresh = replacement(file, fd, at);
      if (fresh !== undefined) {
        closeSync(fd);
        fd = fresh;
        at = 0;
        continue;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    closeSync(fd);
  }
}

/** The file of that name, if it is another one by now or has been cut; undefined otherwise. */
function replacement(file: string, fd: number, at: number): number | undefined {
  try {
    const [named, open] = [statSync(file), fstatSync(fd)];
    if (named.ino === open.ino && named.dev === open.dev && named.size >= at) return undefined;
    return openSync(file, 'r');
  } catch {
    // Between two files there is none for a moment.
    return undefined;
  }
}
