/** Files of logins and rules that an operator names: read as a whole or not at all. */

import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { BackendError } from '../ports/backend-error.ts';

export interface SourceFileKind {
  /** For people: `a password file`, as in `… cannot be used as a password file`. */
  readonly usedAs: string;
  /** For people: `The password file /etc/passwords`, as in `… cannot be read`. */
  readonly named: string;
  /** Code of the errors. */
  readonly code: string;
  /** Far beyond what anybody writes, in bytes, so that a wrong path does not fill the memory. */
  readonly bytesMax: number;
}

export interface SourceFile {
  readonly bytes: Buffer;
  readonly mode: Stats['mode'];
}

/** @throws BackendError when it cannot be read, is no plain file or is too large */
export async function readSourceFile(path: string, kind: SourceFileKind): Promise<SourceFile> {
  try {
    const found = await stat(path);
    const problem = problemOf(found, kind.bytesMax);
    if (problem === undefined) return { bytes: await readFile(path), mode: found.mode };
    throw new BackendError(kind.code, `${path} cannot be used as ${kind.usedAs}: ${problem}.`);
  } catch (cause) {
    if (cause instanceof BackendError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BackendError(
      kind.code,
      `${kind.named} cannot be read (${why}). Correct the path, or let the broker's user read the file.`,
      { cause },
    );
  }
}

function problemOf(found: Stats, bytesMax: number): string | undefined {
  if (found.isDirectory()) return 'it is a folder';
  if (!found.isFile()) return 'it is no plain file';
  return found.size > bytesMax ? `it has ${found.size} bytes; the limit is ${bytesMax}` : undefined;
}
