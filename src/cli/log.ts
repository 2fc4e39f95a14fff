/**
 * The text log: `TIME LEVEL sentence key=value`, one line each. Field values may come from clients, so nothing in them
 * can end a line or look like another field.
 */

import type { Log, LogFields } from '../ports/log.ts';
import { shorten } from '../std/shorten.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface TextLog extends Log {
  /** The least important level that is written. */
  level: LogLevel;
}

const ranks: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** Longer values are cut; a topic may have 65,535 bytes. */
const valueLengthMax = 500;
const sentenceLengthMax = 2000;

/**
 * @param write gets one line with its end
 * @param now milliseconds since the epoch
 */
export function createTextLog(level: LogLevel, write: (line: string) => void, now: () => number = Date.now): TextLog {
  const log = (at: LogLevel, message: string, fields: LogFields | undefined): void => {
    if (ranks[at] > ranks[result.level]) return;
    write(`${localTime(new Date(now()))} ${at.padEnd(5)} ${sentenceText(message)}${fieldsText(fields)}\n`);
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

/** A sentence may name what a client chose, and what looks like a field behind it must be one. */
function sentenceText(message: string): string {
  return escaped(shorten(message, sentenceLengthMax)).replaceAll('=', '\\u003d');
}

function fieldsText(fields: LogFields | undefined): string {
  let text = '';
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) text += ` ${key}=${typeof value === 'string' ? valueText(value) : value}`;
  }
  return text;
}

function valueText(value: string): string {
  if (/^[\w.:/@$#+*-]{1,200}$/.test(value)) return value;
  const shown = value.length > valueLengthMax ? `${value.slice(0, valueLengthMax)}...` : value;
  return `"${escaped(shown).replaceAll('"', '\\"')}"`;
}

/** Line ends, other control characters, and characters that reorder a line on screen become `\uXXXX`; `\` becomes `\\`. */
function escaped(text: string): string {
  return text.replace(/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    if (character === '\\') return '\\\\';
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** ISO 8601 with the local offset: `2026-03-01T14:03:22.123+08:00`. */
function localTime(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  const absolute = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
}
