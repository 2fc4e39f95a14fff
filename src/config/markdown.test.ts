import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { brokerRows, listenerRows } from './catalog.ts';
import { renderConfigurationMarkdown } from './markdown.ts';

const text = renderConfigurationMarkdown();

it('documents every option once', () => {
  for (const { name, sentence } of [...brokerRows, ...listenerRows]) {
    expect(text.split(sentence.replaceAll('|', '\\|')), name).toHaveLength(2);
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
