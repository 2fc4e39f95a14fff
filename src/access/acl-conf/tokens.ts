/**
 * The words of acl.conf: brackets, commas, full stops, atoms, strings and binaries as Erlang writes them, each with its
 * line. Knows nothing of rules. Works through the text once and keeps nothing of it.
 */

import { LineProblem } from '../rules/line-problem.ts';

export type TokenKind = 'open' | 'close' | 'comma' | 'stop' | 'atom' | 'string' | 'binary' | 'number' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The bracket, the name of the atom, or what the string says. */
  readonly text: string;
  /** As it stands in the file, for people. */
  readonly raw: string;
  /** Counts from 1. */
  readonly line: number;
}

const CONTROL_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['d', '\x7f'],
  ['e', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['s', ' '],
  ['t', '\t'],
  ['v', '\v'],
]);

const BLANK = /\s/;
const ATOM = /[a-zß-öø-ÿ][\w@À-ÖØ-öø-ÿ]*/y;
const NUMBER = /[+-]?\d[\w.#]*/y;
const CODE_POINT_MAX = 0x10ffff;

export class Tokens {
  readonly #source: string;
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  /** @throws LineProblem */
  next(): Token {
    this.#skip();
    const start = this.#at;
    const line = this.#line;
    const [kind, text] = this.#read();
    return { kind, text, raw: this.#source.slice(start, this.#at), line };
  }

  /** Blanks, and comments from % to the end of the line. */
  #skip(): void {
    for (; this.#at < this.#source.length; this.#at++) {
      const char = this.#source[this.#at]!;
      if (char === '\n') this.#line++;
      else if (char === '%') {
        const feed = this.#source.indexOf('\n', this.#at);
        this.#at = (feed < 0 ? this.#source.length : feed) - 1;
      } else if (!BLANK.test(char)) return;
    }
  }

  #read(): [TokenKind, string] {
    const source = this.#source;
    const char = source[this.#at];
    if (char === undefined) return ['end', ''];
    if (char === '{' || char === '[') return this.#single('open');
    if (char === '}' || char === ']') return this.#single('close');
    if (char === ',') return this.#single('comma');
    if (char === '.') return this.#single('stop');
    if (char === '"') return ['string', this.#quoted('"')];
    if (char === "'") return ['atom', this.#quoted("'")];
    if (source.startsWith('<<', this.#at)) return ['binary', this.#binary()];
    const atom = this.#match(ATOM);
    if (atom !== undefined) return ['atom', atom];
    const number = this.#match(NUMBER);
    if (number !== undefined) return ['number', number];
    throw this.#problem(
      `got ${JSON.stringify(String.fromCodePoint(source.codePointAt(this.#at)!))}, which begins nothing`,
    );
  }

  #single(kind: TokenKind): [TokenKind, string] {
    return [kind, this.#source[this.#at++]!];
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** `<<"text">>` and `<<"text"/utf8>>`. */
  #binary(): string {
    const line = this.#line;
    this.#at += 2;
    this.#skip();
    if (this.#source[this.#at] === '>') throw this.#problem('got an empty binary; a binary holds a text: <<"text">>');
    if (this.#source[this.#at] !== '"') throw this.#problem('a binary holds a text in double quotes: <<"text">>');
    const text = this.#quoted('"');
    this.#skip();
    if (this.#source.startsWith('/utf8', this.#at)) this.#at += '/utf8'.length;
    this.#skip();
    if (!this.#source.startsWith('>>', this.#at)) throw this.#problem('a binary ends with >>, as in <<"text">>', line);
    this.#at += 2;
    return text;
  }

  /** What stands between two quotes, with its escapes taken for what they mean. */
  #quoted(quote: string): string {
    const line = this.#line;
    const parts: string[] = [];
    for (this.#at++; ; ) {
      const char = this.#source[this.#at];
      if (char === undefined) throw this.#problem(`the text that begins here with ${quote} never ends`, line);
      this.#at++;
      if (char === quote) return parts.join('');
      if (char === '\n') this.#line++;
      parts.push(char === '\\' ? this.#escape(line) : char);
    }
  }

  #escape(line: number): string {
    const char = this.#source[this.#at];
    if (char === undefined) throw this.#problem('the text that begins here never ends', line);
    const octal = this.#match(/[0-7]{1,3}/y);
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const hex = this.#match(/x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\})/y);
    if (hex !== undefined) return this.#codePoint(Number.parseInt(hex.replace(/^x\{?/, ''), 16));
    if (char === 'x')
      throw this.#problem('\\x is followed by two hexadecimal digits, or by some in braces: \\x{1F600}');
    const control = this.#match(/\^[@-_a-z]/y);
    if (control !== undefined) return String.fromCodePoint(control.charCodeAt(1) & 0x1f);
    this.#at++;
    if (char === '\n') this.#line++;
    return CONTROL_ESCAPES.get(char) ?? char;
  }

  #codePoint(value: number): string {
    const isCharacter = value <= CODE_POINT_MAX && !(value >= 0xd800 && value <= 0xdfff);
    if (!isCharacter) throw this.#problem(`\\x{${value.toString(16)}} is no character of Unicode`);
    return String.fromCodePoint(value);
  }

  #problem(problem: string, line: number = this.#line): LineProblem {
    return new LineProblem(line, problem);
  }
}
