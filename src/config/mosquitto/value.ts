/**
 * Reads the value of one option of mosquitto.conf as Mosquitto does: booleans by four words, numbers as C's `atoi`, texts
 * as the rest of the line. Pure.
 */

import { nearest } from '../nearest.ts';
import { quoted } from '../value.ts';
import type { KeywordType, KeywordValue } from './keyword.ts';

export type ValueReading =
  | { readonly value: KeywordValue; readonly warning?: string }
  /** A sentence without its end. */
  | { readonly problem: string };

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

const TEXT_BYTES_MAX = 65_535;

/**
 * @param name as it was written
 * @param rest of the line, behind the blank that follows the name
 */
export function readKeywordValue(name: string, type: KeywordType, rest: string): ValueReading {
  if (type.kind === 'ignored') return { value: '' };
  const text = trimBlanks(rest);
  if (text === '') return { problem: `Empty ${name} value in configuration` };
  const [first = ''] = text.split(' ', 1);
  switch (type.kind) {
    case 'boolean': {
      const value = booleans.get(first);
      return value === undefined ? invalid(name, first, 'true or false') : { value };
    }
    case 'integer':
      return integerOf(name, first, type.min, type.max);
    case 'word': {
      if (type.values.includes(first)) return { value: first };
      const near = nearest(first, type.values);
      return invalid(name, first, type.values.join(', '), near);
    }
    case 'words':
    case 'text':
    case 'path':
      return textOf(name, text);
  }
}

function integerOf(name: string, word: string, min: number, max: number): ValueReading {
  const digits = /^[+-]?\d+/.exec(word)?.[0] ?? '';
  const value = digits === '' ? 0 : Number(digits);
  if (value < min || value > max) return invalid(name, word, `a whole number from ${min} to ${max}`);
  if (digits.length === word.length) return { value };
  return { value, warning: `${name} is ${quoted(word)}, which is no whole number and is read as ${value}` };
}

function textOf(name: string, text: string): ValueReading {
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX) return { problem: `${name} has more than ${TEXT_BYTES_MAX} bytes` };
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f)
      return { problem: `Malformed UTF-8 in configuration: ${name} has a control character` };
  }
  return { value: text };
}

function invalid(name: string, got: string, allowed: string, near?: string): ValueReading {
  const hint = near === undefined ? `allowed: ${allowed}` : `did you mean ${near}?`;
  return { problem: `Invalid ${name} value (${quoted(got).slice(1, -1)}); ${hint}` };
}

/** Blanks alone: a tab is a letter like others there. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === ' ') start++;
  while (end > start && text[end - 1] === ' ') end--;
  return text.slice(start, end);
}

/** The words of an `address`, `listener` or `topic` line; one that begins with # begins a remark. */
export function wordsOf(text: string): string[] {
  const words = text.split(' ').filter((word) => word !== '');
  const remark = words.findIndex((word) => word.startsWith('#'));
  return remark < 0 ? words : words.slice(0, remark);
}
