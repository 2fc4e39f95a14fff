/** From `log_dest`, `log_type` and their like to where and what is logged. */

import type { Given } from './conf.ts';
import type { Translation } from './translation.ts';
import { trimBlanks, wordsOf } from './value.ts';

const types: readonly string[] = [
  ...['error', 'warning', 'notice', 'information', 'debug', 'subscribe', 'unsubscribe', 'websockets', 'internal'],
  ...['none', 'all'],
];

const destinations: readonly string[] = ['stdout', 'stderr', 'syslog', 'topic'];

export function translateLog(translation: Translation): void {
  const { general } = translation.conf;
  translateTypes(translation, general.all('log_type'));
  translateDestinations(translation, general.all('log_dest'));
  const facility = general.get('log_facility');
  if (facility !== undefined) translation.set('log.syslog_facility', `local${facility.value}`, facility);
  const simple = {
    connection_messages: 'connections',
    log_timestamp: 'timestamp',
    log_timestamp_format: 'timestamp_format',
  };
  for (const [keyword, option] of Object.entries(simple)) {
    const given = general.get(keyword);
    if (given !== undefined) translation.set(`log.${option}`, given.value, given);
  }
}

/** The first line replaces what holds without any, and the others add to it. */
function translateTypes(translation: Translation, lines: readonly Given[]): void {
  const wanted: string[] = [];
  for (const line of lines) {
    const [word = ''] = wordsOf(String(line.value));
    if (!types.includes(word)) {
      translation.problem(line.origin, `Invalid log_type value (${word}); allowed: ${types.join(', ')}`);
    } else if (!wanted.includes(word)) {
      wanted.push(word);
    }
  }
  const [last] = lines.slice(-1);
  if (last === undefined) return;
  const others = wanted.filter((word) => word !== 'none');
  translation.set('log.types', others.length === 0 ? ['none'] : others, last);
}

function translateDestinations(translation: Translation, lines: readonly Given[]): void {
  let wanted: string[] = [];
  let file: Given | undefined;
  for (const line of lines) {
    const text = String(line.value);
    const [word = ''] = text.split(' ', 1);
    if (word === 'none') {
      wanted = [];
    } else if (word === 'file') {
      const path = trimBlanks(text.slice('file'.length));
      if (path === '') translation.problem(line.origin, 'Empty "log_dest file" value in configuration');
      else if (file !== undefined) translation.problem(line.origin, 'Duplicate "log_dest file" value in configuration');
      else translation.set('log.file', path, line);
      file = line;
      wanted.push(word);
    } else if (word === 'dlt') {
      translation.warn(line.origin, 'log_dest dlt has no counterpart and is ignored');
    } else if (destinations.includes(word)) {
      if (!wanted.includes(word)) wanted.push(word);
    } else {
      const allowed = ['none', ...destinations, 'file PATH'].join(', ');
      translation.problem(line.origin, `Invalid log_dest value (${word}); allowed: ${allowed}`);
    }
  }
  const [last] = lines.slice(-1);
  if (last !== undefined) translation.set('log.destinations', wanted.length === 0 ? ['none'] : wanted, last);
}
