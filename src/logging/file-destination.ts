/**
 * Lines in a file. Those of one turn are written together, above a size the file is moved aside and a new one begins,
 * and a file that cannot be written (a disk that is full) costs lines, which are counted, and nothing else.
 */

import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { BackendError } from '../ports/backend-error.ts';
import type { Destination } from './destination.ts';
import { type LineForm, type LogRecord, lineOf } from './line.ts';

export interface FileRotation {
  /** Size above which the file is moved aside; 0 is never. */
  readonly bytesMax: number;
  /** How many files that were moved aside are kept. */
  readonly filesMax: number;
}

/** More than this is not held back until the end of the turn. */
const HELD_BYTES_MAX = 65_536;

export class FileDestination implements Destination {
  readonly path: string;
  readonly #rotation: FileRotation;
  #fd: number;
  #bytes = 0;
  #held: string[] = [];
  #heldBytes = 0;
  #lostLines = 0;
  /** Whether a line that was cut off stands at the end of the file. */
  #isTorn = false;
  /** Of the last record: what was lost is told in its form. */
  #latest: { readonly atMs: number; readonly form: LineForm } | undefined;
  #isScheduled = false;
  #isClosed = false;

  /** @throws BackendError `LOG_NOT_WRITABLE` */
  constructor(path: string, rotation: FileRotation) {
    this.path = path;
    this.#rotation = rotation;
    try {
      this.#fd = this.#open();
    } catch (error) {
      const advice = 'Choose another with log.file, or give this user the right to write it.';
      throw new BackendError(
        'LOG_NOT_WRITABLE',
        `The log file ${path} cannot be written: ${(error as Error).message}. ${advice}`,
        {
          cause: error,
        },
      );
    }
  }

  write(record: LogRecord, form: LineForm): void {
    const line = `${lineOf(record, form)}\n`;
    this.#latest = { atMs: record.atMs, form };
    this.#held.push(line);
    this.#heldBytes += Buffer.byteLength(line);
    // A process may end right after an error, and what it died of is the one line that must be there.
    if (record.level === 'error' || this.#heldBytes > HELD_BYTES_MAX || this.#isClosed) {
      this.flush();
      return;
    }
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.#held.length === 0) return;
    const lines = this.#held;
    const bytes = this.#heldBytes;
    this.#held = [];
    this.#heldBytes = 0;
    if (this.#isClosed) return;
    const { bytesMax } = this.#rotation;
    if (bytesMax > 0 && this.#bytes > 0 && this.#bytes + bytes > bytesMax) this.#rotate();
    if (this.#lostLines > 0) {
      if (this.#append(this.#lostText()) > 0) {
        this.#lostLines += lines.length;
        return;
      }
      this.#lostLines = 0;
    }
    this.#lostLines += this.#append(lines.join(''));
  }

  #lostText(): string {
    const { atMs, form } = this.#latest!;
    const fields = { lines: this.#lostLines };
    const message = 'Lines of the log could not be written';
    const line = lineOf({ atMs, level: 'warn', kind: undefined, message, fields }, form);
    return `${this.#isTorn ? '\n' : ''}${line}\n`;
  }

  /** Opens the file by its name again. One that cannot be opened leaves everything as it is. */
  reopen(): void {
    this.flush();
    this.#replace();
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.flush();
    this.#isClosed = true;
    try {
      fsyncSync(this.#fd);
    } catch {
      // Not every file can be synchronised, a pipe for one.
    }
    closeSync(this.#fd);
    return Promise.resolve();
  }

  #open(): number {
    const fd = this.#openOrMakeFolder();
    this.#bytes = fstatSync(fd).size;
    return fd;
  }

  /** The folder of a new installation may not be there yet. One level is made: a path that is mistyped stays an error. */
  #openOrMakeFolder(): number {
    try {
      return openSync(this.path, 'a', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(dirname(this.path), { mode: 0o755 });
      return openSync(this.path, 'a', 0o600);
    }
  }

  #replace(): void {
    const before = this.#fd;
    try {
      this.#fd = this.#open();
    } catch {
      return;
    }
    closeSync(before);
  }

  /** @returns how many lines could not be written */
  #append(text: string): number {
    const bytes = Buffer.from(text);
    let at = 0;
    try {
      while (at < bytes.length) at += writeSync(this.#fd, bytes, at);
    } catch {
      // The disk may fill up within a line.
    }
    this.#bytes += at;
    if (at > 0) this.#isTorn = bytes[at - 1] !== 0x0a;
    return bytes.subarray(at).toString('latin1').split('\n').length - 1;
  }

  /** `x.log.1` is the youngest that was moved aside. */
  #rotate(): void {
    const { filesMax } = this.#rotation;
    try {
      rmSync(`${this.path}.${filesMax}`, { force: true });
      for (let number = filesMax - 1; number >= 1; number--)
        moveIfThere(`${this.path}.${number}`, `${this.path}.${number + 1}`);
      renameSync(this.path, `${this.path}.1`);
      this.#replace();
    } catch {
      // Nothing can be moved here, so the file goes on growing; that is better than no log.
      this.#bytes = 0;
    }
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
