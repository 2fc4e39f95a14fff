/** Keeps banned clients out; a ban costs nothing where there is none. */

import { endBanned } from '../../admission/bans.ts';
import type { Connection } from '../connection.ts';

/** True for a client that is banned; it has been told, and its connection has ended. */
export function refuseBanned(connection: Connection): boolean {
  const ban = connection.context.bans.find(connection.identity);
  if (ban === undefined) return false;
  endBanned(connection, ban);
  return true;
}

/** True for a client that logs in once too often: it is banned, and its earlier connection ends as well. */
export function refuseFlapping(connection: Connection): boolean {
  const { context, identity } = connection;
  const ban = context.flapping.connects(identity.clientId);
  if (ban === undefined) return false;
  const earlier = context.sessions.get(identity.clientId)?.connection;
  if (earlier !== undefined) endBanned(earlier, ban);
  endBanned(connection, ban);
  return true;
}
