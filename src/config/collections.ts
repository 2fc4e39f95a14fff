/**
 * What there can be several of, each under a name of the operator's choice: `listeners.NAME.port`. Every reader, the
 * checks, `help` and the documentation are made from this table.
 */

import type { OptionRow } from '../ports/option.ts';
import { accessKinds } from './rows/access/kinds.ts';
import { sectionRows } from './rows/access/section.ts';
import { bridgeRows } from './rows/bridges.ts';
import { listenerRows } from './rows/listeners.ts';
import { pluginRows } from './rows/plugins.ts';
import { zoneRows } from './rows/zones.ts';

export interface Collection {
  /** How paths begin. */
  readonly name: string;
  /** What one entry is, for people: `listener`. */
  readonly entry: string;
  /** Rows of one entry, named without `NAME.`, in the order in which they are documented. */
  readonly rows: readonly OptionRow[];
  /** Kinds of entries. The rows of a kind begin with its name and a dot, and only those of one kind may be given. */
  readonly kinds: readonly string[];
}

const kinds: readonly string[] = accessKinds.map(({ kind }) => kind);

export const collections: readonly Collection[] = [
  { name: 'listeners', entry: 'listener', rows: listenerRows, kinds: [] },
  { name: 'zones', entry: 'zone', rows: zoneRows, kinds: [] },
  {
    name: 'access',
    entry: 'access source',
    rows: [...sectionRows(kinds), ...accessKinds.flatMap(({ rows }) => rows)],
    kinds,
  },
  { name: 'bridges', entry: 'bridge', rows: bridgeRows, kinds: [] },
  { name: 'plugins', entry: 'plugin', rows: pluginRows, kinds: [] },
];

const byName: ReadonlyMap<string, Collection> = new Map(collections.map((one) => [one.name, one]));

/** The collection of this name, or undefined. */
export function collectionOf(name: string): Collection | undefined {
  return byName.get(name);
}
