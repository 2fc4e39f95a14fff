/**
 * Questions to a web service as an operator writes them: an address, parameters with placeholders, headers. What a
 * client says is encoded for the place where it stands, and a question that cannot hold it faithfully is not asked.
 */

import type { HttpQuestion } from '../remote/http-client.ts';
import { type Asked, fill, type Piece, type Placeholder, parsePieces, utf8Text } from '../remote/placeholders.ts';

export interface RequestTexts {
  readonly url: string;
  readonly method: 'get' | 'post';
  readonly contentType: 'form' | 'json';
  /** `name=value`. */
  readonly params: readonly string[];
  /** `name: value`. */
  readonly headers: readonly string[];
  readonly authorization: string | undefined;
}

/** What a client says does not fit into the question. */
export const UNFIT = 'unfit';

interface Param {
  readonly name: string;
  readonly pieces: readonly Piece[];
}

/** Node refuses to send such headers; better at the start than at the first login. */
const HEADER = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;

/** Those that belong to the connection, or that follow from other options. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
]);

export class RequestTemplate {
  /** Scheme, host and port. */
  readonly origin: URL;
  /** Without what may be secret in it. */
  readonly shownUrl: string;
  readonly #texts: RequestTexts;
  readonly #path: readonly Piece[];
  readonly #query: readonly Piece[] | undefined;
  readonly #params: readonly Param[];
  readonly #headers: ReadonlyMap<string, string>;

  constructor(texts: RequestTexts, origin: URL, parts: TemplateParts) {
    this.origin = origin;
    this.shownUrl = `${origin.origin}${texts.url.slice(authorityEnd(texts.url)).split('?', 1)[0]}`;
    this.#texts = texts;
    this.#path = parts.path;
    this.#query = parts.query;
    this.#params = parts.params;
    this.#headers = parts.headers;
  }

  /** What is sent when `asked` is asked about. */
  question(asked: Asked): HttpQuestion | typeof UNFIT {
    const { method, contentType } = this.#texts;
    const path = filledPath(this.#path, asked);
    const query = this.#query === undefined ? '' : filledQuery(this.#query, asked);
    if (path === UNFIT || query === UNFIT) return UNFIT;
    const { origin } = this;
    const headers = new Map(this.#headers);
    if (method === 'get') {
      const search = [query, formOf(this.#params, asked)].filter((part) => part !== '').join('&');
      return { origin, method: 'GET', path: withQuery(path, search), headers, body: undefined };
    }
    const body = contentType === 'json' ? jsonOf(this.#params, asked) : formOf(this.#params, asked);
    if (body === UNFIT) return UNFIT;
    headers.set('content-type', contentType === 'json' ? 'application/json' : 'application/x-www-form-urlencoded');
    return { origin, method: 'POST', path: withQuery(path, query), headers, body: Buffer.from(body, 'utf8') };
  }
}

interface TemplateParts {
  readonly path: readonly Piece[];
  readonly query: readonly Piece[] | undefined;
  readonly params: readonly Param[];
  readonly headers: ReadonlyMap<string, string>;
}

/** @param allowed placeholders that have a value in this question */
export function parseRequest(
  texts: RequestTexts,
  allowed: readonly Placeholder[],
): RequestTemplate | { readonly problem: string } {
  const end = authorityEnd(texts.url);
  const authority = texts.url.slice(0, end);
  if (!/^https?:\/\/[^/]/i.test(texts.url) || !URL.canParse(authority)) {
    return { problem: 'the address must begin with http:// or https:// and a host' };
  }
  const origin = new URL(authority);
  if (origin.username !== '' || origin.password !== '') {
    return { problem: 'the address may not contain a password; use the option authorization' };
  }
  if (texts.url.includes('#')) return { problem: 'the address may not have a fragment (#…)' };
  if (/[^\x21-\x7e]/.test(texts.url)) return { problem: 'the address must be ASCII; encode other characters as %XX' };
  const [written = '', ...search] = texts.url.slice(end).split('?');
  const path = parseUrlPieces(written === '' ? '/' : written, allowed);
  const query = search.length === 0 ? undefined : parseUrlPieces(search.join('?'), allowed);
  if ('problem' in path) return path;
  if (query !== undefined && 'problem' in query) return query;
  if (path.some((piece) => 'stands' in piece && piece.stands === '%t')) {
    return { problem: 'a topic has slashes and cannot stand in a path: put %t into the parameters' };
  }
  const params = parseParams(texts.params, allowed);
  if ('problem' in params) return params;
  const headers = parseHeaders(texts);
  if ('problem' in headers) return headers;
  return new RequestTemplate(texts, origin, { path, query, params, headers });
}

/** Where the path begins. */
function authorityEnd(url: string): number {
  const start = url.indexOf('//') + 2;
  const end = url.slice(start).search(/[/?#\\]/);
  return end < 0 ? url.length : start + end;
}

/** `%c` of a placeholder and `%c3` of an encoded character look alike: two hexadecimal digits are a character. */
function parseUrlPieces(text: string, allowed: readonly Placeholder[]): readonly Piece[] | { problem: string } {
  const pieces: Piece[] = [];
  for (const part of text.split(/(%[0-9A-Fa-f]{2})/)) {
    if (part === '') continue;
    if (/^%[0-9A-Fa-f]{2}$/.test(part)) {
      pieces.push({ text: part });
      continue;
    }
    const read = parsePieces(part, allowed);
    if ('problem' in read) return read;
    pieces.push(...read);
  }
  return pieces;
}

function parseParams(texts: readonly string[], allowed: readonly Placeholder[]): Param[] | { problem: string } {
  const params: Param[] = [];
  for (const text of texts) {
    const mark = text.indexOf('=');
    const name = text.slice(0, mark).trim();
    if (mark < 0 || name === '') return { problem: `a parameter must be name=value; got ${JSON.stringify(text)}` };
    if (params.some((param) => param.name === name)) {
      return { problem: `the parameter ${JSON.stringify(name)} is there twice` };
    }
    const pieces = parsePieces(text.slice(mark + 1).trim(), allowed);
    if ('problem' in pieces) return pieces;
    params.push({ name, pieces });
  }
  return params;
}

function parseHeaders({ headers, authorization }: RequestTexts): Map<string, string> | { problem: string } {
  const read = new Map<string, string>();
  const lines = authorization === undefined ? headers : [...headers, `authorization: ${authorization}`];
  for (const line of lines) {
    const match = HEADER.exec(line);
    const name = match?.[1]?.toLowerCase();
    // The value may be a secret, so it is not shown.
    if (name === undefined) return { problem: 'a header must be "name: value" in ASCII' };
    if (OWN_HEADERS.has(name)) return { problem: `the header ${name} is the broker's own` };
    read.set(name, match![2]!.trimEnd());
  }
  return read;
}

/** Characters that may stand in a query as they are; everything else is `%XX` of its UTF-8, or of the bytes given. */
function encoded(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += /[A-Za-z0-9._~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

/**
 * Services decode a path before they look at it, so what would move about in it even when it is encoded cannot stand
 * there, and neither can nothing.
 */
function filledPath(pieces: readonly Piece[], asked: Asked): string | typeof UNFIT {
  let path = '';
  for (const piece of pieces) {
    if ('text' in piece) {
      path += piece.text;
      continue;
    }
    const value = fill([piece], asked);
    if (value === undefined || value.length === 0) return UNFIT;
    if (value.includes(0x2f) || value.includes(0x5c) || value.includes(0) || /^\.+$/.test(value.toString('latin1'))) {
      return UNFIT;
    }
    path += encoded(value);
  }
  return path;
}

function filledQuery(pieces: readonly Piece[], asked: Asked): string | typeof UNFIT {
  let query = '';
  for (const piece of pieces) {
    if ('text' in piece) query += piece.text;
    else query += encoded(fill([piece], asked) ?? Buffer.of());
  }
  return query;
}

/** What a client does not say is left out, since an empty text is something else. */
function formOf(params: readonly Param[], asked: Asked): string {
  const parts: string[] = [];
  for (const { name, pieces } of params) {
    const value = fill(pieces, asked);
    if (value !== undefined) parts.push(`${encoded(Buffer.from(name, 'utf8'))}=${encoded(value)}`);
  }
  return parts.join('&');
}

/** What a client does not say is null. JSON holds no bytes that are not UTF-8. */
function jsonOf(params: readonly Param[], asked: Asked): string | typeof UNFIT {
  const members: string[] = [];
  for (const { name, pieces } of params) {
    const bytes = fill(pieces, asked);
    const value = bytes === undefined ? null : utf8Text(bytes);
    if (value === undefined) return UNFIT;
    members.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  }
  return `{${members.join(',')}}`;
}

function withQuery(path: string, query: string): string {
  return query === '' ? path : `${path}?${query}`;
}
