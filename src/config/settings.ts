/**
 * The effective value of every option and where it came from: flags win over the environment, the environment over the
 * file, the file over the default. Immutable; a reload makes a new one. Knows no dialect and opens nothing.
 */

import type { OptionRow, OptionValue } from '../ports/option.ts';
import { brokerRows, listenerRows } from './catalog.ts';
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
export class OptionValues {
  readonly all: ReadonlyMap<string, Effective>;

  constructor(all: ReadonlyMap<string, Effective>) {
    this.all = all;
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

export class Settings extends OptionValues {
  /** Listeners that somebody configured, by name; empty when the broker decides. */
  readonly listeners: ReadonlyMap<string, OptionValues>;
  /** Ports of `-p`, which stand for all listeners when there are any. */
  readonly ports: readonly number[];
  readonly warnings: readonly ConfigProblem[];

  constructor(
    all: ReadonlyMap<string, Effective>,
    listeners: ReadonlyMap<string, OptionValues>,
    ports: readonly number[],
    warnings: readonly ConfigProblem[],
  ) {
    super(all);
    this.listeners = listeners;
    this.ports = ports;
    this.warnings = warnings;
  }
}

/** Puts readings together; a later one wins. Their problems are not looked at. */
export function settle(readings: readonly Reading[], ports: readonly number[]): Settings {
  const assigned = new Map<string, Assignment>();
  const listenerNames = new Set<string>();
  for (const reading of readings) {
    for (const [path, assignment] of reading.assignments) {
      assigned.set(path, assignment);
      if (assignment.listener !== undefined) listenerNames.add(assignment.listener);
    }
  }
  const listeners = new Map<string, OptionValues>();
  for (const name of listenerNames) {
    listeners.set(name, new OptionValues(effectiveRows(listenerRows, `listeners.${name}.`, assigned)));
  }
  const warnings = readings.flatMap((reading) => reading.warnings);
  return new Settings(effectiveRows(brokerRows, '', assigned), listeners, ports, warnings);
}

/** The values of a listener that nobody configured, except for those given. */
export function defaultListenerValues(name: string, given: Readonly<Record<string, OptionValue>>): OptionValues {
  const assigned = new Map<string, Assignment>();
  for (const row of listenerRows) {
    const path = `listeners.${name}.${row.name}`;
    const value = Object.hasOwn(given, row.name) ? given[row.name] : undefined;
    if (value !== undefined) assigned.set(path, { row, listener: name, path, value, origin: defaultOrigin });
  }
  return new OptionValues(effectiveRows(listenerRows, `listeners.${name}.`, assigned));
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
