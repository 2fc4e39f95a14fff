import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { keyRows } from '../../src/config/emqx/keys/all.ts';
import { renderKeysMarkdown } from '../../src/config/emqx/keys-markdown.ts';

const document = readFileSync(new URL('../../docs/emqx-keys.md', import.meta.url), 'utf8');

it('docs/emqx-keys.md is made from the rows', () => {
  expect(document, 'run: npm run build && node tools/docs.mjs').toBe(renderKeysMarkdown());
});

it('docs/emqx-keys.md has a line for each key, with its default and why it has no effect', () => {
  for (const { key, absent, unused } of keyRows) {
    const line = document.split('\n').find((one) => one.startsWith(`| \`${key.replaceAll('|', '\\|')}\` |`));
    expect(line, key).toBeDefined();
    if (absent !== undefined) expect(line).toContain(absent.replaceAll('|', '\\|'));
    if (unused !== undefined) expect(line).toContain(unused);
  }
});
