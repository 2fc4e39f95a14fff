/**
 * CONNECT (section 3.1), the one packet that says which version it is written in. Once that is known, every refusal
 * carries it, so that the answer can be given in a form that the client reads.
 */

import { ConnectError, malformed, ProtocolError, UnsupportedVersionError } from './error.ts';
import type { PacketLimits } from './limits.ts';
import { binaryBytes, ownCopy, Reader, textBytes, writeBinary, writeText, writeU16 } from './primitives.ts';
import { carrier, decodeProperties, measurePropertyList, writePropertyList } from './properties.ts';
import { reason } from './reason-codes.ts';
import type { Bytes, ConnectPacket, ProtocolVersion, Qos, Will } from './types.ts';

/** Set in the protocol level by bridges, a convention of Mosquitto that 3.1 and 3.1.1 leave room for. */
const BRIDGE = 0x80;

/** The four letters as a number. */
const MQTT = 0x4d515454;

const flag = {
  reserved: 0x01,
  cleanStart: 0x02,
  will: 0x04,
  willRetain: 0x20,
  password: 0x40,
  username: 0x80,
} as const;
const WILL_QOS_SHIFT = 3;

/**
 * Decodes a body. Throws a ConnectError, or an UnsupportedVersionError when name and level are none of ours. Whether an
 * empty Client Identifier is acceptable is not decided here. Binary values are copies: they live as long as the session.
 */
export function decodeConnect(bytes: Bytes, start: number, end: number, limits: PacketLimits): ConnectPacket {
  const reader = new Reader(bytes, start, end, 'CONNECT');
  let answerVersion: ProtocolVersion | undefined;
  try {
    const name = protocolName(reader);
    const level = reader.u8('the Protocol Level');
    const version = versionOf(name, level);
    answerVersion = version;
    return readBody(reader, version, level >= BRIDGE, limits);
  } catch (error) {
    if (!(error instanceof ProtocolError) || error instanceof ConnectError) throw error;
    const { reasonCode, message, limit } = error;
    const statement = limit === undefined ? error.statement || 'MQTT-3.1.4-1' : '';
    throw new ConnectError(reasonCode, statement, message, answerVersion, limit);
  }
}

/** Nearly every packet begins with the one name, which is known without making a text of it. */
function protocolName(reader: Reader): string {
  const { bytes, offset: at } = reader;
  const isMqtt = reader.remaining >= 6 && bytes[at] === 0 && bytes[at + 1] === 4 && bytes.readUInt32BE(at + 2) === MQTT;
  if (!isMqtt) return reader.text('the Protocol Name');
  reader.offset = at + 6;
  return 'MQTT';
}

/** Bytes of the body. */
export function measureConnect(packet: ConnectPacket): number {
  const five = packet.version === 5;
  let bytes = textBytes(nameOf(packet.version)) + 4 + textBytes(packet.clientId);
  if (five) bytes += measurePropertyList(packet.properties);
  const will = packet.will;
  if (will !== undefined) {
    bytes += textBytes(will.topic) + binaryBytes(will.payload) + (five ? measurePropertyList(will.properties) : 0);
  }
  if (packet.username !== undefined) bytes += textBytes(packet.username);
  if (packet.password !== undefined) bytes += binaryBytes(packet.password);
  return bytes;
}

/** Writes a body as measured. */
export function writeConnect(target: Bytes, offset: number, packet: ConnectPacket): void {
  const { version, will } = packet;
  offset = writeText(target, offset, nameOf(version));
  target[offset++] = version | (packet.bridge ? BRIDGE : 0);
  target[offset++] = flagsOf(packet);
  offset = writeU16(target, offset, packet.keepAlive);
  if (version === 5) offset = writePropertyList(target, offset, packet.properties);
  offset = writeText(target, offset, packet.clientId);
  if (will !== undefined) {
    if (version === 5) offset = writePropertyList(target, offset, will.properties);
    offset = writeText(target, offset, will.topic);
    offset = writeBinary(target, offset, will.payload);
  }
  if (packet.username !== undefined) offset = writeText(target, offset, packet.username);
  if (packet.password !== undefined) writeBinary(target, offset, packet.password);
}

