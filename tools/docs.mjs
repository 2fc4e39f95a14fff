/**
 * Writes docs/configuration.md, docs/emqx-keys.md and packaging/hoopoe.schema.json from the rows; with --check it only fails when one of
 * them is not up to date.
 */

import './node-version.mjs';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { importSource } from './bundle.mjs';
import { root } from './process.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const { renderConfigurationMarkdown } = await importSource('config/markdown.ts');
const { renderKeysMarkdown } = await importSource('config/emqx/keys-markdown.ts');
const { schemaText } = await importSource('config/schema.ts');

for (const [file, text] of [
  ['docs/configuration.md', renderConfigurationMarkdown()],
  ['docs/emqx-keys.md', renderKeysMarkdown()],
  ['packaging/hoopoe.schema.json', schemaText()],
]) {
  const path = join(root, file);
  if (!values.check) {
    writeFileSync(path, text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`${file} is not what the option rows say; run: node tools/docs.mjs`);
    process.exitCode = 1;
  }
}
