/** CONNACK (section 3.2): the answer to CONNECT, with the return codes of 3.x or the Reason Codes of 5.0. */

import { malformed, violation } from './error.ts';
import type { PacketLimits } from './limits.ts';
import { Reader } from './primitives.ts';
import { carrier, decodeProperties, measurePropertyList, writePropertyList } from './properties.ts';
import { isReasonCodeOf } from './reason-codes.ts';
import type { Bytes, ConnackPacket, ProtocolVersion } from './types.ts';

/** The largest CONNACK return code of 3.1 and 3.1.1: not authorized. */
const RETURN_CODE_MAX = 5;

/** Decodes a body. The first byte is reserved as a whole in 3.1 and so has no meaning there. */
export function decodeConnack(
  bytes: Bytes,
  start: number,
  end: number,
  version: ProtocolVersion,
  limits: PacketLimits,
): ConnackPacket {
  const reader = new Reader(bytes, start, end, 'CONNACK');
  const flags = reader.u8('the acknowledge flags');
  if (version > 3 && flags > 1) throw malformed('MQTT-3.2.2-1', `CONNACK has the flags ${flags}; bits 7 to 1 are 0`);
  const reasonCode = reader.u8('the Reason Code');
  if (version === 5 ? !isReasonCodeOf('connack', reasonCode) : reasonCode > RETURN_CODE_MAX) {
    throw violation('MQTT-3.2.2-8', `CONNACK has the code ${reasonCode}, which is not one of its own`);
  }
  const sessionPresent = version > 3 && flags === 1;
  if (sessionPresent && reasonCode !== 0) {
    throw violation('MQTT-3.2.2-6', `CONNACK refuses with ${reasonCode} and yet says that a session is present`);
  }
  const properties = version === 5 ? decodeProperties(reader, carrier.connack, 'server', limits) : undefined;
  reader.finish();
  return { type: 'connack', sessionPresent, reasonCode, properties };
}

/** Bytes of the body. */
export function measureConnack(packet: ConnackPacket, version: ProtocolVersion): number {
  return version === 5 ? 2 + measurePropertyList(packet.properties) : 2;
}

/** Writes a body as measured. */
export function writeConnack(target: Bytes, offset: number, packet: ConnackPacket, version: ProtocolVersion): void {
  target[offset] = version > 3 && packet.sessionPresent ? 1 : 0;
  target[offset + 1] = packet.reasonCode;
  if (version === 5) writePropertyList(target, offset + 2, packet.properties);
}
