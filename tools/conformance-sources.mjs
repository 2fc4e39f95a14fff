/**
 * Finds what sources say about normative statements: which tests name them, which comments declare a deviation, and
 * every other mention. It reads text and syntax trees only and runs nothing, and it does not know which ids exist.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { root } from './process.mjs';

const idPattern = /MQTT-\d+\.\d+\.\d+-\d+(?:@\d+(?:\.\d+)*)?/g;

/** Modifiers of a test call under which it proves nothing. */
const unproven = ['skip', 'todo', 'fails'];

function filesIn(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return filesIn(path);
    return /\.(ts|mts|cts|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}

function walk(node, visit, ancestors = []) {
  visit(node, ancestors);
  ancestors.push(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string' && typeof child.start === 'number') walk(child, visit, ancestors);
    }
  }
  ancestors.pop();
}

/** `it.skip.each(rows)` → ['it', 'skip', 'each']; empty when the call is no test. */
function testChain(node) {
  if (node === undefined || node === null) return [];
  if (node.type === 'Identifier') return ['it', 'test', 'describe', 'suite'].includes(node.name) ? [node.name] : [];
  const before = testChain(node.callee ?? node.tag ?? node.object);
  return before.length > 0 && node.property?.name !== undefined ? [...before, node.property.name] : before;
}

/** The text of a string or template; what is only known when the test runs stands in braces. */
function textOf(node, source) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type !== 'TemplateLiteral') return undefined;
  return node.quasis
    .map(({ value }, index) => {
      const expression = node.expressions[index];
      return expression === undefined
        ? value.cooked
        : `${value.cooked}{${source.slice(expression.start, expression.end)}}`;
    })
    .join('');
}

/** Ids inside square brackets. */
function bracketedIds(text) {
  return (text.match(/\[[^\]]*\]/g) ?? []).flatMap((part) => part.match(idPattern) ?? []);
}

/**
 * Titles are the first argument of `it`, `test` and `describe`, and, for rows of tables, every string that begins with
 * a bracketed id.
 */
function collectTitles(path, source, program, lineAt) {
  const titles = [];
  walk(program, (node, ancestors) => {
    const text = textOf(node, source);
    if (text === undefined) return;
    const parent = ancestors.at(-1);
    const isTitle = parent?.type === 'CallExpression' && parent.arguments[0] === node && testChain(parent).length > 0;
    if (!isTitle && !text.startsWith('[MQTT-')) return;
    const ids = bracketedIds(text);
    const isUnproven = ancestors.some((ancestor) => {
      const chain = ancestor.type === 'CallExpression' ? testChain(ancestor) : [];
      return chain.some((name) => unproven.includes(name));
    });
    if (ids.length > 0 && !isUnproven) titles.push({ path, line: lineAt(node.start), title: text, ids });
  });
  return titles;
}

/** Line comments that follow each other are one; the markers at the beginning of lines are taken away. */
function commentTexts(comments, lineAt) {
  const texts = [];
  for (const { type, value, start, end } of comments) {
    const [line, lastLine] = [lineAt(start), lineAt(end)];
    const text = type === 'Block' ? value.replaceAll(/^\s*\*+ ?/gm, '') : value;
    const previous = texts.at(-1);
    if (type === 'Line' && previous?.type === 'Line' && previous.lastLine === line - 1) {
      previous.text += `\n${text}`;
      previous.lastLine = lastLine;
    } else texts.push({ type, text, line, lastLine });
  }
  return texts;
}

/** `Deviates from [MQTT-…]: reason`, where the reason runs to the end of the paragraph. */
function collectDeviations(path, comments, lineAt) {
  const deviations = [];
  for (const { text, line } of commentTexts(comments, lineAt)) {
    for (const paragraph of text.split(/\n\s*\n/)) {
      const flat = paragraph.replaceAll(/\s+/g, ' ').trim();
      for (const match of flat.matchAll(/Deviates from (\[[^\]]*\]):? ?(.*?)(?=Deviates from \[|$)/g)) {
        deviations.push({ path, line, ids: bracketedIds(match[1]), reason: match[2].trim() });
      }
    }
  }
  return deviations;
}

const isTestFile = (path) => path.endsWith('.test.ts') || path.startsWith('test/') || path.startsWith('src/testing/');

/** Everything that the sources say, in the order of paths and lines. */
export function readSources() {
  const found = { titles: [], deviations: [], mentions: [] };
  const present = readdirSync(root);
  const paths = ['src', 'test', 'bench', 'examples'].filter((folder) => present.includes(folder)).flatMap(filesIn);
  for (const path of paths.sort()) {
    const source = readFileSync(join(root, path), 'utf8');
    const lineAt = (offset) => source.slice(0, offset).split('\n').length;
    for (const match of source.matchAll(idPattern)) {
      found.mentions.push({ path, line: lineAt(match.index), id: match[0] });
    }
    if (found.mentions.at(-1)?.path !== path) continue;
    const { program, comments } = parseSync(path, source);
    if (isTestFile(path)) found.titles.push(...collectTitles(path, source, program, lineAt));
    else found.deviations.push(...collectDeviations(path, comments, lineAt));
  }
  return found;
}
