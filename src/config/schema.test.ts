/** The schema for editors and the reader of `hoopoe.yaml` agree on every option. */

import { readFileSync } from 'node:fs';
import AjvCompiler from '@fastify/ajv-compiler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { OptionRow, OptionType } from '../ports/option.ts';
import { brokerRows } from './catalog.ts';
import { collections } from './collections.ts';
import { readYaml } from './native-yaml.ts';
import { configurationSchema } from './schema.ts';
import { valueText } from './value.ts';

const schema = configurationSchema();
type Validate = (data: unknown) => boolean;
const compile = (AjvCompiler() as unknown as (shared: object, options: object) => (route: object) => Validate)(
  {},
  { customOptions: { strict: false, coerceTypes: false, removeAdditional: false, useDefaults: false } },
);
const validate = compile({ schema });

const rows: readonly { row: OptionRow; path: string }[] = [
  ...brokerRows.map((row) => ({ row, path: row.name })),
  ...collections.flatMap(({ name, rows }) => rows.map((row) => ({ row, path: `${name}.one.${row.name}` }))),
];

/** The same option as sections, with dots, and half and half. */
function writings(path: string, value: string): string[] {
  const words = path.split('.');
  const nested = words.map((word, depth) => `${'  '.repeat(depth)}${word}:`).join('\n');
  const half = words.length < 2 ? [] : [`${words[0]}:\n  ${words.slice(1).join('.')}: ${value}\n`];
  return [`${nested} ${value}\n`, `${path}: ${value}\n`, ...half];
}

const isRead = (text: string): boolean => readYaml(text, 'hoopoe.yaml').problems.length === 0;
const isValid = (text: string): boolean => validate(parse(text));

/** Texts that a rule of the row's own may still refuse; of these no schema can know. */
function hasRule(type: OptionType): boolean {
  return (type.kind === 'string' || type.kind === 'list') && type.rule !== undefined;
}

/** What people write, right or wrong, as YAML. */
function candidates(type: OptionType): string[] {
  const numbers = 'min' in type ? [type.min, type.max, type.min - 1, type.max + 1, type.min + 0.5] : [];
  const words = 'values' in type ? type.values.flatMap((word) => [word, word.toUpperCase(), `x${word}`]) : [];
  const usual = ['true', 'On', 'no', 'FALSE', '0', '1', '-1', '3.25', '12345', '"7"', 'a b', 'x\u00e9', '', '""', '~'];
  const units = ['5kb', '"1.5 MB"', '10GiB', '3x', '90s', '1h30m', '500ms', 'unlimited', 'never', '1e3'];
  const shapes = ['[]', '[a, b]', '[a, ~]', '[[a]]', '{a: b}', '"a,b"', '"a\\u0007b"'];
  return [...numbers.map(String), ...words, ...usual, ...units, ...shapes];
}

describe('the schema', () => {
  it('knows every option under every way to write it, and no other name', () => {
    for (const { path } of rows) {
      const { type, default: value } = rows.find((each) => each.path === path)!.row;
      if (value === undefined || value === '' || typeof value === 'object' || type.kind === 'secret') continue;
      // A text such as ":" means something else to YAML without quotes.
      const shown = type.kind === 'string' ? JSON.stringify(value) : valueText(type, value);
      for (const text of writings(path, shown)) {
        expect([isRead(text), isValid(text)], text).toEqual([true, true]);
      }
      const [wrong = ''] = writings(`${path}x`, shown);
      expect([isRead(wrong), isValid(wrong)], wrong).toEqual([false, false]);
    }
  });

  it('takes the values that the reader takes', () => {
    const differing: object[] = [];
    const oneOfEachType = new Map(rows.map((each) => [JSON.stringify([each.row.type, hasRule(each.row.type)]), each]));
    for (const { row, path } of oneOfEachType.values()) {
      // The whole schema has thousands of names to look at; those are for the test above.
      const definitions = schema['definitions'] as Record<string, object>;
      const validateOne = compile({ schema: definitions[path.replace('.one.', '.NAME.')]! });
      for (const value of candidates(row.type)) {
        const [text = ''] = writings(path, value);
        const [read, valid] = [isRead(text), validateOne(parse(value))];
        // In quotes or with a unit a number may be out of bounds, and a text may break a rule: there the reader knows more.
        const isBeyond = hasRule(row.type) || /^"?[\d.]+ ?[a-z"]/i.test(value);
        if (isBeyond ? read && !valid : read !== valid) differing.push({ path, value, read, valid });
      }
    }
    expect(differing.slice(0, 20)).toEqual([]);
  });

  it('takes the names that the reader takes for entries', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,34}$/);
    fc.assert(
      fc.property(name, (entry) => {
        const text = `listeners:\n  "${entry}":\n    port: 1883\n`;
        expect(isValid(text), text).toBe(isRead(text));
      }),
    );
  });

  it('is shipped as it is, for the examples too', () => {
    const folder = new URL('../../packaging/', import.meta.url);
    const shipped = readFileSync(new URL('hoopoe.schema.json', folder), 'utf8');
    expect(JSON.parse(shipped), 'run: npm run build && node tools/docs.mjs').toEqual(
      JSON.parse(JSON.stringify(schema)),
    );
    const example = readFileSync(new URL('hoopoe.yaml', folder), 'utf8');
    expect(isValid(example)).toBe(true);
    expect(example).toMatch(/^# yaml-language-server: \$schema=hoopoe\.schema\.json$/m);
  });
});
