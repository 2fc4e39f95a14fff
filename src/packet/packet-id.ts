/** Packet Identifiers: two bytes, never 0. Which are in use is known to sessions, not here. */

import { type ProtocolError, violation } from './error.ts';
import type { Reader } from './primitives.ts';

/** Reads the Packet Identifier of a packet that has one. `statement` is the one that forbids 0 for it. */
export function readPacketId(reader: Reader, statement: string): number {
  const packetId = reader.u16('the Packet Identifier');
  if (packetId === 0) throw zeroPacketId(statement);
  return packetId;
}

/** 0 was sent as Packet Identifier. */
export function zeroPacketId(statement: string): ProtocolError {
  return violation(statement, 'Packet Identifier 0 is not allowed; identifiers run from 1 to 65,535');
}
