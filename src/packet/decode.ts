/** From a type to its decoder, for every packet but PUBLISH, which `decodePublish` reads. */

import { decodeAck } from './ack.ts';
import { decodeAuth } from './auth.ts';
import { decodeConnack } from './connack.ts';
import { decodeConnect } from './connect.ts';
import { decodeDisconnect } from './disconnect.ts';
import { checkFirstByte } from './fixed-header.ts';
import type { PacketLimits } from './limits.ts';
import { decodePing } from './ping.ts';
import type { Sender } from './properties.ts';
import { decodeSuback } from './suback.ts';
import { decodeSubscribe } from './subscribe.ts';
import type { Bytes, ControlPacket, PingreqPacket, PingrespPacket, ProtocolVersion } from './types.ts';
import { decodeUnsuback } from './unsuback.ts';
import { decodeUnsubscribe } from './unsubscribe.ts';

/**
 * Decodes the body between two offsets of a packet that began with `firstByte`. A CONNECT is read in the version that
 * it names, everything else in `version`. Whatever is wrong with the packet is thrown as a ProtocolError. Binary
 * values may be views of `bytes`.
 */
export function decodePacket(
  firstByte: number,
  bytes: Bytes,
  start: number,
  end: number,
  version: ProtocolVersion,
  limits: PacketLimits,
  sender: Sender = 'client',
): ControlPacket {
  checkFirstByte(firstByte, version, sender);
  switch (firstByte >> 4) {
    case 1:
      return decodeConnect(bytes, start, end, limits);
    case 2:
      return decodeConnack(bytes, start, end, version, limits);
    case 4:
      return decodeAck('puback', bytes, start, end, version, limits, sender);
    case 5:
      return decodeAck('pubrec', bytes, start, end, version, limits, sender);
    case 6:
      return decodeAck('pubrel', bytes, start, end, version, limits, sender);
    case 7:
      return decodeAck('pubcomp', bytes, start, end, version, limits, sender);
    case 8:
      return decodeSubscribe(bytes, start, end, version, limits);
    case 9:
      return decodeSuback(bytes, start, end, version, limits);
    case 10:
      return decodeUnsubscribe(bytes, start, end, version, limits);
    case 11:
      return decodeUnsuback(bytes, start, end, version, limits);
    case 12:
      return decodePing<PingreqPacket>('pingreq', start, end);
    case 13:
      return decodePing<PingrespPacket>('pingresp', start, end);
    case 14:
      return decodeDisconnect(bytes, start, end, version, limits, sender);
    case 15:
      return decodeAuth(bytes, start, end, limits, sender);
    default:
      throw new TypeError('decodePacket was given a PUBLISH; decodePublish decodes it');
  }
}
