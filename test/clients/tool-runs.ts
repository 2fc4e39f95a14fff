/** The command-line tools of ours in this process, with streams that a test reads, and Mosquitto's own beside them. */

import { PassThrough } from 'node:stream';
import { toolCall } from '../../src/cli/tools/names.ts';
import type { ToolIo } from '../../src/cli/tools/tool.ts';
import { until } from '../listeners/listening.ts';
import { pathOf, RunningProgram } from './programs.ts';

export interface ToolRun {
  readonly code: number | string;
  readonly out: Buffer;
  readonly err: string;
}

export interface RunningTool {
  readonly out: () => Buffer;
  readonly err: () => string;
  /** Whole lines of standard output. */
  readonly lines: () => string[];
  readonly ended: Promise<ToolRun>;
  write(input: string | Buffer): void;
  endInput(): void;
  /** @param signal its number; that of Ctrl-C unless given */
  interrupt(signal?: number): void;
  /** Waits for so many lines of output. */
  said(lines: number, withinMs?: number): Promise<string[]>;
}

export interface ToolOptions {
  /** Standard input, closed behind it. Empty and closed unless given; `undefined` leaves it open. */
  readonly input?: string | Buffer | undefined;
  readonly environment?: Record<string, string>;
  readonly isTerminal?: boolean;
}

/** Starts a tool by the name that is typed: `mosquitto_pub`, `sub`. */
export function startTool(words: readonly string[], options: ToolOptions = {}): RunningTool {
  const call = toolCall(words);
  if (call === undefined) throw new TypeError(`there is no tool ${words[0]}`);
  const isTTY = options.isTerminal ?? false;
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  stdout.on('data', (chunk: Buffer) => out.push(chunk));
  stderr.on('data', (chunk: Buffer) => err.push(chunk));
  let interrupt = (_signal: number): void => {};
  const io: ToolIo = {
    stdin: Object.assign(stdin, { isTTY: false }),
    stdout: Object.assign(stdout, { isTTY }),
    stderr: Object.assign(stderr, { isTTY }),
    environment: { HOME: '/nonexistent', ...options.environment },
    pid: process.pid,
    onInterrupt: (task) => {
      interrupt = task;
      return () => {};
    },
  };
  if (!('input' in options)) stdin.end();
  else if (options.input !== undefined) stdin.end(options.input);
  const run = async (): Promise<ToolRun> => {
    const tool = await call.load();
    const code = await tool(call.argv, call.name, io);
    return { code, out: Buffer.concat(out), err: Buffer.concat(err).toString() };
  };
  const lines = (): string[] => Buffer.concat(out).toString().split('\n').slice(0, -1);
  const ended = run();
  return {
    out: () => Buffer.concat(out),
    err: () => Buffer.concat(err).toString(),
    lines,
    ended,
    write: (text) => stdin.write(text),
    endInput: () => stdin.end(),
    interrupt: (signal = 2) => interrupt(signal),
    said: async (count, withinMs = 10_000) => {
      await until(() => lines().length >= count, `${count} lines of ${words.join(' ')}`, withinMs);
      return lines();
    },
  };
}

/** Runs a tool to its end. */
export function runTool(words: readonly string[], options?: ToolOptions): Promise<ToolRun> {
  return startTool(words, options).ended;
}

/** Runs the real program of that name. */
export async function runReference(words: readonly string[], options: ToolOptions = {}): Promise<ToolRun> {
  const [name = '', ...argv] = words;
  const program = new RunningProgram(pathOf(name) ?? name, argv, {
    input: options.input ?? '',
    env: { HOME: '/nonexistent', PATH: process.env['PATH'], ...options.environment },
  });
  const code = await program.end();
  return { code, out: program.bytes, err: program.errors };
}

/** What may differ between two runs: times, and identifiers that the broker chooses. */
export function comparable({ code, out, err }: ToolRun): { code: number | string; out: string; err: string } {
  const text = out
    .toString('latin1')
    .replace(/"tst":(\s*)"[^"]*"/g, '"tst":$1"T"')
    .replace(/auto-[0-9A-Fa-f-]+/g, 'AUTO')
    .replace(/(message-expiry-interval":\s*)\d+/g, '$1N');
  return { code, out: text, err };
}
