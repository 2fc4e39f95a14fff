/** AUTH (section 3.15), the steps of an enhanced authentication; MQTT 5 only. */

import { violation } from './error.ts';
import type { PacketLimits } from './limits.ts';
import { Reader } from './primitives.ts';
import {
  carrier,
  decodeProperties,
  hasProperties,
  measurePropertyList,
  type Sender,
  writePropertyList,
} from './properties.ts';
import { isReasonCodeOf, reason } from './reason-codes.ts';
import type { AuthPacket, Bytes } from './types.ts';

/** Decodes a body. Empty, it means success; only servers say so, and only clients ask to re-authenticate. */
export function decodeAuth(bytes: Bytes, start: number, end: number, limits: PacketLimits, sender: Sender): AuthPacket {
  const reasonCode = start === end ? reason.success : bytes[start]!;
  const othersCode = sender === 'client' ? reason.success : reason.reAuthenticate;
  if (!isReasonCodeOf('auth', reasonCode) || reasonCode === othersCode) {
    throw violation('MQTT-3.15.2-1', `AUTH has Reason Code ${reasonCode}, which is not for a ${sender} to send`);
  }
  if (start === end) return { type: 'auth', reasonCode, properties: undefined };
  const reader = new Reader(bytes, start + 1, end, 'AUTH');
  const properties = decodeProperties(reader, carrier.auth, sender, limits);
  reader.finish();
  if (properties?.authenticationMethod === undefined) throw violation('', 'AUTH has no Authentication Method');
  return { type: 'auth', reasonCode, properties };
}

/** Bytes of the body. */
export function measureAuth(packet: AuthPacket): number {
  if (packet.reasonCode === 0 && !hasProperties(packet.properties)) return 0;
  return 1 + measurePropertyList(packet.properties);
}

/** Writes a body of `length` bytes, as measured. */
export function writeAuth(target: Bytes, offset: number, packet: AuthPacket, length: number): void {
  if (length === 0) return;
  target[offset] = packet.reasonCode;
  writePropertyList(target, offset + 1, packet.properties);
}
