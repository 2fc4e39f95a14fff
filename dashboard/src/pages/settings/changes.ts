/** What somebody has entered and not saved yet, apart from the list: a key that is pressed draws one row anew, not all. */

import { useSyncExternalStore } from 'react';
import type { Problem } from '../../api/client.ts';
import type { Translate } from '../../language/language.tsx';

/** As the broker takes it; null goes back to the value of the file. */
export type Entered = boolean | number | string | readonly string[] | null;

export interface Change {
  /** Undefined while the field is open and as it was. */
  readonly value: Entered | undefined;
  /** What is wrong with it. */
  readonly problem?: Problem;
}

export class Changes {
  #changes: ReadonlyMap<string, Change> = new Map();
  readonly #listeners = new Set<() => void>();

  get all(): ReadonlyMap<string, Change> {
    return this.#changes;
  }

  set(path: string, value: Entered | undefined): void {
    this.#replace(new Map(this.#changes).set(path, { value }));
  }

  drop(path: string): void {
    const rest = new Map(this.#changes);
    rest.delete(path);
    this.#replace(rest);
  }

  clear(): void {
    this.#replace(new Map());
  }

  /** Says beside each field what is wrong with it. Fields that were changed since then are left alone. */
  complain(problems: readonly Problem[], checked: ReadonlyMap<string, Entered>): void {
    const next = new Map(this.#changes);
    for (const [path, { value, problem: before }] of this.#changes) {
      if (value === undefined || checked.get(path) !== value) continue;
      const problem = problems.find((one) => one.path === path);
      if (problem?.message !== before?.message) next.set(path, problem === undefined ? { value } : { value, problem });
    }
    this.#replace(next);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #replace(next: ReadonlyMap<string, Change>): void {
    this.#changes = next;
    for (const listener of this.#listeners) listener();
  }
}

export function useChange(changes: Changes, path: string): Change | undefined {
  return useSyncExternalStore(changes.subscribe, () => changes.all.get(path));
}

export function useChanges(changes: Changes): ReadonlyMap<string, Change> {
  return useSyncExternalStore(changes.subscribe, () => changes.all);
}

/** What would be sent: fields that are open and as they were are none. */
export function entered(all: ReadonlyMap<string, Change>): ReadonlyMap<string, Entered> {
  const found = new Map<string, Entered>();
  for (const [path, { value }] of all) if (value !== undefined) found.set(path, value);
  return found;
}

/** A value that was entered, as it is shown. */
export function enteredText(value: Entered, t: Translate): string {
  if (value === null) return t('the value of the file');
  if (Array.isArray(value)) return value.length === 0 ? t('an empty list') : value.join(', ');
  if (typeof value === 'boolean') return String(value);
  return value === '' ? t('empty') : String(value);
}
