/** A message on its way as the journal gives it back. */

import type { StoredOutbound } from '../journal/stored-queue.ts';
import { Outbound } from './outbound.ts';
import type { SharedGroup } from './subscription.ts';

/** @param groups finds the group it was chosen through; a group that is gone leaves the message to its session */
export function restoreOutbound(
  { key, record, message }: StoredOutbound,
  groups: { findGroup(name: string, filter: string): SharedGroup | undefined },
): Outbound {
  const { qos, retain, identifiers, messageKey } = record;
  const group = record.group === undefined ? undefined : groups.findGroup(...record.group);
  const outbound = new Outbound(message, qos, retain, identifiers, group);
  outbound.journalKey = key;
  outbound.journalMessage = messageKey;
  return outbound;
}
