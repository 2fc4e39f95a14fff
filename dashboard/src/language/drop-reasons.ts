/** Why messages did not arrive, in words. */

import type { Text, Translate } from './language.tsx';

const reasons: ReadonlyMap<string, Text> = new Map([
  ['queue_full', 'The queue of the receiver was full'],
  ['slow_client', 'The receiver read too slowly'],
  ['too_large_for_client', 'Larger than the receiver takes'],
  ['expired', 'Expired before it was delivered'],
  ['not_authorized', 'The publisher had no permission'],
  ['offline_qos0', 'QoS 0, and the receiver was away'],
  ['no_subscriber', 'Nobody had subscribed'],
  ['session_ended', 'The session of the receiver ended'],
  ['filtered', 'Held back by a plugin'],
  ['payload_too_large', 'Larger than the broker takes'],
  ['store_failed', 'The store failed'],
] satisfies readonly (readonly [string, Text])[]);

/** A reason that is not known here is shown by its name. */
export function dropReasonText(reason: string, t: Translate): string {
  const text = reasons.get(reason);
  return text === undefined ? reason.replaceAll('_', ' ') : t(text);
}
