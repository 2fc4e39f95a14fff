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
  /** Calls `task` when the process is asked to end; gives the function that takes it back. */
  onInterrupt(task: () => void): () => void;
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
      process.on('SIGINT', task);
      process.on('SIGTERM', task);
      return () => {
        process.off('SIGINT', task);
        process.off('SIGTERM', task);
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
