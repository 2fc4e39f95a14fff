/** The last lines of the log in memory, for whoever looks at them through the API. Lines go on to the log as well. */

import type { Log, LogFields, LogKind } from '../ports/log.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface LogLine {
  /** Grows from line to line. */
  readonly number: number;
  /** ISO 8601. */
  readonly at: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

const LINES_MAX = 2_000;

const logRanks: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

export class LogRing implements Log {
  readonly #next: Log;
  /** The least important level that is kept: what the log itself leaves out is no news. */
  level: () => LogLevel = () => 'info';
  readonly #lines: LogLine[] = [];
  readonly #listeners = new Set<(line: LogLine) => void>();
  #written = 0;

  constructor(next: Log) {
    this.#next = next;
  }

  get wordsConnections(): boolean {
    return this.#next.wordsConnections === true;
  }

  get keepsDebug(): boolean {
    return this.level() === 'debug' || this.#next.keepsDebug !== false;
  }

  debug(message: string, fields?: LogFields, kind?: LogKind): void {
    this.#next.debug(message, fields, kind);
    this.#keep('debug', message, fields);
  }

  info(message: string, fields?: LogFields, kind?: LogKind): void {
    this.#next.info(message, fields, kind);
    this.#keep('info', message, fields);
  }

  warn(message: string, fields?: LogFields, kind?: LogKind): void {
    this.#next.warn(message, fields, kind);
    this.#keep('warn', message, fields);
  }

  error(message: string, fields?: LogFields, kind?: LogKind): void {
    this.#next.error(message, fields, kind);
    this.#keep('error', message, fields);
  }

  /** Oldest first, at most `limit` of the newest that are important enough. @param after lines with greater numbers only */
  list(limit: number, level: LogLevel, after: number = 0): LogLine[] {
    return this.#lines.filter((line) => line.number > after && logRanks[line.level] <= logRanks[level]).slice(-limit);
  }

  /** Calls `listener` for each new line. Returns the function that ends it. */
  onLine(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #keep(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (logRanks[level] > logRanks[this.level()]) return;
    const line = { number: ++this.#written, at: new Date().toISOString(), level, message, fields };
    this.#lines.push(line);
    // Half at a time, so that a line costs no more than its own place.
    if (this.#lines.length >= 2 * LINES_MAX) this.#lines.splice(0, LINES_MAX);
    for (const listener of this.#listeners) listener(line);
  }
}
