/**
 * All rows and the way from a written name to a row. Paths are what operators write: `limits.packet_bytes_max`, or
 * `listeners.NAME.port` for a row of a collection's entry. Readers of every dialect ask here; nothing else knows the set.
 */

import type { OptionRow } from '../ports/option.ts';
import { type Collection, collectionOf, collections } from './collections.ts';
import { nearest } from './nearest.ts';
import { admissionRows } from './rows/admission.ts';
import { chainRows } from './rows/chains.ts';
import { generalRows } from './rows/general.ts';
import { limitRows } from './rows/limits.ts';
import { logRows } from './rows/log.ts';
import { managementRows } from './rows/management.ts';
import { metricsRows } from './rows/metrics.ts';
import { moduleRows } from './rows/modules.ts';
import { mqttRows } from './rows/mqtt.ts';
import { presenceRows } from './rows/presence.ts';
import { processRows } from './rows/process.ts';
import { sysRows } from './rows/sys.ts';
import { webhookRows } from './rows/webhook.ts';

/** Options of the broker, in the order in which they are documented. */
export const brokerRows: readonly OptionRow[] = [
  ...generalRows,
  ...logRows,
  ...processRows,
  ...chainRows,
  ...admissionRows,
  ...limitRows,
  ...mqttRows,
  ...presenceRows,
  ...sysRows,
  ...metricsRows,
  ...managementRows,
  ...moduleRows,
  ...webhookRows,
];

/** What a path names. */
export interface Target {
  readonly row: OptionRow;
  /** What the option belongs to; undefined for options of the broker. */
  readonly entry: Entry | undefined;
}

/** One listener, one source of access. */
export interface Entry {
  readonly collection: Collection;
  readonly name: string;
}

const brokerRowsByName: ReadonlyMap<string, OptionRow> = new Map(brokerRows.map((row) => [row.name, row]));
const sections: ReadonlySet<string> = sectionsOf(brokerRows);
const rowsByCollection: ReadonlyMap<Collection, ReadonlyMap<string, OptionRow>> = new Map(
  collections.map((collection) => [collection, new Map(collection.rows.map((row) => [row.name, row]))]),
);
const sectionsByCollection: ReadonlyMap<Collection, ReadonlySet<string>> = new Map(
  collections.map((collection) => [collection, new Set([...sectionsOf(collection.rows), ...collection.kinds])]),
);

/** Lower case because environment variables cannot tell cases apart; no double underscore because there it is a dot. */
export const entryNamePattern = '[a-z](?:[a-z0-9-]|_(?!_)){0,31}';
const entryName = new RegExp(`^${entryNamePattern}$`);

/** Everything before a dot in the names. */
function sectionsOf(rows: readonly OptionRow[]): Set<string> {
  return new Set(rows.flatMap(({ name }) => (name.includes('.') ? [name.slice(0, name.lastIndexOf('.'))] : [])));
}

/** `listeners.NAME.port` in its parts; undefined where the path does not begin with a collection. */
function partsOf(path: string): { collection: Collection; entry: string; rest: string | undefined } | undefined {
  const [first = '', entry, ...rest] = path.split('.', 8);
  const collection = collectionOf(first);
  if (collection === undefined || entry === undefined) return undefined;
  return { collection, entry, rest: rest.length === 0 ? undefined : rest.join('.') };
}

/** The row that a path names, or undefined. */
export function findOption(path: string): Target | undefined {
  const row = brokerRowsByName.get(path);
  if (row !== undefined) return { row, entry: undefined };
  const parts = partsOf(path);
  if (parts?.rest === undefined || !entryName.test(parts.entry)) return undefined;
  const { collection, entry: name, rest } = parts;
  const entryRow = rowsByCollection.get(collection)?.get(rest);
  return entryRow === undefined ? undefined : { row: entryRow, entry: { collection, name } };
}

/** Whether a path is one under which options lie, so that it may be written without any of them. */
export function isSection(path: string): boolean {
  if (collectionOf(path) !== undefined || sections.has(path)) return true;
  const parts = partsOf(path);
  if (parts === undefined || !entryName.test(parts.entry)) return false;
  return parts.rest === undefined || (sectionsByCollection.get(parts.collection)?.has(parts.rest) ?? false);
}

/** The entry that a section belongs to or is: `access.devices` and `access.devices.postgresql` are of `devices`. */
export function entryOfSection(path: string): Entry | undefined {
  const parts = partsOf(path);
  return parts === undefined || !isSection(path) ? undefined : { collection: parts.collection, name: parts.entry };
}

/**
 * What to say about a section that there is none of, where it is known better than by its options: one that stands
 * where a kind stands. Undefined elsewhere.
 */
export function unknownSectionText(path: string): string | undefined {
  const parts = partsOf(path);
  if (parts?.rest === undefined || parts.collection.kinds.length === 0 || !entryName.test(parts.entry))
    return undefined;
  const { kinds, entry } = parts.collection;
  const [kind = ''] = parts.rest.split('.', 1);
  if (kinds.includes(kind)) return undefined;
  const near = nearest(kind, kinds);
  const hint = near === undefined ? `; kinds are ${kinds.join(', ')}` : `; did you mean ${near}?`;
  return `unknown kind of ${entry} ${JSON.stringify(kind.slice(0, 80))}${hint}`;
}

/** What to say about a path that names nothing: `unknown option "limts.x"; did you mean "limits.x"?`. */
export function unknownOptionText(path: string, shown: string): string {
  const parts = partsOf(path);
  if (parts !== undefined && !entryName.test(parts.entry)) {
    const allowed = 'up to 32 of a-z, 0-9, - and single _, beginning with a letter';
    return `got ${parts.collection.entry} name ${shown}; allowed: ${allowed}`;
  }
  if (parts?.rest?.includes('.') === true) {
    const text = unknownSectionText(path);
    if (text !== undefined) return text;
  }
  const suggestion =
    parts?.rest === undefined
      ? (suggest(path, brokerRows, '') ?? suggestInCollections(path))
      : suggest(parts.rest, parts.collection.rows, `${parts.collection.name}.${parts.entry}.`);
  return suggestion === undefined
    ? `unknown option ${shown}; "hoopoe help options" lists them all`
    : `unknown option ${shown}; did you mean ${suggestion}?`;
}

function suggest(name: string, rows: readonly OptionRow[], prefix: string): string | undefined {
  const known = rowByOtherName(name, rows);
  const last = name.slice(name.lastIndexOf('.') + 1);
  const found =
    known?.name ??
    rows.find((row) => row.name.endsWith(`.${last}`))?.name ??
    nearest(
      name,
      rows.map((row) => row.name),
    );
  return found === undefined ? undefined : `"${prefix}${found}"`;
}

/** Somebody who comes from another broker gets the row by its name there, in whatever collection it is here. */
function suggestInCollections(path: string): string | undefined {
  for (const collection of collections) {
    const known = rowByOtherName(path, collection.rows);
    if (known !== undefined) return `"${collection.name}.NAME.${known.name}"`;
  }
  return undefined;
}

function rowByOtherName(name: string, rows: readonly OptionRow[]): OptionRow | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return rows.find((row) => row.mosquitto === last || row.emqx === name);
}

/** `HOOPOE_LIMITS__PACKET_BYTES_MAX`. */
export function variableName(path: string): string {
  return `HOOPOE_${path.replaceAll('.', '__').replaceAll('-', '_').toUpperCase()}`;
}
