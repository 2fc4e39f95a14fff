/**
 * The figures in the documents. Those of one whole run of the comparison and of one of the series are kept in
 * docs/performance/; docs/performance.md and the tables of both READMEs are made of them and of nothing else. Between
 * `<!-- bench:NAME -->` and `<!-- /bench -->` everything is replaced.
 *
 * `node bench/documents.mjs` writes the documents again from what is kept.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROKERS } from './brokers/index.mjs';
import { readmeSection } from './readme-section.mjs';
import { scalingTables } from './scaling.mjs';
import { SCENARIOS } from './scenarios/index.mjs';
import { capacityTable, makeTables, toMarkdown } from './tables.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const KEPT = join(ROOT, 'docs/performance');
const GUIDE = 'docs/performance.md';
const READMES = /** @type {const} */ ([
  ['README.md', 'en'],
  ['README.zh-CN.md', 'zh'],
]);

/**
 * @typedef {object} Figures of one run
 * @property {string} date ISO 8601, UTC
 * @property {import('./machine.mjs').Machine} machine
 * @property {string[]} description lines
 * @property {Record<string, string>} versions by the broker's name
 * @property {import('./summary.mjs').Summary[]} summaries
 */

/** @param {'comparison' | 'scaling'} name @param {Figures} figures */
export function keepFigures(name, figures) {
  mkdirSync(KEPT, { recursive: true });
  writeFileSync(join(KEPT, `${name}.json`), `${JSON.stringify(figures, undefined, 1)}\n`);
}

/** @param {'comparison' | 'scaling'} name @returns {Figures | undefined} */
function keptFigures(name) {
  const file = join(KEPT, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * @public for the test that compares them
 * @param {(name: 'comparison' | 'scaling') => Figures | undefined} [figuresOf] what was measured; what is kept unless given
 * @returns {Map<string, string>} what each document should say, by its path below the project
 */
export function documents(figuresOf = keptFigures) {
  const texts = new Map([GUIDE, ...READMES.map(([name]) => name)].map((name) => [name, read(name)]));
  /** @param {string} document @param {string} section @param {string} body */
  const put = (document, section, body) => {
    texts.set(document, replaceSection(texts.get(document) ?? '', { document, section, body }));
  };
  const comparison = figuresOf('comparison');
  if (comparison !== undefined) {
    for (const [section, body] of comparisonSections(comparison)) put(GUIDE, section, body);
    for (const [name, language] of READMES) put(name, 'cost', readmeSection(comparison, language));
  }
  const scaling = figuresOf('scaling');
  if (scaling !== undefined) put(GUIDE, 'growth', scalingSection(scaling));
  return texts;
}

/** @returns {string[]} the documents that changed */
export function writeDocuments() {
  const changed = [...documents()].filter(([name, text]) => read(name) !== text);
  for (const [name, text] of changed) writeFileSync(join(ROOT, name), text);
  return changed.map(([name]) => name);
}

/** @param {string} name @returns {string} */
function read(name) {
  return readFileSync(join(ROOT, name), 'utf8');
}

/**
 * @public for its test
 * @param {string} text @param {{ document: string, section: string, body: string }} change
 * @returns {string}
 */
export function replaceSection(text, { document, section, body }) {
  const begin = `<!-- bench:${section} -->\n`;
  const from = text.indexOf(begin);
  const to = text.indexOf('<!-- /bench -->', from);
  if (from < 0 || to < 0) throw new Error(`${document} has no section ${begin.trim()} … <!-- /bench -->.`);
  return `${text.slice(0, from + begin.length)}\n${body}\n\n${text.slice(to)}`;
}

/** @param {Figures} figures @returns {Array<[string, string]>} */
function comparisonSections({ date, description, summaries, versions }) {
  const brokers = BROKERS.filter(({ name }) => name in versions);
  const label = (/** @type {import('./scenarios/row.mjs').Scenario} */ { name, title }) => `\`${name}\` ${title}`;
  // What the generator costs stands in the table of throughput as its share.
  const { generator: _, ...tables } = makeTables({ scenarios: SCENARIOS, brokers, summaries, label });
  return [
    ['machine', [`Measured on ${date.slice(0, 10)}.`, ...description].join('\n')],
    ['capacity', toMarkdown(capacityTable({ scenarios: SCENARIOS, brokers, summaries, label }), '')],
    ...Object.entries(tables).map(
      ([section, table]) => /** @type {[string, string]} */ ([section, toMarkdown(table, '')]),
    ),
  ];
}

/** @param {Figures} figures @returns {string} */
function scalingSection({ date, description, summaries, versions }) {
  const brokers = BROKERS.filter(({ name }) => name in versions);
  const tables = scalingTables(brokers, summaries).map((table) => toMarkdown(table, '###'));
  return [[`Measured on ${date.slice(0, 10)}.`, ...description].join('\n'), ...tables].join('\n\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const changed = writeDocuments();
  console.log(changed.length === 0 ? 'The documents say what was measured.' : `Written: ${changed.join(', ')}`);
}
