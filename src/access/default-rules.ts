/**
 * What holds where nobody has said who may read what the broker tells of itself: `$SYS` is for clients on this machine
 * and for superusers, who are asked about nothing. It is EMQX's default, and everything else is left to the others.
 */

import type { Authorizer, ExplainedPermission } from '../ports/access.ts';
import type { Peer } from '../ports/listener.ts';
import { levelEnd } from '../topic/name.ts';

/** Asked after all others, so that any rule of an operator goes before it. */
export const defaultRules: Authorizer = {
  name: 'default-rules',
  authorize: (client, { action, topic }) =>
    action === 'subscribe' && isSystem(topic) && !isOnThisMachine(client.peer) ? 'deny' : 'ignore',
  explain: (client, request): ExplainedPermission => {
    const { action, topic } = request;
    if (action !== 'subscribe' || !isSystem(topic)) return { answer: 'ignore', because: 'only $SYS is spoken of' };
    return isOnThisMachine(client.peer)
      ? { answer: 'ignore', because: 'clients on this machine may read $SYS' }
      : { answer: 'deny', because: 'unless a rule allows it, only clients on this machine may read $SYS' };
  },
};

/** Whether a topic filter matches what the broker tells of itself: no wildcard in the first level does. */
function isSystem(filter: string): boolean {
  return filter.slice(0, levelEnd(filter, 0)) === '$SYS';
}

/** Addresses of peers are numeric and normalised, and a Unix socket has none. */
function isOnThisMachine({ address, transport }: Peer): boolean {
  return transport === 'unix' || transport === 'memory' || address === '::1' || address.startsWith('127.');
}
