/** The time at the beginning of a line: ISO 8601, seconds since 1970, or whatever the signs of strftime say. */

const two = (value: number): string => String(value).padStart(2, '0');

/** ISO 8601 with the local offset: `2026-03-01T14:03:22.123+08:00`. */
export function localTime(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  return `${local}${offsetText(minutes, ':')}`;
}

function offsetText(minutes: number, between: string): string {
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}${between}${two(absolute % 60)}`;
}

const days: readonly string[] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const twelve = (date: Date): number => date.getHours() % 12 || 12;

function dayOfYear(date: Date): number {
  const begin = Date.UTC(date.getFullYear(), 0, 1);
  return 1 + (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - begin) / 86_400_000;
}

/** Signs of strftime in the locale C. Those that stand for several others are made of them. */
const signs: ReadonlyMap<string, (date: Date) => string> = new Map<string, (date: Date) => string>([
  ['a', (date) => days[date.getDay()]!.slice(0, 3)],
  ['A', (date) => days[date.getDay()]!],
  ['b', (date) => months[date.getMonth()]!.slice(0, 3)],
  ['B', (date) => months[date.getMonth()]!],
  ['c', (date) => formatTime('%a %b %e %T %Y', date)],
  ['C', (date) => two(Math.floor(date.getFullYear() / 100))],
  ['d', (date) => two(date.getDate())],
  ['D', (date) => formatTime('%m/%d/%y', date)],
  ['e', (date) => String(date.getDate()).padStart(2)],
  ['F', (date) => formatTime('%Y-%m-%d', date)],
  ['h', (date) => months[date.getMonth()]!.slice(0, 3)],
  ['H', (date) => two(date.getHours())],
  ['I', (date) => two(twelve(date))],
  ['j', (date) => String(dayOfYear(date)).padStart(3, '0')],
  ['k', (date) => String(date.getHours()).padStart(2)],
  ['l', (date) => String(twelve(date)).padStart(2)],
  ['m', (date) => two(date.getMonth() + 1)],
  ['M', (date) => two(date.getMinutes())],
  ['p', (date) => (date.getHours() < 12 ? 'AM' : 'PM')],
  ['r', (date) => formatTime('%I:%M:%S %p', date)],
  ['R', (date) => formatTime('%H:%M', date)],
  ['s', (date) => secondsText(date)],
  ['S', (date) => two(date.getSeconds())],
  ['t', () => '\t'],
  ['T', (date) => formatTime('%H:%M:%S', date)],
  ['u', (date) => String(date.getDay() || 7)],
  ['w', (date) => String(date.getDay())],
  ['x', (date) => formatTime('%m/%d/%y', date)],
  ['X', (date) => formatTime('%H:%M:%S', date)],
  ['y', (date) => two(date.getFullYear() % 100)],
  ['Y', (date) => String(date.getFullYear())],
  ['z', (date) => offsetText(-date.getTimezoneOffset(), '')],
  ['%', () => '%'],
]);

/** Whole seconds since 1970. */
export function secondsText(date: Date): string {
  return String(Math.floor(date.getTime() / 1000));
}

/** @param format an operator's, with the signs of strftime; signs that are unknown stay as they are */
export function formatTime(format: string, date: Date): string {
  return format.replace(/%([A-Za-z%])/g, (sign, letter: string) => signs.get(letter)?.(date) ?? sign);
}
