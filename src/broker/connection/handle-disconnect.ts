/** DISCONNECT from the client: a normal end unless it says otherwise. */

import { ProtocolError } from '../../packet/error.ts';
import type { DisconnectPacket } from '../../packet/types.ts';
import type { Connection } from './connection.ts';

export function handleDisconnect(connection: Connection, packet: DisconnectPacket): void {
  const { session, context } = connection;
  const asked = packet.properties?.sessionExpiryInterval;
  if (asked !== undefined && session !== undefined) {
    if (session.expirySeconds === 0 && asked !== 0) {
      throw new ProtocolError(
        0x82,
        'MQTT-3.14.2-2',
        `DISCONNECT sets a Session Expiry Interval of ${asked} s though CONNECT set 0 (section 3.14.2.2.2)`,
      );
    }
    context.sessions.setExpiry(session, Math.min(asked, connection.options.sessionExpirySecondsMax));
  }
  connection.end({
    name: 'normal',
    reasonCode: packet.reasonCode,
    message: `${connection.label} disconnected`,
    // Only 0x00 takes the will back; 0x04 asks for it, and so does every error [MQTT-3.14.4-3].
    discardWill: packet.reasonCode === 0,
    silent: true,
  });
}
