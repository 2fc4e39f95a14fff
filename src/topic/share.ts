/**
 * The two ways of asking for a shared subscription: `$share/<group>/<filter>` of MQTT 5, which is accepted from every
 * version, and the older `$queue/<filter>`, one group for all who use it. Who gets a message is decided elsewhere.
 */

import { topicFilterProblem } from './name.ts';

export type ParsedFilter =
  | { readonly kind: 'plain'; readonly filter: string }
  | { readonly kind: 'shared'; readonly group: string; readonly filter: string };

/** The group of all `$queue/` subscriptions. No `$share` group can have this name, since # is not allowed there. */
export const QUEUE_GROUP = '#queue';

const SHARE_PREFIX = '$share/';
const QUEUE_PREFIX = '$queue/';

/**
 * Takes the filter of a subscription apart, or returns what is wrong with it in words that follow "the topic
 * filter". A ShareName is at least one character long [MQTT-4.8.2-1], has no wildcard, and is followed by a slash and
 * a topic filter [MQTT-4.8.2-2].
 */
export function parseFilter(filter: string): ParsedFilter | string {
  if (filter.startsWith(QUEUE_PREFIX)) return shared(QUEUE_GROUP, filter.slice(QUEUE_PREFIX.length));
  if (!filter.startsWith(SHARE_PREFIX)) return topicFilterProblem(filter) ?? { kind: 'plain', filter };
  const slash = filter.indexOf('/', SHARE_PREFIX.length);
  const group = filter.slice(SHARE_PREFIX.length, slash < 0 ? undefined : slash);
  if (group.length === 0) return 'has an empty share name [MQTT-4.8.2-1]';
  if (group.includes('+') || group.includes('#')) return 'has a wildcard in its share name [MQTT-4.8.2-2]';
  if (group.includes('\0')) return 'contains U+0000 [MQTT-4.7.3-2]';
  if (slash < 0) return 'has no topic filter after its share name [MQTT-4.8.2-2]';
  return shared(group, filter.slice(slash + 1));
}

function shared(group: string, filter: string): ParsedFilter | string {
  if (filter.startsWith(SHARE_PREFIX) || filter.startsWith(QUEUE_PREFIX)) {
    return 'asks for a shared subscription inside a shared subscription';
  }
  const problem = topicFilterProblem(filter);
  if (problem !== undefined) return `${problem}, after the prefix of a shared subscription`;
  return { kind: 'shared', group, filter };
}
