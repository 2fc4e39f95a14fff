/**
 * The keys that somebody wrote, with where and what they mean: from the lines of the files, then from the environment.
 * What nobody wrote has the value of its row. Knows no native option.
 */

import { type ConfigProblem, defaultOrigin, type Origin } from '../error.ts';
import { quoted } from '../value.ts';
import type { KeyRow } from './key-row.ts';
import { type Address, type KeyValue, type Rate, readKeyValue, shownValue } from './key-values.ts';
import { currentKey } from './keys/aliases.ts';
import { type FoundKey, findKey, nearestKey } from './keys/all.ts';
import { wordsOfKey } from './lines.ts';

export interface WrittenKey {
  /** As EMQX 4.3 writes it. */
  readonly key: string;
  readonly text: string;
  readonly value: KeyValue;
  readonly row: KeyRow;
  readonly origin: Origin;
}

const problemsMax = 50;

export class KeyTable {
  readonly written: Map<string, WrittenKey> = new Map();
  readonly problems: ConfigProblem[] = [];

  /** Takes a key; the last one wins, as in EMQX. One without a value counts as not written. */
  write(key: string, text: string, origin: Origin): void {
    const canonical = canonicalKey(currentKey(canonicalKey(key)));
    const found: FoundKey | undefined = findKey(canonical);
    if (found === undefined) {
      // To look for the nearest key takes a while, which a file of another kind is not worth.
      if (this.problems.length < problemsMax) this.#problem(origin, unknownKeyText(key));
      return;
    }
    if (text === '') {
      this.written.delete(canonical);
      return;
    }
    const reading = readKeyValue(found.row.type, text);
    if ('allowed' in reading) {
      this.#problem(origin, `${key}: got ${shownValue(found.row.type, text)}; allowed: ${reading.allowed}`);
      return;
    }
    // What is written again counts from its new place.
    this.written.delete(canonical);
    this.written.set(canonical, { key: canonical, text, value: reading.value, row: found.row, origin });
  }

  /** The value somebody wrote, or that of the row. */
  get(key: string): KeyValue | undefined {
    const written = this.written.get(key);
    if (written !== undefined) return written.value;
    const row = findKey(key)?.row;
    if (row === undefined) throw new TypeError(`no key of EMQX is named ${key}`);
    if (row.absent === undefined) return undefined;
    const reading = readKeyValue(row.type, row.absent);
    if ('allowed' in reading) throw new TypeError(`the row of ${row.key} has the wrong value ${row.absent}`);
    return reading.value;
  }

  isWritten(key: string): boolean {
    return this.written.has(key);
  }

  /** Where it was written; `default` where it was not. */
  originOf(key: string): Origin {
    return this.written.get(key)?.origin ?? defaultOrigin;
  }

  text(key: string): string | undefined {
    return this.get(key) as string | undefined;
  }

  flag(key: string): boolean {
    return this.get(key) === true;
  }

  number(key: string): number | undefined {
    return this.get(key) as number | undefined;
  }

  list(key: string): readonly string[] {
    return (this.get(key) as readonly string[] | undefined) ?? [];
  }

  address(key: string): Address | undefined {
    return this.get(key) as Address | undefined;
  }

  rate(key: string): Rate | undefined {
    return this.get(key) as Rate | undefined;
  }

  /** Written keys that begin with these words, with the words behind them. */
  under(...lead: readonly string[]): { readonly rest: readonly string[]; readonly written: WrittenKey }[] {
    const found: { rest: string[]; written: WrittenKey }[] = [];
    for (const written of this.written.values()) {
      const words = wordsOfKey(written.key);
      if (lead.every((word, index) => words[index] === word)) found.push({ rest: words.slice(lead.length), written });
    }
    return found;
  }

  #problem(origin: Origin, text: string): void {
    if (this.problems.length < problemsMax) this.problems.push({ origin, text });
  }
}

/** One way to write a key, whatever dots in names were written as. */
function canonicalKey(key: string): string {
  return keyOf(wordsOfKey(key));
}

export function keyOf(words: readonly string[]): string {
  return words.map((word) => word.replaceAll('.', '\\.')).join('.');
}

function unknownKeyText(key: string): string {
  const near = nearestKey(key);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return `You've tried to set ${quoted(key)}, but there is no setting with that name${hint}`;
}
