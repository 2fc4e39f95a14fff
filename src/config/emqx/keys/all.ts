/** All keys, and the way from a written key to its row. */

import { nearest } from '../../nearest.ts';
import type { KeyRow } from '../key-row.ts';
import { wordsOfKey } from '../lines.ts';
import { accessKeys } from './access.ts';
import { bridgeKeys } from './bridges.ts';
import { brokerKeys } from './broker.ts';
import { formerRows } from './former.ts';
import { listenerKeys } from './listeners.ts';
import { nodeKeys } from './node.ts';
import { protocolRows } from './protocol.ts';
import { webhookKeys } from './webhook.ts';

export const keyRows: readonly KeyRow[] = [
  ...protocolRows,
  ...listenerKeys,
  ...accessKeys,
  ...brokerKeys,
  ...bridgeKeys,
  ...nodeKeys,
  ...webhookKeys,
  ...formerRows,
];

/** A row, and what its `$names` and `a|b` are in one key. */
export interface FoundKey {
  readonly row: KeyRow;
  /** Of `$name`, by the name. */
  readonly captures: ReadonlyMap<string, string>;
}

interface Pattern {
  readonly row: KeyRow;
  readonly words: readonly string[];
  /** The more words are plain, the better the row fits: `headers.content_type` before `headers.$name`. */
  readonly plainWords: number;
}

const patterns: readonly Pattern[] = keyRows
  .map((row) => {
    const words = row.key.split('.');
    return { row, words, plainWords: words.filter((word) => !word.startsWith('$') && word !== '**').length };
  })
  .sort((one, other) => other.plainWords - one.plainWords);

const byFirstWord = new Map<string, Pattern[]>();
for (const pattern of patterns) {
  for (const word of (pattern.words[0] ?? '').split('|')) {
    byFirstWord.set(word, [...(byFirstWord.get(word) ?? []), pattern]);
  }
}

/** The row of a key, or undefined. */
export function findKey(key: string): FoundKey | undefined {
  const words = wordsOfKey(key);
  for (const pattern of byFirstWord.get(words[0] ?? '') ?? []) {
    const captures = capturesOf(pattern.words, words);
    if (captures !== undefined) return { row: pattern.row, captures };
  }
  return undefined;
}

function capturesOf(pattern: readonly string[], words: readonly string[]): Map<string, string> | undefined {
  const open = pattern.at(-1) === '**';
  if (open ? words.length < pattern.length : words.length !== pattern.length) return undefined;
  const captures = new Map<string, string>();
  for (const [index, part] of pattern.entries()) {
    const word = words[index] ?? '';
    if (part === '**') return captures;
    if (part.startsWith('$')) captures.set(part.slice(1), word);
    else if (part !== word && !part.split('|').includes(word)) return undefined;
  }
  return captures;
}

/** The known key that is nearest to one that is not, with the operator's own names in it. */
export function nearestKey(key: string): string | undefined {
  const words = wordsOfKey(key);
  const candidates = new Set<string>();
  // A key begins with one of some thirty words: what begins otherwise is a mistake in that word, or no key at all.
  const first = byFirstWord.has(words[0] ?? '') ? words[0] : nearest(words[0] ?? '', byFirstWord.keys());
  for (const { words: pattern } of byFirstWord.get(first ?? '') ?? []) {
    if (pattern.at(-1) === '**' || Math.abs(pattern.length - words.length) > 1) continue;
    for (const candidate of spelledLike(pattern, words)) candidates.add(candidate);
  }
  return nearest(key, candidates);
}

/** The pattern with the words of a key where it takes any. */
function spelledLike(pattern: readonly string[], words: readonly string[]): string[] {
  let spelled: string[] = [''];
  for (const [index, part] of pattern.entries()) {
    const own = words[index] ?? '';
    const choices = part.startsWith('$') ? [own === '' ? 'NAME' : own] : part.split('|');
    const fitting = choices.includes(own) ? [own] : choices;
    spelled = spelled.flatMap((before) => fitting.map((word) => (before === '' ? word : `${before}.${word}`)));
    if (spelled.length > 64) return [];
  }
  return spelled;
}
