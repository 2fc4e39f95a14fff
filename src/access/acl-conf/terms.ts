/**
 * The terms of acl.conf: tuples and lists of atoms, texts and terms, each term of the file ended by a full stop. What a
 * term means is `rules.ts`'s.
 */

import { LineProblem } from '../rules/line-problem.ts';
import { type Token, Tokens } from './tokens.ts';

export type Term =
  | { readonly kind: 'atom' | 'number'; readonly text: string; readonly line: number }
  | { readonly kind: 'text'; readonly text: string; readonly binary: boolean; readonly line: number }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly Term[]; readonly line: number };

/** One term of the file with its text on one line, for people. */
export interface WrittenTerm {
  readonly term: Term;
  readonly text: string;
}

/** Deep enough for every `and` of `or` that a person can read. */
const DEPTH_MAX = 16;

/** @throws LineProblem at the first thing that is no term */
export function readTerms(source: string): WrittenTerm[] {
  const reader = new TermReader(source);
  const terms: WrittenTerm[] = [];
  for (let term = reader.next(); term !== undefined; term = reader.next()) terms.push(term);
  return terms;
}

class TermReader {
  readonly #tokens: Tokens;
  #token: Token;
  /** Of the term that is being read. */
  #raw: string[] = [];

  constructor(source: string) {
    this.#tokens = new Tokens(source);
    this.#token = this.#tokens.next();
  }

  next(): WrittenTerm | undefined {
    if (this.#token.kind === 'end') return undefined;
    this.#raw = [];
    const term = this.#term(0);
    const text = this.#raw.join('');
    const ending = this.#take();
    if (ending.kind !== 'stop') {
      const got = ending.kind === 'end' ? 'the end of the file' : ending.raw;
      throw new LineProblem(term.line, `the rule that begins here is not ended by a full stop; got ${got}`);
    }
    return { term, text };
  }

  #term(depth: number): Term {
    const { kind, text, line } = this.#token;
    if (kind === 'open') {
      if (depth >= DEPTH_MAX) throw new LineProblem(line, `brackets are nested more than ${DEPTH_MAX} deep`);
      return this.#bracketed(depth);
    }
    if (kind === 'atom' || kind === 'number') {
      this.#take();
      return { kind, text, line };
    }
    if (kind === 'string' || kind === 'binary') {
      this.#take();
      return { kind: 'text', text: text + this.#continued(kind), binary: kind === 'binary', line };
    }
    throw new LineProblem(
      line,
      kind === 'end' ? 'the file ends within a rule' : `got ${this.#token.raw} where a value belongs`,
    );
  }

  /** Strings that stand beside each other are one. */
  #continued(kind: 'string' | 'binary'): string {
    let more = '';
    while (kind === 'string' && this.#token.kind === 'string') more += this.#take().text;
    return more;
  }

  #bracketed(depth: number): Term {
    const open = this.#take();
    const closing = open.text === '{' ? '}' : ']';
    const items: Term[] = [];
    while (!this.#closes(open, closing)) {
      if (items.length > 0) {
        if (this.#token.kind !== 'comma') throw this.#unclosed(open, closing);
        this.#take();
      }
      items.push(this.#term(depth + 1));
    }
    this.#take();
    return { kind: open.text === '{' ? 'tuple' : 'list', items, line: open.line };
  }

  #closes(open: Token, closing: string): boolean {
    if (this.#token.kind === 'end' || this.#token.kind === 'stop') throw this.#unclosed(open, closing);
    if (this.#token.kind !== 'close') return false;
    if (this.#token.text !== closing) throw this.#unclosed(open, closing);
    return true;
  }

  #unclosed(open: Token, closing: string): LineProblem {
    const got = this.#token.kind === 'end' ? 'the end of the file' : this.#token.raw;
    const where = open.line === this.#token.line ? '' : ` at line ${this.#token.line}`;
    return new LineProblem(
      open.line,
      `${open.text} is not closed: a comma or ${closing} must follow; got ${got}${where}`,
    );
  }

  #take(): Token {
    const taken = this.#token;
    this.#raw.push(taken.kind === 'comma' ? ', ' : taken.raw.replace(/[\r\n\t]+/g, ' '));
    this.#token = this.#tokens.next();
    return taken;
  }
}
