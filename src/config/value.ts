/**
 * Turns what a source says into the value of an option, or into a sentence that says what was got and what is allowed.
 * The same rules hold for every source, so `on` in YAML and in an environment variable mean the same. Pure but for path
 * arithmetic.
 */

import { resolve } from 'node:path';
import type { OptionType, OptionValue, TextRule } from '../ports/option.ts';
import { nearest } from './nearest.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from './quantities.ts';

export type ValueReading = { readonly value: OptionValue } | { readonly problem: string };

/** What means true and false, in capitals or not. */
export const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['on', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['off', false],
  ['no', false],
  ['0', false],
]);

/**
 * Reads one value. `raw` is a boolean, a number, a text, an array of texts, or null when the source gives nothing.
 *
 * @param folder where relative paths begin
 */
export function readValue(type: OptionType, raw: unknown, folder: string): ValueReading {
  const value = convert(type, raw, folder);
  if (value !== undefined) return { value };
  const near = type.kind === 'one-of' && typeof raw === 'string' ? nearest(raw, type.values) : undefined;
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return { problem: `got ${gotText(type, raw)}; allowed: ${allowedText(type)}${hint}` };
}

function convert(type: OptionType, raw: unknown, folder: string): OptionValue | undefined {
  switch (type.kind) {
    case 'boolean':
      return typeof raw === 'string' ? booleanWords.get(raw.toLowerCase()) : typeof raw === 'boolean' ? raw : undefined;
    case 'integer':
      return within(type, typeof raw === 'string' && /^-?\d{1,16}$/.test(raw) ? Number(raw) : raw, true);
    case 'size':
      return within(type, typeof raw === 'string' ? parseSize(raw) : raw, true);
    case 'duration':
      if (raw === 'unlimited') return type.unlimited;
      return within(type, typeof raw === 'string' ? parseDuration(raw) : raw, false);
    case 'string':
      return textWithin(raw, type.rule);
    case 'secret':
      return typeof raw === 'string' && raw !== '' ? raw : undefined;
    case 'path': {
      const path = textWithin(raw, undefined);
      return path === undefined || path === '' ? undefined : resolve(folder, path);
    }
    case 'one-of': {
      const word = typeof raw === 'boolean' ? String(raw) : typeof raw === 'string' ? raw.toLowerCase() : '';
      // Where one may say true or false, one may say on or off as everywhere else.
      const meant = type.values.includes(word) ? word : String(booleanWords.get(word));
      return type.values.find((value) => value === meant);
    }
    case 'list':
      return listWithin(raw, type.rule);
  }
}

function within(bounds: { min: number; max: number }, value: unknown, whole: boolean): number | undefined {
  if (typeof value !== 'number' || !(value >= bounds.min && value <= bounds.max)) return undefined;
  return !whole || Number.isSafeInteger(value) ? value : undefined;
}

function textWithin(raw: unknown, rule: TextRule | undefined): string | undefined {
  if (typeof raw !== 'string' || hasControlCharacter(raw)) return undefined;
  return rule === undefined || rule.test(raw) ? raw : undefined;
}

function listWithin(raw: unknown, rule: TextRule | undefined): readonly string[] | undefined {
  const items = typeof raw === 'string' ? raw.split(',').map((item) => item.trim()) : raw;
  if (!Array.isArray(items)) return undefined;
  // An empty variable is an empty list, not a list of one empty text.
  if (items.length === 1 && items[0] === '') return [];
  const texts: string[] = [];
  for (const item of items) {
    const text = textWithin(item, rule);
    if (text === undefined || text === '') return undefined;
    texts.push(text);
  }
  return texts;
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** What may be written, as the end of "allowed: …". */
export function allowedText(type: OptionType): string {
  switch (type.kind) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number ${rangeText(String(type.min), type.max, String(type.max))}`;
    case 'size':
      return `a size ${rangeText(formatSize(type.min), type.max, formatSize(type.max))}, such as 65536, 64KB or 1MB`;
    case 'duration': {
      const range = rangeText(formatDuration(type.min), type.max, formatDuration(type.max));
      return `a time ${range}, such as 90, 90s or 5m${type.unlimited === undefined ? '' : ', or unlimited'}`;
    }
    case 'string':
      return type.rule?.allowed ?? 'a text without control characters';
    case 'secret':
      return 'a text that is not empty';
    case 'path':
      return 'a path';
    case 'one-of':
      return type.values.join(', ');
    case 'list':
      return type.rule === undefined ? 'a list of texts' : `a list; each entry ${type.rule.allowed}`;
  }
}

function rangeText(min: string, max: number, maxText: string): string {
  return max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${maxText}`;
}

function gotText(type: OptionType, raw: unknown): string {
  if (raw === null || raw === undefined || raw === '') return 'nothing';
  if (type.kind === 'secret') return 'something else';
  if (Array.isArray(raw)) return type.kind === 'list' ? quoted(raw.join(', ')) : 'a list';
  return typeof raw === 'object' ? 'a section' : quoted(String(raw));
}

/** Quoted, shortened and on one line, so that a hostile file cannot forge output. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

/** A value as an operator would write it; secrets are not shown. */
export function valueText(type: OptionType, value: OptionValue | undefined): string {
  if (value === undefined) return '';
  if (type.kind === 'secret') return '(set, not shown)';
  if (type.kind === 'size') return formatSize(value as number);
  if (type.kind === 'duration') return value === type.unlimited ? 'unlimited' : formatDuration(value as number);
  return withoutPasswords(typeof value === 'object' ? value.join(', ') : String(value));
}

/** An address may not hold a password, and somebody writes one all the same. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*):[^\s/?#@]*@/gi, '$1:(not shown)@');
}
