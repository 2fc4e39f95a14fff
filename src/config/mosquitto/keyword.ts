/**
 * What a row of the table of mosquitto.conf's options says. The rows stand in `general-keywords.ts`,
 * `security-keywords.ts`, `listener-keywords.ts` and `bridge-keywords.ts`; the reader, the translation and the documentation know no others.
 */

/**
 * Where an option belongs: to the broker; to logins and permissions, which is the broker or one listener; to the listener,
 * the connection or the plugin whose line stands before it.
 */
export type KeywordScope = 'general' | 'security' | 'listener' | 'bridge' | 'plugin';

export type KeywordType =
  | { readonly kind: 'boolean' }
  /** Read as C's `atoi` does; outside of the bounds is a mistake. */
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  /** The rest of the line. */
  | { readonly kind: 'text' }
  /** The rest of the line; begins at the working directory of the broker. */
  | { readonly kind: 'path' }
  | { readonly kind: 'word'; readonly values: readonly string[] }
  /** The rest of the line, in words that blanks separate. */
  | { readonly kind: 'words' }
  /** Nothing of it is read. */
  | { readonly kind: 'ignored' };

/**
 * What becomes of it: it sets options, it has a meaning for the reader itself, it means nothing here and that is harmless
 * (`no-effect`), it means nothing and the operator is told (`warning`), or the broker does not start with it (`error`).
 */
export type KeywordEffect = 'options' | 'meaning' | 'no-effect' | 'warning' | 'error';

export interface Keyword {
  readonly name: string;
  /** Further names of the same option. */
  readonly aliases?: readonly string[];
  readonly scope: KeywordScope;
  readonly type: KeywordType;
  /** What Mosquitto 2.0 does without it, in words. */
  readonly default: string;
  readonly effect: KeywordEffect;
  /** May stand several times; otherwise a second text is a mistake and a second number or boolean replaces the first. */
  readonly isRepeatable?: true;
  /** Names that Mosquitto itself calls deprecated. */
  readonly isDeprecated?: true;
  /** The options that it sets, with `NAME` for a name that the reader gives. */
  readonly paths: readonly string[];
  /** The value of the one option in `paths`; absent where the translation has code for it. */
  readonly translate?: (value: KeywordValue) => string | number | boolean | undefined;
  /** For `warning`, `error` and `no-effect`: why, and what to do instead; as the end of a sentence about the keyword. */
  readonly note?: string;
  /** For `warning` and `error`: whether a value is worth it; always unless given. */
  readonly concerns?: (value: KeywordValue) => boolean;
}

export type KeywordValue = string | number | boolean;

/** A number where 0 means that there is no limit, for an option whose rows have no such word. */
export function unlimitedAs(limit: number): (value: KeywordValue) => number {
  return (value) => (typeof value === 'number' && value > 0 ? value : limit);
}

/** As it stands. */
export function asItIs(value: KeywordValue): KeywordValue {
  return value;
}

/** Whether it is switched on or more than zero. */
export function isOn(value: KeywordValue): boolean {
  return value === true || (typeof value === 'number' && value > 0) || (typeof value === 'string' && value !== '');
}

export const boolean: KeywordType = { kind: 'boolean' };
export const text: KeywordType = { kind: 'text' };
export const path: KeywordType = { kind: 'path' };
export const words: KeywordType = { kind: 'words' };
export const ignored: KeywordType = { kind: 'ignored' };

export function integer(min: number, max: number = 2_147_483_647): KeywordType {
  return { kind: 'integer', min, max };
}
