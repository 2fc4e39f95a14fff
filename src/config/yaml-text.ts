/** Options as the text of `hoopoe.yaml`, each line with a remark that says where it comes from. */

import type { OptionType, OptionValue } from '../ports/option.ts';
import type { Assignment } from './reading.ts';
import { valueText } from './value.ts';

/** What became of a configuration in another language. */
export interface Converted {
  readonly yaml: string;
  /** One sentence for each option that does nothing here. */
  readonly withoutCounterpart: readonly string[];
}

/** A line of YAML, or what stands below a name. */
type Tree = Map<string, Tree | Leaf>;

interface Leaf {
  readonly value: string;
  readonly remark: string;
}

/** Gathers options and writes those whose value is not the default anyway. */
export class YamlText {
  readonly #tree: Tree = new Map();

  /** @param remark stands behind the value; empty for none */
  add(assignment: Assignment, remark: string): void {
    if (isDefault(assignment)) return;
    const { row, value, path } = assignment;
    place(this.#tree, path.split('.'), { value: scalar(row.type, value), remark });
  }

  get text(): string {
    return yamlOf(this.#tree, '');
  }
}

/** What has no counterpart, as remarks at the end of the file. */
export function lostRemarks(withoutCounterpart: readonly string[]): string {
  if (withoutCounterpart.length === 0) return '';
  return `\n# What has no counterpart:\n${withoutCounterpart.map((line) => `#   ${line}\n`).join('')}`;
}

function isDefault({ row, value, entry, path }: Assignment): boolean {
  // An entry is there by what stands below it, and its address and kind are what it is.
  if (entry !== undefined && /\.(transport|host|port|type|order)$/.test(path)) return false;
  return JSON.stringify(row.default) === JSON.stringify(value);
}

function place(tree: Tree, words: readonly string[], leaf: Leaf): void {
  let here = tree;
  for (const word of words.slice(0, -1)) {
    const next = here.get(word);
    const below: Tree = next instanceof Map ? next : new Map();
    here.set(word, below);
    here = below;
  }
  here.set(words.at(-1) ?? '', leaf);
}

/** Sections after single lines, so that a line never seems to belong to the section above it. */
function yamlOf(tree: Tree, indent: string): string {
  let text = '';
  for (const [name, below] of tree) {
    if (below instanceof Map) continue;
    const remark = below.remark === '' ? '' : ` # ${below.remark}`;
    text += `${indent}${name}: ${below.value}${remark}\n`;
  }
  for (const [name, below] of tree) {
    if (!(below instanceof Map)) continue;
    text += `${indent === '' ? '\n' : ''}${indent}${name}:\n${yamlOf(below, `${indent}  `)}`;
  }
  return text;
}

function scalar(type: OptionType, value: OptionValue): string {
  if (typeof value === 'object') return `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
  if (typeof value !== 'string') return type.kind === 'secret' ? String(value) : valueText(type, value);
  // What YAML could take for something else, or for the beginning of something, stands in quotes.
  return /^[A-Za-z/][A-Za-z0-9_/@.-]*$/.test(value) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
