/**
 * The values of a kind's rows without any configuration: defaults, and what a test gives. Says the same as the real
 * reader about a name that no row has and about a value of another type, so that a test cannot pass by a typing mistake.
 */

import { readValue } from '../../src/config/value.ts';
import type { OptionReader, OptionRow, OptionValue } from '../../src/ports/option.ts';

/**
 * @param prefix what is taken off the rows' names: `postgresql.`, with or without the dot
 * @param values by the name that the source asks for (`server`); the whole name (`postgresql.server`) does as well
 * @throws TypeError for a name that no row has and for a value that its row does not allow
 */
export function optionReader(
  rows: readonly OptionRow[],
  prefix: string,
  values: Readonly<Record<string, OptionValue>> = {},
): OptionReader {
  const head = prefix === '' || prefix.endsWith('.') ? prefix : `${prefix}.`;
  const all = new Map<string, OptionValue | undefined>();
  for (const row of rows) if (row.name.startsWith(head)) all.set(row.name.slice(head.length), row.default);
  for (const [written, given] of Object.entries(values)) {
    const name = written.startsWith(head) ? written.slice(head.length) : written;
    const row = rows.find((one) => one.name === head + name);
    if (row === undefined) throw new TypeError(`no option row is named ${head}${name}`);
    const reading = readValue(row.type, given, '/');
    if ('problem' in reading) throw new TypeError(`${head}${name}: ${reading.problem}`);
    all.set(name, reading.value);
  }
  const optional = (name: string, type: string): OptionValue | undefined => {
    if (!all.has(name)) throw new TypeError(`no option row is named ${head}${name}`);
    const value = all.get(name);
    if (value !== undefined && typeof value !== type) throw new TypeError(`option ${name} is no ${type}`);
    return value;
  };
  const required = (name: string, type: string): OptionValue => {
    const value = optional(name, type);
    if (value === undefined) throw new TypeError(`option ${name} has no default and nobody set it`);
    return value;
  };
  return {
    boolean: (name) => required(name, 'boolean') as boolean,
    number: (name) => required(name, 'number') as number,
    text: (name) => required(name, 'string') as string,
    list: (name) => required(name, 'object') as readonly string[],
    optionalBoolean: (name) => optional(name, 'boolean') as boolean | undefined,
    optionalNumber: (name) => optional(name, 'number') as number | undefined,
    optionalText: (name) => optional(name, 'string') as string | undefined,
  };
}
