/**
 * `hoopoe.yaml` as a JSON Schema, so that editors complete names, show what an option decides and mark what the broker
 * would refuse. Made from the option rows. What two options say of each other no schema knows: `config check` does.
 */

import type { OptionRow, OptionType } from '../ports/option.ts';
import { brokerRows, entryNamePattern } from './catalog.ts';
import { collections } from './collections.ts';
import { allowedText, booleanWords, valueText } from './value.ts';

/** A JSON Schema of draft 7, which the editors know. */
export type Schema = { readonly [keyword: string]: unknown };

/** Options and what lies below them, by the names between the dots. */
interface Branch {
  /** With `NAME` for a name of the operator's choice; empty for the whole file. */
  readonly path: string;
  readonly below: Map<string, Branch>;
  row?: OptionRow;
  /** What may be written for a name of the operator's choice. */
  entry?: Branch;
  /** What it is, where it is a section. */
  description?: string;
}

const NO_CONTROL = '^[^\\u0000-\\u001f\\u007f]*$';
/** As `parseSize` and `parseDuration` read them; the bounds of what they give are not known here. */
const SIZE = '^\\d{1,16}(?:\\.\\d{1,6})? ?(?:[KkMmGg](?:[Ii]?[Bb])?|[Bb])?$';
const DURATION = '^(?:\\d{1,15}(?:\\.\\d{1,3})?|(?:\\d{1,12}(?:ms|[smhd]))+)$';

/** The schema of the whole file. */
export function configurationSchema(): Schema {
  const root: Branch = { path: '', below: new Map() };
  for (const row of brokerRows) place(root, row);
  for (const { name, entry, rows } of collections) {
    const one: Branch = {
      path: `${name}.NAME`,
      below: new Map(),
      description: `One ${entry}, under a name of your choice.`,
    };
    for (const row of rows) place(one, row);
    const description = `Each ${entry} under a name of its own.`;
    root.below.set(name, { path: name, below: new Map(), entry: one, description });
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'hoopoe.yaml',
    description: 'Configuration of the MQTT broker Hoopoe.',
    ...sectionSchema(root),
    definitions: Object.fromEntries([...branchesBelow(root)].map((branch) => [branch.path, schemaOf(branch)])),
  };
}

/** The same as the text that is shipped and printed. */
export function schemaText(): string {
  return `${JSON.stringify(configurationSchema(), undefined, 1)}\n`;
}

function* branchesBelow({ below, entry }: Branch): Generator<Branch> {
  for (const branch of entry === undefined ? below.values() : [...below.values(), entry]) {
    yield branch;
    yield* branchesBelow(branch);
  }
}

function place(root: Branch, row: OptionRow): void {
  let here = root;
  for (const word of row.name.split('.')) {
    const path = here.path === '' ? word : `${here.path}.${word}`;
    const next = here.below.get(word) ?? { path, below: new Map() };
    here.below.set(word, next);
    here = next;
  }
  here.row = row;
}

function schemaOf(branch: Branch): Schema {
  return branch.row === undefined ? sectionSchema(branch) : optionSchema(branch.row);
}

/** Each stands in one place, because a deep option can be reached in many ways. */
function reference({ path }: Branch): Schema {
  return { $ref: `#/definitions/${path}` };
}

/** A section may be empty, and what lies deeper may be written with dots: `limits.packet_bytes_max: 1MB`. */
function sectionSchema(branch: Branch): Schema {
  const properties = Object.fromEntries([...branch.below].map(([name, below]) => [name, reference(below)]));
  const dotted = [...dottedBelow(branch, '')].map(([pattern, below]) => [`^${pattern}$`, reference(below)]);
  const patternProperties = Object.fromEntries(dotted);
  return {
    ...(branch.description !== undefined && { description: branch.description }),
    type: ['object', 'null'],
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(dotted.length > 0 && { patternProperties }),
    additionalProperties: false,
  };
}

