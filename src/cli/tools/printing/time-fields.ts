/** The `@` fields of a format: parts of the time at which a message came, as strftime names them, in local time. */

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
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

const two = (number: number): string => String(number).padStart(2, '0');
const blank = (number: number): string => String(number).padStart(2, ' ');

interface Moment {
  readonly date: Date;
  readonly nanoseconds: number;
}

const fields: ReadonlyMap<string, (moment: Moment) => string> = new Map<string, (moment: Moment) => string>([
  ['a', ({ date }) => (days[date.getDay()] ?? '').slice(0, 3)],
  ['A', ({ date }) => days[date.getDay()] ?? ''],
  ['b', ({ date }) => (months[date.getMonth()] ?? '').slice(0, 3)],
  ['h', ({ date }) => (months[date.getMonth()] ?? '').slice(0, 3)],
  ['B', ({ date }) => months[date.getMonth()] ?? ''],
  ['c', (moment) => joined(moment, 'a b e T Y', ' ')],
  ['C', ({ date }) => two(Math.floor(date.getFullYear() / 100))],
  ['d', ({ date }) => two(date.getDate())],
  ['D', (moment) => joined(moment, 'm d y', '/')],
  ['e', ({ date }) => blank(date.getDate())],
  ['F', (moment) => joined(moment, 'Y m d', '-')],
  ['H', ({ date }) => two(date.getHours())],
  ['I', ({ date }) => two(date.getHours() % 12 || 12)],
  ['j', ({ date }) => String(dayOfYear(date)).padStart(3, '0')],
  ['k', ({ date }) => blank(date.getHours())],
  ['l', ({ date }) => blank(date.getHours() % 12 || 12)],
  ['m', ({ date }) => two(date.getMonth() + 1)],
  ['M', ({ date }) => two(date.getMinutes())],
  ['n', () => '\n'],
  ['N', ({ nanoseconds }) => String(nanoseconds).padStart(9, '0')],
  ['p', ({ date }) => (date.getHours() < 12 ? 'AM' : 'PM')],
  ['P', ({ date }) => (date.getHours() < 12 ? 'am' : 'pm')],
  ['r', (moment) => `${joined(moment, 'I M S', ':')} ${timeField('p', moment)}`],
  ['R', (moment) => joined(moment, 'H M', ':')],
  ['s', ({ date }) => String(Math.floor(date.getTime() / 1000))],
  ['S', ({ date }) => two(date.getSeconds())],
  ['t', () => '\t'],
  ['T', (moment) => joined(moment, 'H M S', ':')],
  ['X', (moment) => joined(moment, 'H M S', ':')],
  ['u', ({ date }) => String(date.getDay() || 7)],
  ['w', ({ date }) => String(date.getDay())],
  ['x', (moment) => joined(moment, 'm d y', '/')],
  ['y', ({ date }) => two(date.getFullYear() % 100)],
  ['Y', ({ date }) => String(date.getFullYear())],
  ['z', ({ date }) => offset(date)],
  ['Z', ({ date }) => zoneName(date)],
  ['%', () => '%'],
]);

/** A field that nobody knows stays as it was written. */
export function timeField(field: string, moment: Moment): string {
  return fields.get(field)?.(moment) ?? `@${field}`;
}

function joined(moment: Moment, names: string, separator: string): string {
  return names
    .split(' ')
    .map((name) => timeField(name, moment))
    .join(separator);
}

function dayOfYear(date: Date): number {
  const start = new Date(date.getFullYear(), 0, 1);
  const midnight = new Date(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight.getTime() - start.getTime()) / 86_400_000) + 1;
}

function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
