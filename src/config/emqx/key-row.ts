/**
 * One key of EMQX 4 as a row of data: how it is written, what holds without it, and what becomes of it here. The tables
 * in `keys/` list all of them; nothing else knows a key's name but whoever gives it its effect.
 */

import type { KeyType, KeyValue } from './key-values.ts';

/** A value as a native option takes it. */
export type NativeValue = boolean | number | string | readonly string[];

export interface KeyRow {
  /**
   * Words joined by dots. `$name` stands for any word, `a|b` for one of these, and `**` at the end for whatever follows.
   */
  readonly key: string;
  readonly type: KeyType;
  /** What holds where nobody wrote the key, as one would write it; undefined for nothing. */
  readonly absent?: string;
  /** What the files that EMQX 4.3 ships say, where they say something else than `absent`; several for several zones. */
  readonly shipped?: string | readonly string[];
  /** The native option, where value follows value; `$name` as in the key. Otherwise `effect` or `unused` says more. */
  readonly to?: string;
  /** From the value to the native one. Undefined: the native default holds. */
  readonly native?: (value: KeyValue) => NativeValue | undefined;
  /** What it does here, where that is no single native option. */
  readonly effect?: string;
  /** Why it does nothing here. */
  readonly unused?: string;
  /** Whether nobody misses it, so that nothing is said about it whatever it says. */
  readonly harmless?: true;
  /** Whether a start is refused where it says something that cannot be had, because ignoring it would be unsafe. */
  readonly unsafe?: true;
}

/** A name as sections have it: short and lower case. Two that become the same are numbered. */
export function nativeName(wanted: string, taken: Set<string>): string {
  const plain =
    wanted
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^[^a-z]+/, '')
      .slice(0, 28)
      .replace(/-+$/, '') || 'unnamed';
  let name = plain;
  for (let number = 2; taken.has(name); number++) name = `${plain}-${number}`;
  taken.add(name);
  return name;
}

export const flag: KeyType = { kind: 'flag' };
export const text: KeyType = { kind: 'text' };
export const secret: KeyType = { kind: 'secret' };
export const path: KeyType = { kind: 'path' };
export const bytes: KeyType = { kind: 'bytes' };
export const list: KeyType = { kind: 'list' };
export const address: KeyType = { kind: 'address' };
export const percent: KeyType = { kind: 'percent' };
export const time: KeyType = { kind: 'duration', bare: 's' };
export const count: KeyType = { kind: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER };
export const qos: KeyType = { kind: 'integer', min: 0, max: 2 };

export function words(...allowed: readonly string[]): KeyType {
  return { kind: 'word', words: allowed };
}

/** In EMQX 0 stands for no limit. */
export function noLimit(max: number): (value: KeyValue) => number {
  return (value) => (value === 0 ? max : Math.min(value as number, max));
}

/** Rows of keys that do nothing here and that nobody misses, for one reason. */
export function harmlessRows(
  unused: string,
  rows: readonly (readonly [key: string, type: KeyType, shipped?: string | readonly string[]])[],
): readonly KeyRow[] {
  return unusedRows(unused, rows).map((row) => ({ ...row, harmless: true }));
}

/** Rows of keys that do nothing here, for one reason. */
export function unusedRows(
  unused: string,
  rows: readonly (readonly [key: string, type: KeyType, shipped?: string | readonly string[]])[],
): readonly KeyRow[] {
  return rows.map(([key, type, shipped]) => ({ key, type, unused, ...(shipped !== undefined && { shipped }) }));
}
