/** The log at its simplest: text lines to one place, for commands that are no broker. */

import type { Log, LogFields } from '../ports/log.ts';
import { type LineForm, type LogLevel, lineOf } from './line.ts';

export interface TextLog extends Log {
  /** The least important level that is written. */
  level: LogLevel;
}

const ranks: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };
const form: LineForm = { format: 'text', timestamp: true, timestampFormat: undefined };

/**
 * @param write gets one line with its end
 * @param now milliseconds since the epoch
 */
export function createTextLog(level: LogLevel, write: (line: string) => void, now: () => number = Date.now): TextLog {
  const log = (at: LogLevel, message: string, fields: LogFields | undefined): void => {
    if (ranks[at] > ranks[result.level]) return;
    write(`${lineOf({ atMs: now(), level: at, kind: undefined, message, fields }, form)}\n`);
  };
  const result: TextLog = {
    level,
    error: (message, fields) => log('error', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    info: (message, fields) => log('info', message, fields),
    debug: (message, fields) => log('debug', message, fields),
  };
  return result;
}
