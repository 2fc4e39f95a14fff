import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { brokerRows, variableName } from './catalog.ts';
import { collections } from './collections.ts';
import { renderConfigurationMarkdown } from './markdown.ts';

const text = renderConfigurationMarkdown();

it('documents every option once', () => {
  const ofEntries = collections.flatMap(({ name, rows }) =>
    rows.map((row) => ({ row, path: `${name}.<NAME>.${row.name}` })),
  );
  for (const { row, path } of [...brokerRows.map((row) => ({ row, path: row.name })), ...ofEntries]) {
    const cells = `| \`${row.name}\`<br>\`${variableName(path)}\` |`;
    expect(text.split(cells), path).toHaveLength(2);
    expect(text, path).toContain(row.sentence.replaceAll('|', '\\|'));
  }
});

it('makes tables whose rows all have the same columns', () => {
  for (const line of text.split('\n').filter((each) => each.startsWith('|'))) {
    expect(line.replaceAll('\\|', '').split('|'), line).toHaveLength(8);
  }
});

it('is what docs/configuration.md holds', () => {
  const document = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  expect(document, 'run: npm run build && node tools/docs.mjs').toBe(text);
});
