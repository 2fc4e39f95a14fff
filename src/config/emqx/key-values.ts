/** Values as EMQX 4 writes them: sizes, times, addresses, rates. Pure. */

import { parseSize } from '../quantities.ts';
import { quoted } from '../value.ts';

export type KeyType =
  /** `on` or `off`, `true` or `false`. */
  | { readonly kind: 'flag' }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  /** Bytes; 1 KB is 1024 of them. */
  | { readonly kind: 'bytes' }
  /** Seconds, whatever the unit; a bare number counts in the unit given here. */
  | { readonly kind: 'duration'; readonly bare: 'ms' | 's' }
  | { readonly kind: 'percent' }
  | { readonly kind: 'text' }
  /** A text that is never shown. */
  | { readonly kind: 'secret' }
  /** Relative paths begin at the home directory. */
  | { readonly kind: 'path' }
  /** `1883`, `127.0.0.1:1883`, `::1:1883`, `[::1]:1883`. */
  | { readonly kind: 'address' }
  /** `100,10s` or `100KB,10s`. */
  | { readonly kind: 'rate'; readonly of: 'messages' | 'bytes' }
  /** Texts with commas between them. */
  | { readonly kind: 'list' };

export interface Address {
  /** Undefined where only a port was written. */
  readonly host: string | undefined;
  readonly port: number;
}

export interface Rate {
  readonly amount: number;
  readonly seconds: number;
}

export type KeyValue = boolean | number | string | readonly string[] | Address | Rate;

const flags: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['true', true],
  ['off', false],
  ['false', false],
]);

const seconds: ReadonlyMap<string, number> = new Map([
  ['ms', 0.001],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 604_800],
  ['f', 1_209_600],
]);

/** The value, or what is allowed, as the end of "allowed: …". */
export function readKeyValue(type: KeyType, text: string): { value: KeyValue } | { allowed: string } {
  const value = convert(type, text);
  return value === undefined ? { allowed: allowedText(type) } : { value };
}

function convert(type: KeyType, text: string): KeyValue | undefined {
  switch (type.kind) {
    case 'flag':
      return flags.get(text.toLowerCase());
    case 'word':
      return type.words.includes(text) ? text : undefined;
    case 'integer':
      return integer(text, type.min, type.max);
    case 'bytes':
      return parseSize(text.replace(/\s+/g, ''));
    case 'duration':
      return parseTime(text, type.bare);
    case 'percent':
      return /^\d{1,3}(\.\d{1,4})?%$/.test(text) && Number.parseFloat(text) <= 100
        ? Number.parseFloat(text)
        : undefined;
    case 'text':
    case 'path':
    case 'secret':
      return text === '' ? undefined : text;
    case 'address':
      return parseAddress(text);
    case 'rate':
      return parseRate(text, type.of);
    case 'list': {
      const items = text.split(',').map((item) => item.trim());
      return items.filter((item) => item !== '');
    }
  }
}

function integer(text: string, min: number, max: number): number | undefined {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

/** Seconds; undefined for what is no time. */
function parseTime(text: string, bare: 'ms' | 's'): number | undefined {
  const compact = text.replace(/\s+/g, '').toLowerCase();
  if (/^\d{1,15}$/.test(compact)) return Number(compact) * (bare === 'ms' ? 0.001 : 1);
  if (compact.length > 60 || !/^(?:\d{1,12}(?:\.\d{1,6})?(?:ms|[smhdwf]))+$/.test(compact)) return undefined;
  let total = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwf])/g)) {
    total += Math.round(Number(amount) * (seconds.get(unit ?? '') ?? 0) * 1000);
  }
  return total / 1000;
}

/** The last colon stands before the port, as in EMQX; brackets are taken as well. */
function parseAddress(text: string): Address | undefined {
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2] ?? -1);
  if (match === null || port > 65_535) return undefined;
  const host = match[1]?.replace(/^\[(.*)\]$/, '$1');
  if (host !== undefined && !/^[A-Za-z0-9._:%-]{1,255}$/.test(host)) return undefined;
  return { host, port };
}

function parseRate(text: string, of: 'messages' | 'bytes'): Rate | undefined {
  const [first = '', second = '', ...rest] = text.split(',').map((part) => part.trim());
  const amount = of === 'bytes' ? parseSize(first) : integer(first, 0, Number.MAX_SAFE_INTEGER);
  const time = parseTime(second, 's');
  if (amount === undefined || time === undefined || time <= 0 || rest.length > 0) return undefined;
  return { amount, seconds: time };
}

function allowedText(type: KeyType): string {
  switch (type.kind) {
    case 'flag':
      return 'on or off';
    case 'word':
      return type.words.join(', ');
    case 'integer':
      return `a whole number from ${type.min} to ${type.max}`;
    case 'bytes':
      return 'a size such as 100, 64KB or 1MB';
    case 'duration':
      return 'a time such as 30s, 5m or 1h30m';
    case 'percent':
      return 'a share such as 80%';
    case 'address':
      return 'a port or an address with a port, such as 1883 or 127.0.0.1:1883';
    case 'rate':
      return `${type.of === 'bytes' ? '100KB,10s' : '100,10s'}: an amount and the time it is for`;
    case 'list':
      return 'texts with commas between them';
    case 'text':
    case 'path':
    case 'secret':
      return 'a text that is not empty';
  }
}

/** What was written, for a problem; never a secret. */
export function shownValue(type: KeyType, text: string): string {
  if (text === '') return 'nothing';
  return type.kind === 'secret' ? 'something else' : quoted(text);
}
