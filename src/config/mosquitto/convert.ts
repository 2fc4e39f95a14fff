/**
 * mosquitto.conf as `hoopoe.yaml`: what differs from the native defaults, each line with the line that it comes from, and
 * everything that has no counterpart. Text only; writes nothing.
 */

import { ConfigError, type Origin, originText, problemText } from '../error.ts';
import { type Converted, lostRemarks, YamlText } from '../yaml-text.ts';
import type { ConfWorld, Given } from './conf.ts';
import { readWhole } from './dialect.ts';

/**
 * @param file as the operator wrote it
 * @throws ConfigError when Mosquitto could not use the file either
 */
export function convertConf(text: string, file: string, world: ConfWorld): Converted {
  const { reading, conf } = readWhole(text, file, [], world);
  if (reading.problems.length > 0) throw new ConfigError(reading.problems);
  const names = new Map<Origin, string>(conf.given.map(({ origin, name }) => [origin, name]));
  const yaml = new YamlText();
  for (const assignment of reading.assignments.values()) {
    const { origin } = assignment;
    const name = names.get(origin);
    yaml.add(assignment, name === undefined ? 'as in Mosquitto' : `${name} (${originText(origin)})`);
  }
  const withoutCounterpart = [...new Set([...conf.given.flatMap(lossOf), ...reading.warnings.map(problemText)])];
  const head = `# Made from ${file}. Values that are not here are the defaults of Hoopoe.\n`;
  return { yaml: head + yaml.text + lostRemarks(withoutCounterpart), withoutCounterpart };
}

/** Options that are read and do nothing; those that the operator is warned of are among the warnings. */
function lossOf({ keyword, name, value, origin }: Given): string[] {
  if (keyword.effect !== 'no-effect' || keyword.concerns?.(value) === false) return [];
  return [problemText({ origin, text: `${name} ${keyword.note}` })];
}
