/**
 * How a record becomes a line. Fields and sentences may name what clients chose, so nothing in them can end a line, move
 * the cursor, or look like another field.
 */

import type { LogFields, LogKind } from '../ports/log.ts';
import { shorten } from '../std/shorten.ts';
import { formatTime, secondsText } from '../std/strftime.ts';
import { localTime } from './timestamp.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export type LogFormat = 'text' | 'json' | 'mosquitto';

export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly level: LogLevel;
  readonly kind: LogKind | undefined;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** What decides how a line looks. */
export interface LineForm {
  readonly format: LogFormat;
  /** Whether it begins with the time. */
  readonly timestamp: boolean;
  /** Signs of strftime; undefined for the form that belongs to the format. */
  readonly timestampFormat: string | undefined;
}

/** Longer values are cut; a topic may have 65,535 bytes. */
const VALUE_LENGTH_MAX = 500;
const SENTENCE_LENGTH_MAX = 2000;

/** A record as one line without its end. */
export function lineOf(record: LogRecord, form: LineForm): string {
  if (form.format === 'json') return jsonLine(record, form);
  const { level, message, fields } = record;
  const time = form.timestamp ? timeText(record.atMs, form) : '';
  if (form.format === 'mosquitto') return `${time === '' ? '' : `${time}: `}${plainText(message, fields)}`;
  return `${time === '' ? '' : `${time} `}${level.padEnd(5)} ${sentenceText(message)}${fieldsText(fields)}`;
}

/** Sentence and fields, for destinations that tell time and level in their own way. */
export function bareLine(record: LogRecord, form: LineForm): string {
  return lineOf(record, { ...form, timestamp: form.format === 'json' && form.timestamp }).trimStart();
}

function timeText(atMs: number, { format, timestampFormat }: LineForm): string {
  const date = new Date(atMs);
  if (timestampFormat !== undefined) return formatTime(timestampFormat, date);
  return format === 'mosquitto' ? secondsText(date) : localTime(date);
}

function jsonLine({ atMs, level, kind, message, fields }: LogRecord, form: LineForm): string {
  const time = form.timestampFormat === undefined ? new Date(atMs).toISOString() : timeText(atMs, form);
  const line = new Map<string, unknown>([
    ...(form.timestamp ? [['time', time] as const] : []),
    ['level', level],
    ...(kind === undefined ? [] : [['kind', kind] as const]),
    ['message', shorten(message, SENTENCE_LENGTH_MAX)],
  ]);
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (value === undefined || line.has(name)) continue;
    line.set(name, typeof value === 'string' ? cut(value) : value);
  }
  // What JSON leaves as it is may still move the cursor or reorder the line on screen.
  return JSON.stringify(Object.fromEntries(line)).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, unicodeEscapes);
}

/** Words of other programs have no fields behind them, so an equals sign in a name is nothing that could mislead. */
function plainText(message: string, fields: LogFields | undefined): string {
  if (fields !== undefined) return `${sentenceText(message)}${fieldsText(fields)}`;
  return shorten(message, SENTENCE_LENGTH_MAX).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, unicodeEscapes);
}

/** A sentence may name what a client chose, and what looks like a field behind it must be one. */
function sentenceText(message: string): string {
  return escaped(shorten(message, SENTENCE_LENGTH_MAX)).replaceAll('=', '\\u003d');
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
  return `"${escaped(cut(value)).replaceAll('"', '\\"')}"`;
}

function cut(value: string): string {
  return value.length > VALUE_LENGTH_MAX ? `${value.slice(0, VALUE_LENGTH_MAX)}...` : value;
}

/** Line ends, other control characters, and characters that reorder a line on screen become `\uXXXX`; `\` becomes `\\`. */
function escaped(text: string): string {
  return text.replace(/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    character === '\\' ? '\\\\' : unicodeEscapes(character),
  );
}

function unicodeEscapes(characters: string): string {
  let text = '';
  // JSON knows escapes of UTF-16 units only.
  for (let at = 0; at < characters.length; at++) {
    text += `\\u${characters.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
  return text;
}
