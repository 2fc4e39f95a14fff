/** What can be wrong with the options of a bridge only together. */

import { bridgeSpec } from '../bridges/spec-of-options.ts';
import type { ConfigProblem } from '../config/error.ts';
import type { Settings } from '../config/settings.ts';

/** What a bridge says of its options when it is made. */
export function problemsOfBridges(settings: Settings): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [name, values] of settings.bridges) {
    try {
      bridgeSpec(name, values, 'host');
    } catch (error) {
      const origins = [...values.all.values()].map(({ origin }) => origin);
      const origin = origins.find(({ kind }) => kind !== 'default') ?? { kind: 'default' };
      problems.push({ origin, text: (error as Error).message });
    }
  }
  return problems;
}
