/** What a client gets of what it asked for in CONNECT. */

import type { ConnectPacket } from '../../packet/types.ts';
import type { BrokerOptions } from '../options.ts';

type ExpiryOptions = Pick<BrokerOptions, 'sessionExpirySecondsMax' | 'sessionExpirySecondsBelowV5'>;

/** Seconds the session outlives the connection: below 5.0, clean session false means as long as is allowed. */
export function grantedExpiry(packet: ConnectPacket, options: ExpiryOptions): number {
  const { sessionExpirySecondsMax: max, sessionExpirySecondsBelowV5: belowV5 } = options;
  if (packet.version < 5) return packet.cleanStart ? 0 : Math.min(belowV5, max);
  return Math.min(packet.properties?.sessionExpiryInterval ?? 0, max);
}

/**
 * The keep alive that holds, in seconds; 0 is none. Below 5.0 the client cannot be told of another one and would be
 * cut off again and again, so it has its own. @param maximumSeconds 0 for no maximum
 */
export function grantedKeepAlive(packet: ConnectPacket, maximumSeconds: number): number {
  if (packet.version < 5) return packet.keepAlive;
  const exceeds = maximumSeconds > 0 && (packet.keepAlive === 0 || packet.keepAlive > maximumSeconds);
  return exceeds ? maximumSeconds : packet.keepAlive;
}
