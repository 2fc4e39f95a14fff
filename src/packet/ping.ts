/** PINGREQ and PINGRESP (sections 3.12 and 3.13): a fixed header and nothing else. */

import { malformed } from './error.ts';
import type { PingreqPacket, PingrespPacket } from './types.ts';

/** Decodes a body, which is empty. */
export function decodePing<T extends PingreqPacket | PingrespPacket>(type: T['type'], start: number, end: number): T {
  if (end !== start) throw malformed('', `${type.toUpperCase()} has ${end - start} bytes; it has none`);
  return { type } as T;
}
