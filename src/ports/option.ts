/**
 * The seam between everything that can be configured and whoever reads or shows configuration. An option is a row of
 * data: readers of every dialect fill rows, and the environment variables, `--help`, the documentation and the
 * validation are derived from them. A row knows nothing of files, variables or who uses its value.
 */

import type { Transport } from './listener.ts';

/** Sizes are bytes and durations are seconds, whatever unit they were written in. */
export type OptionValue = boolean | number | string | readonly string[];

/** A condition that a text must meet. */
export interface TextRule {
  /** What is allowed, as the end of the sentence "allowed: …". */
  readonly allowed: string;
  test(text: string): boolean;
}

export type OptionType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  /** Bytes; written as a number or as `64KB`, `1MB`, `2GB` (1 KB is 1024 bytes). */
  | { readonly kind: 'size'; readonly min: number; readonly max: number }
  /**
   * Seconds; written as a number or as `500ms`, `15s`, `5m`, `2h`, `7d`, `1h30m`. The word `unlimited` stands for the
   * number given here, where there is one.
   */
  | { readonly kind: 'duration'; readonly min: number; readonly max: number; readonly unlimited?: number }
  | { readonly kind: 'string'; readonly rule?: TextRule }
  /** A relative path begins at the folder of the file it stands in, otherwise at the working directory. */
  | { readonly kind: 'path' }
  /** A text that is never shown. Its environment variable has a `_FILE` form. */
  | { readonly kind: 'secret' }
  | { readonly kind: 'one-of'; readonly values: readonly string[] }
  /** Texts; in an environment variable or a flag they are separated by commas. */
  | { readonly kind: 'list'; readonly rule?: TextRule };

export interface OptionRow {
  /** Lower-case path with dots as in YAML; in listener rows without `listeners.NAME.`. */
  readonly name: string;
  readonly type: OptionType;
  readonly default: OptionValue | undefined;
  /** What is counted, where neither the type nor the name says it. */
  readonly unit?: string;
  /** What happens without a value, for rows whose default is undefined. */
  readonly unset?: string;
  /** What 0 means where it does not mean nothing at all, for example `no limit`. */
  readonly zero?: string;
  /** Whether a change takes effect while the broker runs. */
  readonly reloadable: boolean;
  /** What it decides, for the operator, in one sentence. */
  readonly sentence: string;
  /** In listener rows: the transports it has a meaning for; all when absent. */
  readonly transports?: readonly Transport[];
  /** The name in mosquitto.conf, where Mosquitto has the option. */
  readonly mosquitto?: string;
  /** The key in emqx.conf, where EMQX 4 has the option. `$z` and `$l` stand for a zone and a listener. */
  readonly emqx?: string;
}

/**
 * The values of one set of rows, for whoever uses them. Asking for a name that no row has, or for another type than the
 * row's, is a mistake in the program and throws.
 */
export interface OptionReader {
  boolean(name: string): boolean;
  /** A count, bytes or seconds. */
  number(name: string): number;
  text(name: string): string;
  list(name: string): readonly string[];
  /** Undefined when nobody set the option and it has no default; so for the other two. */
  optionalBoolean(name: string): boolean | undefined;
  optionalNumber(name: string): number | undefined;
  optionalText(name: string): string | undefined;
}
