/** Lists as columns of text for a terminal. What clients have chosen cannot move the cursor or begin a line. */

import type { Json } from './api-client.ts';

const CELL_CHARACTERS_MAX = 60;

/** @param columns titles with the names of the fields they show */
export function table(items: readonly Json[], columns: Readonly<Record<string, string>>): string {
  if (items.length === 0) return 'none\n';
  const titles = Object.keys(columns);
  const rows = items.map((item) =>
    Object.values(columns).map((name) => cellText((item as { [name: string]: Json })[name])),
  );
  const widths = titles.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  return [titles, ...rows]
    .map((row) => `${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
    .concat('\n');
}

/** One value on one line. */
function cellText(value: Json | undefined): string {
  if (value === undefined || value === null) return '-';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const shown = text.length > CELL_CHARACTERS_MAX ? `${text.slice(0, CELL_CHARACTERS_MAX - 1)}…` : text;
  return printable(shown);
}

/** Control characters become escapes. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** The fields of one thing, one on a line. */
export function fields(item: Json): string {
  const entries = Object.entries(item as { [name: string]: Json });
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries
    .map(
      ([name, value]) =>
        `${name.padEnd(width)}  ${printable(typeof value === 'string' ? value : JSON.stringify(value))}\n`,
    )
    .join('');
}
