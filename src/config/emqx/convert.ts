/**
 * A home directory of EMQX as `hoopoe.yaml`: what differs from the native defaults, each line with the key that it comes
 * from, and everything that has no counterpart. Text only; writes nothing.
 */

import { relative } from 'node:path';
import type { Assignment } from '../reading.ts';
import { type Converted, lostRemarks, YamlText } from '../yaml-text.ts';
import type { EmqxHome } from './read-home.ts';

export type { Converted } from '../yaml-text.ts';

export function convertHome(home: EmqxHome): Converted {
  const yaml = new YamlText();
  for (const assignment of home.reading.assignments.values()) yaml.add(assignment, remarkOf(assignment, home));
  const withoutCounterpart = home.lost.map(({ written, why }) => {
    const { origin } = written;
    const where = origin.kind === 'file' ? ` (${relative(home.facts.directory, origin.file)}:${origin.line})` : '';
    return `${written.key}${where}: ${why}`;
  });
  const head = '# Made from a home directory of EMQX. Values that are not here are the defaults of Hoopoe.\n';
  return { yaml: head + yaml.text + lostRemarks(withoutCounterpart), withoutCounterpart };
}

function remarkOf({ origin, path }: Assignment, home: EmqxHome): string {
  const key = [...home.keys.written.values()].find((written) => written.origin === origin)?.key;
  return key ?? (path.endsWith('.type') ? '' : 'as in EMQX');
}
