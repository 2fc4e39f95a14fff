/**
 * SQL with placeholders, as EMQX writes it: a string that is a placeholder and nothing else, `'%u'`, becomes a bound
 * parameter. What a client says about itself is therefore never part of the SQL text. The text is read token by token,
 * so that comments, names in quotes and longer strings stay what they are.
 */

/** What a query can ask about a client. */
export type Placeholder = '%u' | '%c' | '%P' | '%a' | '%C' | '%d';

/** How a database writes what the reader has to step over, and parameters. */
export interface SqlSyntax {
  /** The parameter with this number, counted from 1. */
  readonly parameter: (number: number) => string;
  /** Whether a backslash in an ordinary string takes the meaning from the next character. */
  readonly hasBackslashes: boolean;
  /** Whether `$tag$ … $tag$` is a string. */
  readonly hasDollarQuotes: boolean;
  /** Whether `#` begins a comment; then `--` does so only before a blank. */
  readonly hasHashComments: boolean;
}

export interface SqlTemplate {
  /** As the operator wrote it. */
  readonly source: string;
  /** With parameters. */
  readonly text: string;
  /** What each parameter stands for, in their order. */
  readonly parameters: readonly Placeholder[];
  /** Texts that contain a placeholder together with something else, which therefore means itself. */
  readonly inert: readonly string[];
}

const PLACEHOLDER = /%[ucPaCd]/;
const WHOLE_PLACEHOLDER = /^'(%[ucPaCd])'$/;
const BARE_PLACEHOLDER = /%[ucPaCd](?![A-Za-z0-9_])/;

/** Reads a query, or says what is wrong with it. */
export function parseTemplate(source: string, syntax: SqlSyntax): SqlTemplate | { readonly problem: string } {
  const parts: string[] = [];
  const parameters: Placeholder[] = [];
  const inert: string[] = [];
  for (let at = 0; at < source.length; ) {
    const end = tokenEnd(source, at, syntax);
    if (end === undefined) return { problem: `what begins with ${excerpt(source.slice(at))} has no end` };
    const token = source.slice(at, end);
    const first = token.charAt(0);
    const placeholder = WHOLE_PLACEHOLDER.exec(token)?.[1] as Placeholder | undefined;
    // E'%u' and the like are not the placeholder: their quote belongs to what stands before.
    if (placeholder !== undefined && !/[A-Za-z0-9_&]/.test(source.charAt(at - 1))) {
      parameters.push(placeholder);
      parts.push(syntax.parameter(parameters.length));
    } else {
      parts.push(token);
      if (isQuote(first) && PLACEHOLDER.test(token)) inert.push(token);
      if (isPlain(token, syntax) && BARE_PLACEHOLDER.test(token)) {
        const bare = BARE_PLACEHOLDER.exec(token)?.[0];
        return { problem: `${bare} stands without quotes; write '${bare}', or a blank after % where it divides` };
      }
    }
    at = end;
  }
  // A prepared statement is one statement, so a semicolon at its end says nothing.
  const text = parts.join('').replace(/[\s;]+$/, '');
  return text.trim() === '' ? { problem: 'it is empty' } : { source, text, parameters, inert };
}

function isQuote(character: string): boolean {
  return character === "'" || character === '"' || character === '`' || character === '$';
}

/** Whether a token is neither quoted nor a comment. */
function isPlain(token: string, syntax: SqlSyntax): boolean {
  return !startsToken(token, 0, syntax);
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 20 ? `${text.slice(0, 20)}…` : text);
}

/** Where the token that begins at `at` ends; undefined when it does not. */
function tokenEnd(source: string, at: number, syntax: SqlSyntax): number | undefined {
  const first = source.charAt(at);
  if (first === "'" || first === '"' || first === '`') {
    // PostgreSQL has backslashes in E'…' alone.
    const escapes = first !== '`' && (syntax.hasBackslashes || /[eE]/.test(source.charAt(at - 1)));
    return quotedEnd(source, at, first, escapes);
  }
  if (source.startsWith('/*', at)) return after(source, '*/', at + 2);
  if (startsLineComment(source, at, syntax)) {
    return after(source, '\n', at) ?? source.length;
  }
  if (first === '$' && syntax.hasDollarQuotes) {
    const tag = /^\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$/.exec(source.slice(at, at + 66))?.[0];
    if (tag !== undefined) return after(source, tag, at + tag.length);
    return at + 1;
  }
  let end = at + 1;
  while (end < source.length && !startsToken(source, end, syntax)) end++;
  return end;
}

function startsToken(source: string, at: number, syntax: SqlSyntax): boolean {
  if (isQuote(source.charAt(at)) || source.startsWith('/*', at)) return true;
  return startsLineComment(source, at, syntax);
}

function startsLineComment(source: string, at: number, { hasHashComments }: SqlSyntax): boolean {
  if (source.charAt(at) === '#') return hasHashComments;
  return source.startsWith('--', at) && (!hasHashComments || /^\s?$/.test(source.charAt(at + 2)));
}

function after(source: string, text: string, from: number): number | undefined {
  const found = source.indexOf(text, from);
  return found < 0 ? undefined : found + text.length;
}

function quotedEnd(source: string, at: number, quote: string, escapes: boolean): number | undefined {
  for (let i = at + 1; i < source.length; i++) {
    const character = source.charAt(i);
    if (character === '\\' && escapes) i++;
    else if (character === quote) {
      // A doubled quote is a quote within the string.
      if (source.charAt(i + 1) !== quote) return i + 1;
      i++;
    }
  }
  return undefined;
}
