/**
 * The effective value of every option and where it came from: flags win over the environment, the environment over the
 * file, the file over the default. Immutable; a reload makes a new one. Knows no dialect and opens nothing.
 */

import type { OptionReader, OptionRow, OptionValue } from '../ports/option.ts';
import { brokerRows } from './catalog.ts';
import { type Collection, collectionOf, collections } from './collections.ts';
import { type ConfigProblem, defaultOrigin, type Origin } from './error.ts';
import type { Assignment, Reading } from './reading.ts';

export interface Effective {
  readonly row: OptionRow;
  /** `limits.packet_bytes_max` or `listeners.tcp.port`. */
  readonly path: string;
  readonly value: OptionValue | undefined;
  readonly origin: Origin;
}

/**
 * The values of one set of rows by name. Asking for a name that no row has, or for another type than the row's, is a
 * mistake in the program and throws.
 */
export class OptionValues implements OptionReader {
  readonly all: ReadonlyMap<string, Effective>;

  constructor(all: ReadonlyMap<string, Effective>) {
    this.all = all;
  }

  /** Those whose names begin so, without it: `under('postgresql.').text('server')`. */
  under(prefix: string): OptionValues {
    const chosen = [...this.all].filter(([name]) => name.startsWith(prefix));
    return new OptionValues(new Map(chosen.map(([name, effective]) => [name.slice(prefix.length), effective])));
  }

  get(name: string): Effective {
    const effective = this.all.get(name);
    if (effective === undefined) throw new TypeError(`no option row is named ${name}`);
    return effective;
  }

  /** Undefined when nobody set the option and it has no default. */
  optionalBoolean(name: string): boolean | undefined {
    return this.#typed(name, 'boolean') as boolean | undefined;
  }

  optionalNumber(name: string): number | undefined {
    return this.#typed(name, 'number') as number | undefined;
  }

  optionalText(name: string): string | undefined {
    return this.#typed(name, 'string') as string | undefined;
  }

  boolean(name: string): boolean {
    return required(name, this.optionalBoolean(name));
  }

  /** A count, bytes or seconds. */
  number(name: string): number {
    return required(name, this.optionalNumber(name));
  }

  text(name: string): string {
    return required(name, this.optionalText(name));
  }

  list(name: string): readonly string[] {
    return required(name, this.#typed(name, 'object') as readonly string[] | undefined);
  }

  #typed(name: string, type: string): OptionValue | undefined {
    const { value } = this.get(name);
    if (value !== undefined && typeof value !== type) throw new TypeError(`option ${name} is no ${type}`);
    return value;
  }
}

function required<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw new TypeError(`option ${name} has no default and nobody set it`);
  return value;
}

/** What there can be several of: the entries of each collection by name, in the order in which they are written. */
export type Entries = ReadonlyMap<string, ReadonlyMap<string, OptionValues>>;

export class Settings extends OptionValues {
  readonly entries: Entries;
  /** Sections of entries that were written, by path, with where. */
  readonly sections: ReadonlyMap<string, Origin>;
  /** Ports of `-p`, which stand for all listeners when there are any. */
  readonly ports: readonly number[];
  readonly warnings: readonly ConfigProblem[];

  constructor(
    all: ReadonlyMap<string, Effective>,
    entries: Entries,
    sections: ReadonlyMap<string, Origin>,
    ports: readonly number[],
    warnings: readonly ConfigProblem[],
  ) {
    super(all);
    this.entries = entries;
    this.sections = sections;
    this.ports = ports;
    this.warnings = warnings;
  }

  /** Listeners that somebody configured, by name; empty when the broker decides. */
  get listeners(): ReadonlyMap<string, OptionValues> {
    return this.entries.get('listeners') ?? new Map();
  }

  /** What holds for the clients of some listeners, by the name of the zone. */
  get zones(): ReadonlyMap<string, OptionValues> {
    return this.entries.get('zones') ?? new Map();
  }

  /** Sources of logins and permissions, by name. */
  get access(): ReadonlyMap<string, OptionValues> {
    return this.entries.get('access') ?? new Map();
  }

  /** Bridges by their names. */
  get bridges(): ReadonlyMap<string, OptionValues> {
    return this.entries.get('bridges') ?? new Map();
  }
}

/** Puts readings together; a later one wins. Their problems are not looked at. */
export function settle(readings: readonly Reading[], ports: readonly number[]): Settings {
  const assigned = new Map<string, Assignment>();
  const sections = new Map<string, Origin>();
  const names = new Map<Collection, Set<string>>(collections.map((collection) => [collection, new Set()]));
  for (const reading of readings) {
    // An entry whose kinds need no options is there as soon as its section is; any other needs an option to be there.
    for (const [path, { entry, origin }] of reading.sections) {
      if (!sections.has(path)) sections.set(path, origin);
      if (entry.collection.kinds.length > 0) names.get(entry.collection)?.add(entry.name);
    }
    for (const [path, assignment] of reading.assignments) {
      assigned.set(path, assignment);
      if (assignment.entry !== undefined) names.get(assignment.entry.collection)?.add(assignment.entry.name);
    }
  }
  const entries = new Map<string, ReadonlyMap<string, OptionValues>>();
  for (const [collection, chosen] of names) {
    const values = [...chosen].map((name): [string, OptionValues] => [name, entryValues(collection, name, assigned)]);
    entries.set(collection.name, new Map(values));
  }
  const warnings = readings.flatMap((reading) => reading.warnings);
  return new Settings(effectiveRows(brokerRows, '', assigned), entries, sections, ports, warnings);
}

function entryValues(collection: Collection, name: string, assigned: ReadonlyMap<string, Assignment>): OptionValues {
  return new OptionValues(effectiveRows(collection.rows, `${collection.name}.${name}.`, assigned));
}

/** The values of a listener that nobody configured, except for those given. */
export function defaultListenerValues(name: string, given: Readonly<Record<string, OptionValue>>): OptionValues {
  const collection = collectionOf('listeners')!;
  const assigned = new Map<string, Assignment>();
  for (const row of collection.rows) {
    const path = `listeners.${name}.${row.name}`;
    const value = Object.hasOwn(given, row.name) ? given[row.name] : undefined;
    if (value !== undefined) {
      assigned.set(path, { row, entry: { collection, name }, path, value, origin: defaultOrigin });
    }
  }
  return entryValues(collection, name, assigned);
}

function effectiveRows(
  rows: readonly OptionRow[],
  prefix: string,
  assigned: ReadonlyMap<string, Assignment>,
): ReadonlyMap<string, Effective> {
  return new Map(
    rows.map((row) => {
      const path = prefix + row.name;
      const { value, origin } = assigned.get(path) ?? { value: row.default, origin: defaultOrigin };
      return [row.name, { row, path, value, origin }];
    }),
  );
}
