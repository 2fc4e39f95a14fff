/** What came through a shared subscription and its receiver has not acknowledged goes to another member. */

import type { Outbound } from './outbound.ts';
import type { Session } from './session.ts';
import type { SharedGroup } from './subscription.ts';

/**
 * Takes out of a session what came through the shared subscriptions that `isTaken` names: queued messages, those that
 * have not left yet, and QoS 1 messages in flight on a connection that is gone. QoS 2 in flight stays [MQTT-4.8.2-5].
 */
export function withdrawShared(
  { outbox, journal, number }: Session,
  isTaken: (group: SharedGroup) => boolean,
): Outbound[] {
  const mayGo = ({ group }: Outbound): boolean => group !== undefined && isTaken(group);
  const withdrawn: Outbound[] = [];
  for (const outbound of outbox.inflight.values()) {
    if (!outbound.sent && (outbound.qos === 1 || !outbound.dup) && mayGo(outbound)) withdrawn.push(outbound);
  }
  for (const outbound of withdrawn) outbox.takeOutOfFlight(outbound);
  withdrawn.push(...outbox.queue.take(mayGo));
  for (const outbound of withdrawn) journal?.done(number, outbound);
  return withdrawn;
}
