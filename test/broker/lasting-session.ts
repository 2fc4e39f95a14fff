/** What a client says in CONNECT so that its session outlives the connection, in the words of its version. */

import type { ConnectPacket, Properties, ProtocolVersion } from '../../src/packet/types.ts';

/** @param properties further properties of CONNECT, for MQTT 5 */
export function lasting(version: ProtocolVersion, properties: Properties = {}): Partial<ConnectPacket> {
  if (version < 5) return { cleanStart: false };
  return { cleanStart: false, properties: { sessionExpiryInterval: 3600, ...properties } };
}
