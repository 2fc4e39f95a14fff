/** The parts of a Markdown document that can be wrong about the program: its code, headings, tables and links. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../structure/source-tree.ts';

export interface CodeBlock {
  readonly language: string;
  /** What stands behind `run=` after the language; undefined for code that is not run. */
  readonly name: string | undefined;
  readonly code: string;
}

export class MarkdownDocument {
  readonly name: string;
  readonly blocks: readonly CodeBlock[];
  /** The text without its code blocks. */
  readonly prose: string;

  /** @param name of a file in the folder of the project */
  constructor(name: string) {
    this.name = name;
    const text = readFileSync(join(root, name), 'utf8');
    const fenced = /^```(\w+)(?: run=([\w-]+))?\n(.*?)^```$/gms;
    this.blocks = [...text.matchAll(fenced)].map(([, language = '', run, code = '']) => ({
      language,
      name: run,
      code,
    }));
    this.prose = text.replaceAll(fenced, '');
  }

  /** The code of the block with that name. */
  code(name: string): string {
    const found = this.blocks.filter((block) => block.name === name);
    if (found.length !== 1) throw new RangeError(`${this.name} has ${found.length} code blocks with run=${name}`);
    return found[0]!.code;
  }

  /** Levels of the headings in their order: 1, 2, 3. */
  get outline(): number[] {
    return [...this.prose.matchAll(/^(#+) /gm)].map(([, marks = '']) => marks.length);
  }

  /** The cells of every row of every table, in their order. */
  get rows(): string[][] {
    return [...this.prose.matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) => row.split('|').map((cell) => cell.trim()));
  }

  /** What links point to, without places in this document and addresses elsewhere. */
  get linkedFiles(): string[] {
    const targets = [...this.prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target.replace(/#.*$/, ''));
    return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
  }
}
