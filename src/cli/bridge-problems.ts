/** What can be wrong with the options of bridges only together. */

import { possibleLoops } from '../bridges/possible-loops.ts';
import type { BridgeSpec } from '../bridges/spec.ts';
import { bridgeSpec } from '../bridges/spec-of-options.ts';
import type { ConfigProblem } from '../config/error.ts';
import type { Settings } from '../config/settings.ts';

/** What a bridge says of its options when it is made. */
export function problemsOfBridges(settings: Settings): ConfigProblem[] {
  return read(settings).problems;
}

/** What goes well unless other brokers are connected in a way that cannot be seen here. */
export function warningsOfBridges(settings: Settings): ConfigProblem[] {
  return possibleLoops(read(settings).specs).map(({ from, to }) => ({
    origin: originOf(settings, to),
    text:
      `messages that the bridge ${from} brings go on through the bridge ${to}; if the brokers there are connected with ` +
      'each other too, they go round for ever: below MQTT 5 that cannot be seen, so set protocol: 5 for both bridges',
  }));
}

function read(settings: Settings): { specs: BridgeSpec[]; problems: ConfigProblem[] } {
  const specs: BridgeSpec[] = [];
  const problems: ConfigProblem[] = [];
  for (const [name, values] of settings.bridges) {
    try {
      specs.push(bridgeSpec(name, values, 'host'));
    } catch (error) {
      problems.push({ origin: originOf(settings, name), text: (error as Error).message });
    }
  }
  return { specs, problems };
}

function originOf(settings: Settings, name: string): ConfigProblem['origin'] {
  const origins = [...(settings.bridges.get(name)?.all.values() ?? [])].map(({ origin }) => origin);
  return origins.find(({ kind }) => kind !== 'default') ?? { kind: 'default' };
}
