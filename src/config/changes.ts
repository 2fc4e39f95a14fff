/** Compares two settings, for a reload that says what it does. Applies nothing. */

import type { SourceSettings } from './access.ts';
import type { OptionValues, Settings } from './settings.ts';

export interface Changes {
  /** Paths whose new value takes effect while the broker runs. */
  readonly applied: readonly string[];
  /** Paths whose new value needs a restart, listeners and sources that came or went among them. */
  readonly needRestart: readonly string[];
}

/** What came of a reload. */
export interface ReloadOutcome extends Changes {
  /** A sentence for each certificate or file of access that could not be read again and stays as it was. */
  readonly problems: readonly string[];
}

/** What differs between the settings the broker runs with and those it was just given. */
export function compareSettings(running: Settings, given: Settings): Changes {
  const applied: string[] = [];
  const needRestart: string[] = [];
  const compare = (before: OptionValues, after: OptionValues): void => {
    for (const [name, { row, path, value }] of after.all) {
      const same = JSON.stringify(before.get(name).value) === JSON.stringify(value);
      if (!same) (row.reloadable ? applied : needRestart).push(path);
    }
  };
  compare(running, given);
  for (const [collection, before] of running.entries) {
    const after = given.entries.get(collection) ?? new Map<string, OptionValues>();
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const [one, other] = [before.get(name), after.get(name)];
      if (one === undefined || other === undefined) needRestart.push(`${collection}.${name}`);
      else compare(one, other);
    }
  }
  return { applied, needRestart };
}

/** What neither values nor names tell: that sources are of another kind, or asked in another order. */
export function compareSources(running: readonly SourceSettings[], given: readonly SourceSettings[]): Changes {
  const chain = (sources: readonly SourceSettings[]): string[] => sources.map(({ name, kind }) => `${name} ${kind}`);
  const [before, after] = [chain(running), chain(given)];
  if (before.join() === after.join()) return { applied: [], needRestart: [] };
  const isMoved = before.sort().join() === after.sort().join();
  return isMoved ? { applied: ['order of access'], needRestart: [] } : { applied: [], needRestart: ['access'] };
}
