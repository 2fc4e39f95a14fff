/**
 * What a client is told of problems: the last packet it gets when the server ends its connection, if its version and
 * state have one, and explanations left out where they are not wanted.
 */

import { connackReturnCode, isReasonCodeOf } from '../../packet/reason-codes.ts';
import type { ControlPacket, Properties, ProtocolVersion } from '../../packet/types.ts';
import { shorten } from '../../std/shorten.ts';
import type { ConnectionState, End } from './connection.ts';

/**
 * DISCONNECT for a connected MQTT 5 client; CONNACK for one that was not accepted yet; nothing where the version
 * has no packet for it, and nothing to a normal end.
 */
export function refusalOf(state: ConnectionState, version: ProtocolVersion, end: End): ControlPacket | undefined {
  if (end.reasonCode < 0x80) return undefined;
  if (state === 'connected') {
    if (version < 5) return undefined;
    // A code the specification does not list for the packet must not be sent [MQTT-3.14.2-1].
    // Wrong credentials of a client that authenticates again are "not authorized" there.
    const known = end.reasonCode === 0x86 ? 0x87 : end.reasonCode;
    const reasonCode = isReasonCodeOf('disconnect', known) ? known : 0x80;
    return { type: 'disconnect', reasonCode, properties: explain(end) };
  }
  if (version === 5) {
    const reasonCode = isReasonCodeOf('connack', end.reasonCode) ? end.reasonCode : 0x80;
    return { type: 'connack', sessionPresent: false, reasonCode, properties: explain(end) };
  }
  // A CONNECT that breaks the format gets no CONNACK below 5.0 [MQTT-3.1.4-1@3.1.1].
  if (end.name === 'protocol_error' && end.reasonCode !== 0x84 && end.reasonCode !== 0x85) return undefined;
  const returnCode = connackReturnCode(end.reasonCode);
  if (returnCode === undefined) return undefined;
  return { type: 'connack', sessionPresent: false, reasonCode: returnCode, properties: undefined };
}

/** A Reason String longer than this helps nobody, and one above 65,535 bytes could not be encoded at all. */
const REASON_STRING_LENGTH_MAX = 1000;

function explain(end: End): Properties {
  const properties: Properties = { reasonString: shorten(end.message, REASON_STRING_LENGTH_MAX) };
  if (end.serverReference !== undefined) properties.serverReference = end.serverReference;
  return properties;
}

/** Reason String and User Properties are for PUBLISH, CONNACK and DISCONNECT alone then [MQTT-3.1.2-29]. */
export function withoutProblemInformation(packet: ControlPacket): ControlPacket {
  if (packet.type === 'connack' || packet.type === 'disconnect') return packet;
  if (!('properties' in packet) || packet.properties === undefined) return packet;
  const { reasonString: _reason, userProperties: _user, ...rest } = packet.properties;
  return { ...packet, properties: rest } as ControlPacket;
}

/** An answer exceeds the Maximum Packet Size of the client that waits for it [MQTT-3.1.2-24]. */
export function unsendable(label: string, packet: ControlPacket): End {
  return {
    name: 'limit',
    reasonCode: 0x95,
    message: `${label} accepts no packet as large as the ${packet.type.toUpperCase()} it has to get (Maximum Packet Size)`,
  };
}
