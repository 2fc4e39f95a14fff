/**
 * What a command-line tool gets: the arguments as typed, the name it was called by, and the streams of its process. The
 * tools write bytes, so they do not go through `Terminal`.
 */

import type { Readable, Writable } from 'node:stream';

export interface ToolIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Calls `task` with the number of the signal when the process is asked to end; gives the function that takes it back. */
  onInterrupt(task: (signal: number) => void): () => void;
}

/** Runs to its end and gives the exit code. @param name it was called by: `mosquitto_pub`, or `hoopoe pub` */
export type Tool = (argv: readonly string[], name: string, io: ToolIo) => Promise<number>;

/** Of this process. */
export function processIo(): ToolIo {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    pid: process.pid,
    onInterrupt: (task) => {
      const told = (_name: string, signal: number): void => task(signal);
      process.on('SIGINT', told);
      process.on('SIGTERM', told);
      return () => {
        process.off('SIGINT', told);
        process.off('SIGTERM', told);
      };
    },
  };
}

/** Resolves when everything written has been taken; false when nobody reads any more. */
export function flushed(stream: Writable): Promise<boolean> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve(false);
    else stream.write('', (error) => resolve(error === null || error === undefined));
  });
}
