/**
 * The topics that a permission speaks of. A pattern is data, never a regular expression, and what a client says about
 * itself never widens it: a Client Identifier with `/`, `+` or `#` in it fits no level, and one that begins with `$`
 * opens no topic that is hidden from wildcards.
 *
 * A subscription is matched as EMQX does it, level by level as if its filter were a topic name: `$SYS/#` speaks of
 * `$SYS/brokers/+`, and `a/b` does not speak of `a/+`. A rule that allows must cover everything that the filter can
 * match, so there a `#` of the filter needs a `#` of the pattern; a rule that forbids needs no more than the match.
 */

import { levelEnd } from '../../topic/name.ts';

/** What fills the placeholders of a pattern. */
export interface PatternClient {
  readonly clientId: string;
  readonly username: string | undefined;
}

export interface PatternOptions {
  /** Compare the text as it stands; wildcards are ordinary characters and there are no placeholders. */
  readonly literal?: boolean;
  /** Whether a wildcard in the first level speaks of names that begin with `$` too. True unless given. */
  readonly dollar?: boolean;
  /** Where `%c` and `%u` stand for the client: where they are a whole level (unless given), anywhere, or nowhere. */
  readonly placeholders?: 'levels' | 'anywhere' | 'none';
}

type Effect = 'allow' | 'deny';

/** `%c` and `%u` are themselves; other texts are. */
type Part = { readonly text: string } | { readonly stands: 'clientId' | 'username' };

type Level =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'rest' }
  | { readonly kind: 'filled'; readonly parts: readonly Part[] };

const HASH = 0x23;
const DOLLAR = 0x24;
const SLASH = 0x2f;
const FITS_NO_LEVEL = /[/+#\0]/;

export class TopicPattern {
  readonly text: string;
  readonly #literal: boolean;
  readonly #dollar: boolean;
  readonly #anywhere: boolean;
  readonly #levels: readonly Level[];
  readonly #namesUser: boolean;
  /** The levels before the first wildcard or placeholder, by which most topics are told apart at once. */
  readonly #beginning: string;
  readonly #beginningLevels: number;

  constructor(text: string, options: PatternOptions = {}) {
    const { literal = false, dollar = true, placeholders = 'levels' } = options;
    this.text = text;
    this.#literal = literal;
    this.#dollar = dollar;
    this.#anywhere = placeholders === 'anywhere';
    this.#levels = literal ? [] : text.split('/').map((level) => compile(level, placeholders));
    const open = this.#levels.findIndex(({ kind }) => kind !== 'text');
    this.#beginningLevels = open < 0 ? this.#levels.length : open;
    this.#beginning = text.split('/', this.#beginningLevels).join('/');
    this.#namesUser = this.#levels.some(
      (level) => level.kind === 'filled' && level.parts.some((part) => 'stands' in part && part.stands === 'username'),
    );
  }

  /**
   * Whether the pattern speaks of a topic name, or of a topic filter that somebody subscribes to.
   * @param effect what the rule would do, see above
   */
  covers(topic: string, client: PatternClient, effect: Effect): boolean {
    if (this.#literal) return topic === this.text;
    if (!topic.startsWith(this.#beginning)) return false;
    const hidden = topic.charCodeAt(0) === DOLLAR;
    if (hidden && !this.#opens(this.#levels[0]!, effect)) return false;
    if (this.#namesUser && client.username === undefined) return false;
    if (effect === 'deny' && this.#anywhere && spansLevels(client)) {
      return this.#expanded(client).covers(topic, client, effect);
    }
    let at = 0;
    if (this.#beginningLevels > 0) {
      at = this.#beginning.length + 1;
      if (at <= topic.length && topic.charCodeAt(at - 1) !== SLASH) return false;
    }
    for (let i = this.#beginningLevels; i < this.#levels.length; i++) {
      const level = this.#levels[i]!;
      if (level.kind === 'rest') return true;
      if (at > topic.length) return false;
      const end = levelEnd(topic, at);
      if (!levelCovers(level, topic, at, end, client, effect)) return false;
      at = end + 1;
    }
    return at > topic.length;
  }

  /** Whether a first level can speak of names that begin with `$` at all. */
  #opens(first: Level, effect: Effect): boolean {
    if (first.kind === 'text') return true;
    if (first.kind !== 'filled') return this.#dollar;
    // Who is called $SYS gains nothing by it, but is held to what forbids.
    const [beginning] = first.parts;
    return effect === 'deny' || (beginning !== undefined && 'text' in beginning);
  }

  /** What is forbidden to a name with a slash, where placeholders stand anywhere, has more levels than the pattern. */
  #expanded(client: PatternClient): TopicPattern {
    const levels = this.#levels.map((level) => {
      if (level.kind === 'filled') return level.parts.map((part) => filled(part, client) ?? '').join('');
      return level.kind === 'text' ? level.text : level.kind === 'one' ? '+' : '#';
    });
    return new TopicPattern(levels.join('/'), { dollar: this.#dollar, placeholders: 'none' });
  }
}

function spansLevels({ clientId, username }: PatternClient): boolean {
  return clientId.includes('/') || username?.includes('/') === true;
}

function compile(text: string, placeholders: 'levels' | 'anywhere' | 'none'): Level {
  if (text === '#') return { kind: 'rest' };
  if (text === '+') return { kind: 'one' };
  if (placeholders === 'none') return { kind: 'text', text };
  if (text === '%c' || text === '%u') return { kind: 'filled', parts: [partOf(text)] };
  if (placeholders === 'levels' || !/%[cu]/.test(text)) return { kind: 'text', text };
  return {
    kind: 'filled',
    parts: text
      .split(/(%[cu])/)
      .filter((part) => part !== '')
      .map(partOf),
  };
}

function partOf(text: string): Part {
  if (text === '%c') return { stands: 'clientId' };
  return text === '%u' ? { stands: 'username' } : { text };
}

function filled(part: Part, client: PatternClient): string | undefined {
  return 'text' in part ? part.text : client[part.stands];
}

function levelCovers(
  level: Level,
  topic: string,
  start: number,
  end: number,
  client: PatternClient,
  effect: Effect,
): boolean {
  switch (level.kind) {
    case 'rest':
      return true;
    case 'one':
      return effect === 'deny' || !(end - start === 1 && topic.charCodeAt(start) === HASH);
    case 'text':
      return end - start === level.text.length && topic.startsWith(level.text, start);
    case 'filled':
      return fills(level.parts, topic, start, end, client, effect);
  }
}

function fills(
  parts: readonly Part[],
  topic: string,
  start: number,
  end: number,
  client: PatternClient,
  effect: Effect,
): boolean {
  let at = start;
  for (const part of parts) {
    const value = filled(part, client);
    if (value === undefined || (value === '' && effect === 'allow') || !topic.startsWith(value, at)) return false;
    at += value.length;
    if (at > end || ('stands' in part && FITS_NO_LEVEL.test(value))) return false;
  }
  return at === end;
}
