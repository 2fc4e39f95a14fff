/** Packet identifiers of the messages that a session sends. */

import type { IdMap } from '../../std/id-map.ts';
import type { Outbound } from './outbound.ts';

/** The next free, non-zero identifier [MQTT-2.2.1-4]. There is one: fewer than 65,535 can be in flight. */
export function freePacketId(last: number, inflight: IdMap<Outbound>, released: IdMap<Outbound>): number {
  let id = last;
  do {
    id = id === 65_535 ? 1 : id + 1;
  } while (inflight.has(id) || released.has(id));
  return id;
}