function versionOf(name: string, level: number): ProtocolVersion {
  if (name === 'MQTT') {
    if (level === 5) return 5;
    if ((level & ~BRIDGE) === 4) return 4;
    // Later versions will read the newest form of CONNACK that there is, earlier ones the oldest of that name.
    throw new UnsupportedVersionError('MQTT-3.1.2-2', name, level, level > 5 && level < BRIDGE ? 5 : 4);
  }
  if (name === 'MQIsdp') {
    if ((level & ~BRIDGE) === 3) return 3;
    throw new UnsupportedVersionError('MQTT-3.1.2-2', name, level, 3);
  }
  throw new UnsupportedVersionError('MQTT-3.1.2-1', name, level, undefined);
}

function nameOf(version: ProtocolVersion): string {
  return version === 3 ? 'MQIsdp' : 'MQTT';
}

function readBody(reader: Reader, version: ProtocolVersion, bridge: boolean, limits: PacketLimits): ConnectPacket {
  const flags = reader.u8('the Connect Flags');
  checkFlags(flags, version);
  const keepAlive = reader.u16('Keep Alive');
  const properties = version === 5 ? decodeProperties(reader, carrier.connect, 'client', limits) : undefined;
  if (properties?.authenticationData) properties.authenticationData = ownCopy(properties.authenticationData);
  const clientId = reader.text('the Client Identifier');
  const will = (flags & flag.will) === 0 ? undefined : readWill(reader, flags, version, limits);
  // In 3.1 the Remaining Length overrules the flags: a client whose packet ends early has simply no credentials.
  const mayEndHere = version === 3;
  const hasUsername = (flags & flag.username) !== 0 && !(mayEndHere && reader.remaining === 0);
  const username = hasUsername ? reader.text('the User Name') : undefined;
  const hasPassword = (flags & flag.password) !== 0 && !(mayEndHere && reader.remaining === 0);
  const password = hasPassword ? ownCopy(reader.binary('the Password')) : undefined;
  reader.finish();
  return {
    type: 'connect',
    version,
    bridge,
    cleanStart: (flags & flag.cleanStart) !== 0,
    keepAlive,
    clientId,
    will,
    username,
    password,
    properties,
  };
}

function checkFlags(flags: number, version: ProtocolVersion): void {
  if ((flags & flag.reserved) !== 0) throw malformed('MQTT-3.1.2-3', 'CONNECT has the reserved flag set');
  const willQos = (flags >> WILL_QOS_SHIFT) & 3;
  if ((flags & flag.will) === 0) {
    if (willQos !== 0) throw malformed('MQTT-3.1.2-11', `CONNECT has Will QoS ${willQos} without a will`);
    if ((flags & flag.willRetain) !== 0) throw malformed('MQTT-3.1.2-13', 'CONNECT has Will Retain without a will');
  }
  if (willQos === 3) throw malformed('MQTT-3.1.2-12', 'CONNECT has Will QoS 3; 0, 1 and 2 exist');
  if (version < 5 && (flags & flag.password) !== 0 && (flags & flag.username) === 0) {
    throw malformed('MQTT-3.1.2-22@3.1.1', 'CONNECT has a Password without a User Name, which MQTT 5 alone allows');
  }
}

function readWill(reader: Reader, flags: number, version: ProtocolVersion, limits: PacketLimits): Will {
  const properties = version === 5 ? decodeProperties(reader, carrier.will, 'client', limits) : undefined;
  if (properties?.correlationData) properties.correlationData = ownCopy(properties.correlationData);
  const topic = reader.text('the Will Topic');
  const payload = ownCopy(reader.binary('the Will Payload'));
  if (topic === '') throw invalidWillTopic('MQTT-4.7.3-1', 'is empty');
  if (topic.includes('+') || topic.includes('#')) throw invalidWillTopic('MQTT-4.7.0-1', 'contains a wildcard');
  const qos = ((flags >> WILL_QOS_SHIFT) & 3) as Qos;
  return { topic, payload, qos, retain: (flags & flag.willRetain) !== 0, properties };
}

function invalidWillTopic(statement: string, what: string): ProtocolError {
  return new ProtocolError(reason.topicNameInvalid, statement, `The Will Topic ${what}`);
}

function flagsOf(packet: ConnectPacket): number {
  const will = packet.will;
  return (
    (packet.cleanStart ? flag.cleanStart : 0) |
    (will === undefined ? 0 : flag.will | (will.qos << WILL_QOS_SHIFT) | (will.retain ? flag.willRetain : 0)) |
    (packet.password === undefined ? 0 : flag.password) |
    (packet.username === undefined ? 0 : flag.username)
  );
}
