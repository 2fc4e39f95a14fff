/**
 * The signs of strftime in the locale C and in local time: formats of an operator's log, and the times that the command-line
 * tools print. Those that stand for several others are made of them.
 */

const two = (value: number): string => String(value).padStart(2, '0');
const blank = (value: number): string => String(value).padStart(2);

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

const signs: ReadonlyMap<string, (date: Date) => string> = new Map<string, (date: Date) => string>([
  ['a', (date) => days[date.getDay()]!.slice(0, 3)],
  ['A', (date) => days[date.getDay()]!],
  ['b', (date) => months[date.getMonth()]!.slice(0, 3)],
  ['B', (date) => months[date.getMonth()]!],
  ['c', (date) => formatTime('%a %b %e %T %Y', date)],
  ['C', (date) => two(Math.floor(date.getFullYear() / 100))],
  ['d', (date) => two(date.getDate())],
  ['D', (date) => formatTime('%m/%d/%y', date)],
  ['e', (date) => blank(date.getDate())],
  ['F', (date) => formatTime('%Y-%m-%d', date)],
  ['h', (date) => months[date.getMonth()]!.slice(0, 3)],
  ['H', (date) => two(date.getHours())],
  ['I', (date) => two(twelve(date))],
  ['j', (date) => String(dayOfYear(date)).padStart(3, '0')],
  ['k', (date) => blank(date.getHours())],
  ['l', (date) => blank(twelve(date))],
  ['m', (date) => two(date.getMonth() + 1)],
  ['M', (date) => two(date.getMinutes())],
  ['n', () => '\n'],
  ['p', (date) => (date.getHours() < 12 ? 'AM' : 'PM')],
  ['P', (date) => (date.getHours() < 12 ? 'am' : 'pm')],
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
  ['Z', (date) => zoneName(date)],
  ['%', () => '%'],
]);

/** Whole seconds since 1970. */
export function secondsText(date: Date): string {
  return String(Math.floor(date.getTime() / 1000));
}

/** `+08:00`, `-0330`: minutes east of Greenwich with or without a sign between hours and minutes. */
export function offsetText(minutes: number, between: string): string {
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}${between}${two(absolute % 60)}`;
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** What one sign, given without its mark, stands for; undefined for signs that nobody knows. */
export function timeSign(sign: string, date: Date): string | undefined {
  return signs.get(sign)?.(date);
}

/** @param format an operator's, with the signs of strftime; signs that are unknown stay as they are */
export function formatTime(format: string, date: Date): string {
  return format.replace(/%([A-Za-z%])/g, (sign, letter: string) => timeSign(letter, date) ?? sign);
}