/** What is reached by more than one word, or by a name of the operator's choice, as regular expressions. */
function* dottedBelow(branch: Branch, prefix: string): Generator<[string, Branch]> {
  const next: (readonly [string, Branch])[] = [...branch.below];
  if (branch.entry !== undefined) next.push([entryNamePattern, branch.entry]);
  for (const [name, below] of next) {
    const pattern = prefix === '' ? name : `${prefix}\\.${name}`;
    if (prefix !== '' || below === branch.entry) yield [pattern, below];
    yield* dottedBelow(below, pattern);
  }
}

function optionSchema(row: OptionRow): Schema {
  const { type, sentence, unset, zero } = row;
  const without = row.default === undefined ? (unset ?? 'nothing') : valueText(type, row.default) || '""';
  const notes = [
    sentence,
    `Allowed: ${allowedText(type)}.`,
    ...(zero === undefined ? [] : [`0: ${zero}.`]),
    `Without it: ${without}.`,
  ];
  return {
    description: notes.join('\n'),
    ...(row.default !== undefined && type.kind !== 'secret' && { default: row.default }),
    ...typeSchema(type),
  };
}

/** Numbers may stand in quotes; texts may look like numbers. */
function typeSchema(type: OptionType): Schema {
  switch (type.kind) {
    case 'boolean':
      return { anyOf: [{ type: 'boolean' }, anyCase([...booleanWords.keys()])] };
    case 'integer':
      return { anyOf: [bounded('integer', type), { type: 'string', pattern: '^-?\\d{1,16}$' }] };
    case 'size':
      return { anyOf: [bounded('integer', type), { type: 'string', pattern: SIZE }] };
    case 'duration':
      return {
        anyOf: [
          bounded('number', type),
          { type: 'string', pattern: DURATION },
          ...(type.unlimited === undefined ? [] : [{ const: 'unlimited' }]),
        ],
      };
    case 'string':
      return { type: ['string', 'number', 'boolean'], pattern: NO_CONTROL };
    case 'path':
      return { type: ['string', 'number', 'boolean'], pattern: NO_CONTROL, minLength: 1 };
    case 'secret':
      return { type: ['string', 'number', 'boolean'], minLength: 1 };
    case 'one-of':
      return wordSchema(type.values);
    case 'list':
      return listSchema();
  }
}

function bounded(name: 'integer' | 'number', { min, max }: { readonly min: number; readonly max: number }): Schema {
  return { type: name, minimum: min, maximum: max };
}

/** The words first, so that they are what an editor offers. */
function wordSchema(values: readonly string[]): Schema {
  const numbers = values.filter((value) => /^\d+(\.\d+)?$/.test(value)).map(Number);
  const meant = [...booleanWords].filter(([, value]) => values.includes(String(value)));
  const truths = [true, 1, false, 0].filter((value) => values.includes(String(Boolean(value))));
  return {
    anyOf: [{ enum: [...values, ...numbers, ...truths] }, anyCase([...values, ...meant.map(([word]) => word)])],
  };
}

function listSchema(): Schema {
  const item = { type: ['string', 'number', 'boolean'], pattern: NO_CONTROL };
  const entry = { ...item, minLength: 1 };
  return {
    anyOf: [
      { type: 'array', items: entry },
      // Separated by commas; or NAME=VALUE written as a map.
      item,
      { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null', 'array'] } },
    ],
  };
}

/** One of these words, in capitals or not; a schema's regular expressions have no flag for that. */
function anyCase(words: readonly string[]): Schema {
  const either = (letter: string): string => {
    const [low, high] = [letter.toLowerCase(), letter.toUpperCase()];
    return low === high ? letter.replace(/[^\w-]/g, '\\$&') : `[${low}${high}]`;
  };
  return { type: 'string', pattern: `^(?:${words.map((word) => [...word].map(either).join('')).join('|')})$` };
}
