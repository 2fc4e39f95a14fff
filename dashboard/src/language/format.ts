/** Numbers, sizes, durations and times as people read them, always with their unit. */

import { useMemo } from 'react';
import { type Language, useLanguage } from './language.tsx';

export interface Format {
  /** `12,345`. */
  number(value: number | undefined): string;
  /** `20.0375`, with all the digits that were sent. */
  precise(value: number | undefined): string;
  /** `12.3k`, for places that are narrow. */
  short(value: number | undefined): string;
  /** `4.2 MiB`. */
  bytes(value: number | undefined): string;
  /** `3 d 4 h`, the two greatest parts. */
  duration(seconds: number | undefined): string;
  /** `850 µs`, `12.3 ms`, `2.1 s`. */
  latency(seconds: number | undefined): string;
  /** `5 minutes ago`, `in 3 days`. */
  relative(at: string | number | undefined, nowMs: number): string;
  /** Date and time to the second, of this browser's time zone. */
  exact(at: string | number | undefined): string;
  /** Time of day with milliseconds. */
  clock(at: string | number | undefined): string;
}

/** Stands where there is no value. */
export const NOTHING = '–';

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' };
const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function bytes(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NOTHING;
  let amount = value;
  let unit = 0;
  while (Math.abs(amount) >= 1024 && unit < byteUnits.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${byteUnits[unit]}`;
}

const durationUnits: readonly (readonly [string, string, number])[] = [
  ['d', '天', 86_400],
  ['h', '小时', 3600],
  ['min', '分', 60],
  ['s', '秒', 1],
];

function duration(seconds: number | undefined, language: Language): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return NOTHING;
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [en, zh, size] of durationUnits) {
    const count = Math.floor(rest / size);
    if (count > 0 || (size === 1 && parts.length === 0)) parts.push(`${count} ${language === 'zh' ? zh : en}`);
    rest -= count * size;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

function latency(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return NOTHING;
  if (seconds >= 1) return `${seconds.toFixed(1)} s`;
  if (seconds === 0) return '0 ms';
  const ms = seconds * 1000;
  if (ms >= 1) return `${ms >= 100 ? Math.round(ms) : ms.toFixed(1)} ms`;
  return `${Math.round(ms * 1000)} µs`;
}

const relativeUnits: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

function relative(formatter: Intl.RelativeTimeFormat, seconds: number): string {
  for (const [unit, size] of relativeUnits) {
    // Up to two of a unit the smaller one says more: 13 months rather than a year.
    if (Math.abs(seconds) >= size * 2 || size === 1) return formatter.format(Math.round(seconds / size), unit);
  }
  return NOTHING;
}

function msOf(at: string | number | undefined): number | undefined {
  if (at === undefined || at === '') return undefined;
  const ms = typeof at === 'number' ? at : Date.parse(at);
  return Number.isFinite(ms) ? ms : undefined;
}

function makeFormat(language: Language): Format {
  const locale = locales[language];
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const all = new Intl.NumberFormat(locale, { maximumFractionDigits: 12 });
  const compact = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 });
  const relativeTime = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
  const now = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second');
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const time = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
  const withTime = (at: string | number | undefined, show: (ms: number) => string): string => {
    const ms = msOf(at);
    return ms === undefined ? NOTHING : show(ms);
  };
  return {
    number: (value) => (value === undefined || !Number.isFinite(value) ? NOTHING : plain.format(value)),
    precise: (value) => (value === undefined || !Number.isFinite(value) ? NOTHING : all.format(value)),
    short: (value) => (value === undefined || !Number.isFinite(value) ? NOTHING : compact.format(value)),
    bytes,
    duration: (seconds) => duration(seconds, language),
    latency,
    relative: (at, nowMs) =>
      withTime(at, (ms) => {
        const seconds = (ms - nowMs) / 1000;
        return Math.abs(seconds) < 1 ? now : relative(relativeTime, seconds);
      }),
    exact: (at) => withTime(at, (ms) => dateTime.format(ms)),
    clock: (at) => withTime(at, (ms) => time.format(ms)),
  };
}

export function useFormat(): Format {
  const { language } = useLanguage();
  return useMemo(() => makeFormat(language), [language]);
}
