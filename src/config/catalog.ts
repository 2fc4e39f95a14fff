/**
 * All rows and the way from a written name to a row. Paths are what operators write: `limits.packet_bytes_max`, or
 * `listeners.NAME.port` for a row of a listener. Readers of every dialect ask here; nothing else knows the set.
 */

import type { OptionRow } from '../ports/option.ts';
import { nearest } from './nearest.ts';
import { generalRows } from './rows/general.ts';
import { limitRows } from './rows/limits.ts';
import { listenerRows } from './rows/listeners.ts';
import { mqttRows } from './rows/mqtt.ts';

/** Options of the broker, in the order in which they are documented. */
export const brokerRows: readonly OptionRow[] = [...generalRows, ...limitRows, ...mqttRows];

export { listenerRows };

/** What a path names. */
export interface Target {
  readonly row: OptionRow;
  /** Name of the listener; undefined for options of the broker. */
  readonly listener: string | undefined;
}

const brokerRowsByName: ReadonlyMap<string, OptionRow> = new Map(brokerRows.map((row) => [row.name, row]));
const listenerRowsByName: ReadonlyMap<string, OptionRow> = new Map(listenerRows.map((row) => [row.name, row]));
const sections: ReadonlySet<string> = new Set(
  [...brokerRowsByName.keys()].flatMap((name) => (name.includes('.') ? [name.slice(0, name.lastIndexOf('.'))] : [])),
);

/** Lower case because environment variables cannot tell cases apart; no double underscore because there it is a dot. */
const listenerName = /^[a-z](?:[a-z0-9-]|_(?!_)){0,31}$/;

/** The row that a path names, or undefined. */
export function findOption(path: string): Target | undefined {
  const row = brokerRowsByName.get(path);
  if (row !== undefined) return { row, listener: undefined };
  const [section, listener, name, ...rest] = path.split('.', 4);
  if (section !== 'listeners' || listener === undefined || name === undefined || rest.length > 0) return undefined;
  const listenerRow = listenerRowsByName.get(name);
  return listenerRow === undefined || !listenerName.test(listener) ? undefined : { row: listenerRow, listener };
}

/** Whether a path is one under which options lie, so that it may be written without any of them. */
export function isSection(path: string): boolean {
  if (path === 'listeners' || sections.has(path)) return true;
  return path.startsWith('listeners.') && listenerName.test(path.slice('listeners.'.length));
}

/** What to say about a path that names nothing: `unknown option "limts.x"; did you mean "limits.x"?`. */
export function unknownOptionText(path: string, shown: string): string {
  const [section, listener, name] = path.split('.', 3);
  if (section === 'listeners' && listener !== undefined && !listenerName.test(listener)) {
    return `got listener name ${shown}; allowed: up to 32 of a-z, 0-9, - and single _, beginning with a letter`;
  }
  const suggestion =
    section === 'listeners' && name !== undefined
      ? suggest(name, listenerRows, `listeners.${listener}.`)
      : suggest(path, brokerRows, '');
  return suggestion === undefined
    ? `unknown option ${shown}; "hoopoe help options" lists them all`
    : `unknown option ${shown}; did you mean ${suggestion}?`;
}

function suggest(name: string, rows: readonly OptionRow[], prefix: string): string | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1);
  // Somebody who comes from another broker, or left out the section, gets the row by its other name.
  const known = rows.find((row) => row.mosquitto === last || row.emqx === name || row.name.endsWith(`.${last}`));
  const found =
    known?.name ??
    nearest(
      name,
      rows.map((row) => row.name),
    );
  return found === undefined ? undefined : `"${prefix}${found}"`;
}

/** `HOOPOE_LIMITS__PACKET_BYTES_MAX`. */
export function variableName(path: string): string {
  return `HOOPOE_${path.replaceAll('.', '__').replaceAll('-', '_').toUpperCase()}`;
}
