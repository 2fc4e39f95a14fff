/** The rates that a client's messages must keep. A client above them is not read for a while; nothing is lost. */

import type { Message } from '../../../packet/message.ts';
import { measureProperties } from '../../../packet/properties.ts';
import type { Connection } from '../connection.ts';

/** Counts a message, which is accepted in any case, and stops reading until the next one may come. */
export function slowDown(connection: Connection, message: Message): void {
  const { clock, counters } = connection.context;
  const { link, deadline, messageRate, byteRate } = connection;
  const bytes = message.payloadBytes + message.topic.length + measureProperties(message.properties, false);
  const now = clock.monotonic();
  const byMessages = messageRate?.take(1, now) ?? 0;
  const byBytes = byteRate?.take(bytes, now) ?? 0;
  if (byMessages > 0) counters.limit('messages_per_second');
  if (byBytes > 0) counters.limit('bytes_per_second');
  const waitMs = Math.max(byMessages, byBytes);
  if (waitMs <= 0) return;
  link.hold();
  deadline.suspend();
  connection.stopRateWait = clock.after(waitMs, () => {
    // A bucket that asked to wait has not given anything for this message yet.
    if (byMessages > 0) messageRate?.take(1, clock.monotonic());
    if (byBytes > 0) byteRate?.take(bytes, clock.monotonic());
    deadline.resume();
    link.release();
  });
}
