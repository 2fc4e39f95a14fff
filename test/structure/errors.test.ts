import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root, shippedFiles } from './source-tree.ts';

/** Codes in the first column of a table. */
function documentedCodes(): string[] {
  const text = readFileSync(`${root}/docs/errors.md`, 'utf8');
  const cells = text.split('\n').flatMap((line) => /^\| (`[^|]*`) \|/.exec(line)?.[1] ?? []);
  return cells.flatMap((cell) => [...cell.matchAll(/`([A-Z0-9_]+)`/g)].map((match) => match[1] ?? ''));
}

const files = shippedFiles.filter(({ path }) => path.startsWith('src/') && !path.endsWith('.test.ts'));
const literals = new Set(
  files.flatMap(({ text }) => [...text.matchAll(/'([A-Z][A-Z0-9_]+)'/g)].map((match) => match[1]!)),
);

/** Codes that are written as they are: handed to an error, or in a table of a kind of errors. */
function writtenCodes(documented: readonly string[]): Set<string> {
  const written = new Set<string>();
  for (const { text } of files) {
    for (const match of text.matchAll(/\bBackendError\(\s*'([A-Z0-9_]+)'/g)) written.add(match[1]!);
  }
  const areas = new Set([...documented, ...written].map((code) => code.slice(0, code.indexOf('_') + 1)));
  const families = new Set(prefixes());
  for (const literal of literals) {
    const area = literal.slice(0, literal.indexOf('_') + 1);
    if (areas.has(area) && !families.has(area.slice(0, -1))) written.add(literal);
  }
  // What a bridge says of itself is no error.
  written.delete('BRIDGE_VERDICT');
  return written;
}

/** Beginnings of codes that are put together: `codePrefix: 'REDIS'`. */
function prefixes(): string[] {
  return files.flatMap(({ text }) => [...text.matchAll(/\bcodePrefix: '([A-Z0-9]+)'/g)].map((match) => match[1]!));
}

/** The kinds of trouble of a type such as `FailureKind`, with those of the types that it names. */
function kindsOf(type: string): string[] {
  for (const { text } of files) {
    const members = new RegExp(`export type ${type} =([^;]+);`).exec(text)?.[1];
    if (members === undefined) continue;
    const others = [...members.matchAll(/\|\s*([A-Z][A-Za-z]+)/g)].flatMap((match) => kindsOf(match[1]!));
    return [...[...members.matchAll(/'([A-Z0-9_]+)'/g)].map((match) => match[1]!), ...others];
  }
  return [];
}

const families: readonly (readonly [prefix: string, type: string])[] = [
  ['POSTGRESQL', 'FailureKind'],
  ['MYSQL', 'FailureKind'],
  ['REDIS', 'RedisFailureKind'],
  ['HTTP', 'HttpFailureKind'],
  ['JWT', 'JwtFailureKind'],
];

describe('docs/errors.md', () => {
  const documented = documentedCodes();

  it('names each code once', () => {
    expect(documented.length).toBeGreaterThan(50);
    expect(documented.filter((code, index) => documented.indexOf(code) !== index)).toEqual([]);
  });

  it('names every code that is thrown', () => {
    const put = families.flatMap(([prefix, type]) => kindsOf(type).map((kind) => `${prefix}_${kind}`));
    expect(put.length).toBeGreaterThan(50);
    const missing = [...writtenCodes(documented), ...put].filter((code) => !documented.includes(code));
    expect(missing).toEqual([]);
  });

  it('knows all beginnings of codes that are put together', () => {
    const known = families.map(([prefix]) => prefix);
    expect(prefixes().filter((prefix) => !known.includes(prefix))).toEqual([]);
  });

  it('names no code that nobody throws', () => {
    const put = new Set(families.flatMap(([prefix, type]) => kindsOf(type).map((kind) => `${prefix}_${kind}`)));
    const unknown = documented.filter((code) => {
      // Refusals of another broker are put together from its answer.
      const isRefusal = code.startsWith('BRIDGE_REFUSED_') && literals.has(code.slice('BRIDGE_REFUSED_'.length));
      return !literals.has(code) && !put.has(code) && !isRefusal;
    });
    expect(unknown).toEqual([]);
  });
});
