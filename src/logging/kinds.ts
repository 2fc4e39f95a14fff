/** Which records are logged: by level, or by the kinds that Mosquitto tells apart, and the letters of these. */

import type { LogLevel, LogRecord } from './line.ts';

/** The kinds of lines by Mosquitto's names. */
export type LogType =
  | 'error'
  | 'warning'
  | 'notice'
  | 'information'
  | 'debug'
  | 'subscribe'
  | 'unsubscribe'
  | 'websockets';

const allTypes: readonly LogType[] = [
  'error',
  'warning',
  'notice',
  'information',
  'debug',
  'subscribe',
  'unsubscribe',
  'websockets',
];

const typesOfLevel: Readonly<Record<LogLevel, readonly LogType[]>> = {
  error: ['error'],
  warn: ['error', 'warning'],
  info: ['error', 'warning', 'notice', 'information'],
  debug: allTypes,
};

/** Where a line of each type is published below `$SYS/broker/log/`; undefined for those that never are. */
const topicOfType: Readonly<Record<LogType, string | undefined>> = {
  error: 'E',
  warning: 'W',
  notice: 'N',
  information: 'I',
  debug: undefined,
  subscribe: 'M/subscribe',
  unsubscribe: 'M/unsubscribe',
  websockets: 'WS',
};

export function typeOf({ level, kind }: LogRecord): LogType {
  if (kind === 'subscribe' || kind === 'unsubscribe' || kind === 'websockets') return kind;
  if (level === 'info') return kind === 'notice' ? 'notice' : 'information';
  return level === 'warn' ? 'warning' : level;
}

/** Undefined: lines of this record are not published. */
export function topicOf(record: LogRecord): string | undefined {
  return topicOfType[typeOf(record)];
}

export function typesUpTo(level: LogLevel): ReadonlySet<LogType> {
  return new Set(typesOfLevel[level]);
}

/** Of the words of `log.types`. The words none and internal stand for nothing. */
export function typesNamed(words: readonly string[]): ReadonlySet<LogType> {
  if (words.includes('all')) return new Set(allTypes);
  return new Set(allTypes.filter((type) => words.includes(type)));
}

/** The level that takes in these types, for whoever knows levels only. */
export function levelOf(types: ReadonlySet<LogType>): LogLevel {
  if (types.has('debug') || types.has('websockets')) return 'debug';
  const isInfo = (['notice', 'information', 'subscribe', 'unsubscribe'] as const).some((type) => types.has(type));
  if (isInfo) return 'info';
  return types.has('warning') ? 'warn' : 'error';
}
