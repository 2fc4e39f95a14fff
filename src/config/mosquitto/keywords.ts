/** All options of mosquitto.conf, and the way from a written name to its row. */

import { bridgeKeywords } from './bridge-keywords.ts';
import { generalKeywords } from './general-keywords.ts';
import type { Keyword } from './keyword.ts';
import { listenerKeywords } from './listener-keywords.ts';
import { securityKeywords } from './security-keywords.ts';

/** In the order in which they are documented. */
export const keywords: readonly Keyword[] = [
  ...securityKeywords,
  ...generalKeywords,
  ...listenerKeywords,
  ...bridgeKeywords,
];

const byName: ReadonlyMap<string, Keyword> = new Map(
  keywords.flatMap((keyword) => [keyword.name, ...(keyword.aliases ?? [])].map((name) => [name, keyword])),
);

/** Every name that may be written, those of options of plugins aside. */
export const keywordNames: readonly string[] = [...byName.keys()].filter((name) => !name.endsWith('*'));

/** The row of a name as it is written; names are case-sensitive. */
export function findKeyword(name: string): Keyword | undefined {
  if (/^(plugin|auth)_opt_[!-~]+$/.test(name)) return byName.get('plugin_opt_*');
  return name.endsWith('*') ? undefined : byName.get(name);
}
