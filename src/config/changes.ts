/** Compares two settings, for a reload that says what it does. Applies nothing. */

import type { OptionValues, Settings } from './settings.ts';

export interface Changes {
  /** Paths whose new value takes effect while the broker runs. */
  readonly applied: readonly string[];
  /** Paths whose new value needs a restart, listeners that came or went among them. */
  readonly needRestart: readonly string[];
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
  for (const name of new Set([...running.listeners.keys(), ...given.listeners.keys()])) {
    const before = running.listeners.get(name);
    const after = given.listeners.get(name);
    if (before === undefined || after === undefined) needRestart.push(`listeners.${name}`);
    else compare(before, after);
  }
  return { applied, needRestart };
}
