/**
 * Writes docs/configuration.md from the option rows of the built program; with --check it only fails when the document
 * is not up to date. Build first.
 */

import './node-version.mjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './process.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const file = join(root, 'docs', 'configuration.md');
const { renderConfigurationMarkdown } = await import(new URL('../dist/config/markdown.js', import.meta.url).href);
const text = renderConfigurationMarkdown();

if (!values.check) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/configuration.md is not what the option rows say; run: npm run build && node tools/docs.mjs');
  process.exit(1);
}
