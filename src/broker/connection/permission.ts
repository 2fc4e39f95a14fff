/** Asks whether a client may do something: rules that hold for everybody first, then the chain behind `Access`. */

import type { Qos } from '../../packet/types.ts';
import type { Action } from '../../ports/access.ts';
import { levelEnd } from '../../topic/name.ts';
import type { Connection } from './connection.ts';

/**
 * Topics of `$SYS` are the broker's to publish, save the one on which a bridge says whether it is connected; every
 * bridge of Mosquitto does so, with its will too. A name that begins with `$share/` or `$queue/` could never be
 * received, so a publish to it is a mistake or a probe.
 */
const RESERVED_TO_PUBLISH: ReadonlySet<string> = new Set(['$SYS', '$share', '$queue']);

export function authorize(
  connection: Connection,
  action: Action,
  topic: string,
  qos: Qos,
  retain: boolean,
): boolean | Promise<boolean> {
  if (action === 'publish' && topic.charCodeAt(0) === 0x24) {
    const ownState = `$SYS/broker/connection/${connection.identity.clientId}/state`;
    // The name of the first level alone is matched by `$SYS/#` too.
    if (RESERVED_TO_PUBLISH.has(topic.slice(0, levelEnd(topic, 0))) && topic !== ownState) return false;
  }
  if (connection.superuser) return true;
  const { access } = connection.context;
  try {
    const answer = access.authorize(connection.identity, action, topic, qos, retain);
    return typeof answer === 'boolean' ? answer : answer.catch((error: unknown) => denied(connection, topic, error));
  } catch (error) {
    return denied(connection, topic, error);
  }
}

/** Whoever should have answered could not: nothing is allowed on a guess. */
function denied(connection: Connection, topic: string, error: unknown): false {
  const cause = error instanceof Error ? error.message : String(error);
  connection.context.log.warn('A permission could not be checked', { client: connection.label, topic, cause });
  return false;
}
