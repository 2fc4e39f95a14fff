/**
 * From keys of EMQX 4 to native options, with the place where each key was written. What a key says that no native option
 * can say is gathered, for one warning at the start and for `config convert`.
 */

import { findOption } from '../../catalog.ts';
import { defaultOrigin, type Origin } from '../../error.ts';
import { Reading } from '../../reading.ts';
import { readValue } from '../../value.ts';
import type { KeyRow, NativeValue } from '../key-row.ts';
import { type KeyTable, keyOf, type WrittenKey } from '../key-table.ts';
import type { LoadedEntries } from '../loaded-files.ts';

/** What is known of a home directory before its keys mean anything. */
export interface HomeFacts {
  /** Where relative paths begin. */
  readonly directory: string;
  /** Whether it is one of EMQTT 2.3, by the name of its file. */
  readonly legacy: boolean;
  readonly plugins: LoadedEntries;
  readonly modules: LoadedEntries;
  /** Whether there is a file, by its path below the directory. */
  hasFile(file: string): boolean;
}

export class Translation {
  readonly reading: Reading = new Reading();
  readonly keys: KeyTable;
  readonly home: HomeFacts;
  /** Keys that say something that is not done here, with why. */
  readonly lost: { readonly written: WrittenKey; readonly why: string }[] = [];

  constructor(keys: KeyTable, home: HomeFacts) {
    this.keys = keys;
    this.home = home;
  }

  isLoaded(plugin: string): boolean {
    return this.home.plugins.get(plugin) === true;
  }

  isModuleLoaded(module: string): boolean {
    return this.home.modules.get(module) === true;
  }

  /** Sets a native option to what a key says, or to what the dialect says where `key` is undefined. */
  set(path: string, value: NativeValue, key?: string): void {
    const origin = key === undefined ? defaultOrigin : this.keys.originOf(key);
    const target = findOption(path);
    if (target === undefined) {
      if (key !== undefined) this.lose(key, `there is no ${path}`);
      return;
    }
    const read = readValue(target.row.type, value, this.home.directory);
    if ('problem' in read) {
      const shown = key === undefined ? path : key;
      this.reading.problem(origin, `${shown}: ${read.problem}`);
      return;
    }
    this.reading.assignments.set(path, { ...target, path, value: read.value, origin });
  }

  /** Notes that a key does not do what it says. Nothing is noted of what nobody wrote. */
  lose(key: string, why: string): void {
    const written = this.keys.written.get(key);
    if (written !== undefined) this.lost.push({ written, why });
  }

  problem(key: string, text: string): void {
    this.reading.problem(this.keys.originOf(key), `${key}: ${text}`);
  }

  warn(origin: Origin, text: string): void {
    this.reading.warnings.push({ origin, text });
  }

  /**
   * Sets the native options of rows that each follow one, for the keys that begin with `lead`.
   * @param names what `$name` in native paths stands for
   */
  follow(rows: readonly KeyRow[], lead: readonly string[], names: ReadonlyMap<string, string>): void {
    for (const row of rows) {
      if (row.to === undefined) continue;
      const path = row.to.replace(/\$([a-z]+)/g, (whole, name: string) => names.get(name) ?? whole);
      if (path.includes('$')) continue;
      const keys = keysOf(row, lead);
      const key = keys.find((one) => this.keys.isWritten(one)) ?? keys[0];
      const value = key === undefined ? undefined : this.keys.get(key);
      // An address or a rate is no value of an option; their rows have a function for it.
      const native = value === undefined || row.native === undefined ? (value as NativeValue) : row.native(value);
      if (key !== undefined && native !== undefined) this.set(path, native, this.keys.isWritten(key) ? key : undefined);
    }
  }
}

/** The keys of a row that begin with these words: several where it has alternatives, none where it begins otherwise. */
function keysOf(row: KeyRow, lead: readonly string[]): string[] {
  let found: string[][] = [[]];
  for (const [index, part] of row.key.split('.').entries()) {
    const wanted = lead[index];
    const choices = part.split('|');
    if (wanted !== undefined) {
      if (!part.startsWith('$') && !choices.includes(wanted)) return [];
      for (const words of found) words.push(wanted);
    } else {
      if (part.startsWith('$') || part === '**') return [];
      found = found.flatMap((words) => choices.map((word) => [...words, word]));
    }
  }
  return found.map(keyOf);
}
