/** Topic names that are not a client's to publish, whatever its permissions. */

import { levelEnd } from './name.ts';

/**
 * Topics of `$SYS` are the broker's to publish, save the one on which a bridge says whether it is connected; every
 * bridge of Mosquitto does so, with its will too. A name that begins with `$share/` or `$queue/` could never be
 * received, so a publish to it is a mistake or a probe.
 */
const RESERVED: ReadonlySet<string> = new Set(['$SYS', '$share', '$queue']);

/** Whether a client may not publish to the name even as a superuser. */
export function isReservedToPublish(topic: string, clientId: string): boolean {
  // The name of the first level alone is matched by `$SYS/#` too.
  if (topic.charCodeAt(0) !== 0x24 || !RESERVED.has(topic.slice(0, levelEnd(topic, 0)))) return false;
  return topic !== `$SYS/broker/connection/${clientId}/state`;
}
