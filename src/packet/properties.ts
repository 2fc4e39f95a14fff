/**
 * The 27 properties of MQTT 5 section 2.2.2.2 as one table: identifier, name, type, bounds and the packets that may
 * carry each. Decoding and encoding read the table. A property list is decoded in the order received and encoded in
 * the order of the object's keys, so what is passed on keeps its order. Names that clients choose are never keys.
 */

import { malformed, ProtocolError, violation } from './error.ts';
import { type PacketLimits, tooManyUserProperties } from './limits.ts';
import {
  binaryBytes,
  type Reader,
  textBytes,
  varintBytes,
  writeBinary,
  writeText,
  writeU16,
  writeU32,
  writeVarint,
} from './primitives.ts';
import { reason } from './reason-codes.ts';
import type { Bytes, Properties, UserProperty } from './types.ts';

/** Who sent a packet; some fields belong to one side only. */
export type Sender = 'client' | 'server';

/** Packets that have a property list, by their type; the list of a will is its own. */
export const carrier = {
  will: 0x0001,
  connect: 0x0002,
  connack: 0x0004,
  publish: 0x0008,
  puback: 0x0010,
  pubrec: 0x0020,
  pubrel: 0x0040,
  pubcomp: 0x0080,
  subscribe: 0x0100,
  suback: 0x0200,
  unsubscribe: 0x0400,
  unsuback: 0x0800,
  disconnect: 0x4000,
  auth: 0x8000,
} as const;

type Kind = 'bit' | 'boolean' | 'u16' | 'u32' | 'varint' | 'text' | 'topic' | 'binary' | 'pair';

interface Row {
  readonly id: number;
  readonly name: keyof Properties;
  readonly kind: Kind;
  /** Union of `carrier` values. */
  readonly carriers: number;
  /** Carriers where only a server may set it, with the statement that says so. */
  readonly serverOnly?: readonly [carriers: number, statement: string];
  /** Carriers where only a client may set it. */
  readonly clientOnly?: readonly [carriers: number, statement: string];
  /** Smallest value; 0 unless given. */
  readonly min?: 1;
  /** Reason Code of a value below `min`; 0x82 unless given. */
  readonly minCode?: number;
  /** Not passed on with the message: it says something about one connection or about a will before it is published. */
  readonly local?: true;
  /** For the duplicate check. */
  readonly bit: number;
}

const { will, connect, connack, publish, subscribe, disconnect, auth } = carrier;
const acks = carrier.puback | carrier.pubrec | carrier.pubrel | carrier.pubcomp | carrier.suback | carrier.unsuback;
const everywhere = will | connect | connack | publish | acks | subscribe | carrier.unsubscribe | disconnect | auth;

const rows: readonly Row[] = (
  [
    { id: 1, name: 'payloadFormatIndicator', kind: 'bit', carriers: publish | will },
    { id: 2, name: 'messageExpiryInterval', kind: 'u32', carriers: publish | will, local: true },
    { id: 3, name: 'contentType', kind: 'text', carriers: publish | will },
    { id: 8, name: 'responseTopic', kind: 'topic', carriers: publish | will },
    { id: 9, name: 'correlationData', kind: 'binary', carriers: publish | will },
    {
      id: 11,
      name: 'subscriptionIdentifiers',
      kind: 'varint',
      carriers: publish | subscribe,
      serverOnly: [publish, 'MQTT-3.3.4-6'],
      min: 1,
      local: true,
    },
    {
      id: 17,
      name: 'sessionExpiryInterval',
      kind: 'u32',
      carriers: connect | connack | disconnect,
      clientOnly: [disconnect, 'MQTT-3.14.2-2'],
    },
    { id: 18, name: 'assignedClientIdentifier', kind: 'text', carriers: connack },
    { id: 19, name: 'serverKeepAlive', kind: 'u16', carriers: connack },
    { id: 21, name: 'authenticationMethod', kind: 'text', carriers: connect | connack | auth },
    { id: 22, name: 'authenticationData', kind: 'binary', carriers: connect | connack | auth },
    { id: 23, name: 'requestProblemInformation', kind: 'boolean', carriers: connect },
    { id: 24, name: 'willDelayInterval', kind: 'u32', carriers: will, local: true },
    { id: 25, name: 'requestResponseInformation', kind: 'boolean', carriers: connect },
    { id: 26, name: 'responseInformation', kind: 'text', carriers: connack },
    { id: 28, name: 'serverReference', kind: 'text', carriers: connack | disconnect, serverOnly: [disconnect, ''] },
    { id: 31, name: 'reasonString', kind: 'text', carriers: connack | acks | disconnect | auth },
    { id: 33, name: 'receiveMaximum', kind: 'u16', carriers: connect | connack, min: 1 },
    { id: 34, name: 'topicAliasMaximum', kind: 'u16', carriers: connect | connack },
    {
      id: 35,
      name: 'topicAlias',
      kind: 'u16',
      carriers: publish,
      min: 1,
      minCode: reason.topicAliasInvalid,
      local: true,
    },
    { id: 36, name: 'maximumQos', kind: 'bit', carriers: connack },
    { id: 37, name: 'retainAvailable', kind: 'boolean', carriers: connack },
    { id: 38, name: 'userProperties', kind: 'pair', carriers: everywhere },
    { id: 39, name: 'maximumPacketSize', kind: 'u32', carriers: connect | connack, min: 1 },
    { id: 40, name: 'wildcardSubscriptionAvailable', kind: 'boolean', carriers: connack },
    { id: 41, name: 'subscriptionIdentifiersAvailable', kind: 'boolean', carriers: connack },
    { id: 42, name: 'sharedSubscriptionAvailable', kind: 'boolean', carriers: connack },
  ] satisfies Omit<Row, 'bit'>[]
).map((row, i) => ({ ...row, bit: 1 << i }));

const rowOfId: readonly (Row | undefined)[] = Array.from({ length: 43 }, (_, id) => rows.find((row) => row.id === id));
const rowOfName: ReadonlyMap<string, Row> = new Map(rows.map((row) => [row.name, row]));

/**
 * Reads a property list with its length in front and checks it completely: identifiers, carriers, repetitions and
 * bounds. Undefined when the list is empty. Binary values are views of the packet.
 */
export function decodeProperties(
  reader: Reader,
  carriedBy: number,
  sender: Sender,
  limits: PacketLimits,
): Properties | undefined {
  const length = reader.varint('Property Length');
  if (length === 0) return undefined;
  if (length > reader.remaining) {
    throw malformed('', `Property Length ${length} reaches beyond the end of the packet`);
  }
  const packetEnd = reader.end;
  reader.end = reader.offset + length;
  const properties: Properties = {};
  let seen = 0;
  while (reader.offset < reader.end) {
    const id = reader.varint('Property Identifier');
    const row = rowOfId[id];
    if (row === undefined) throw malformed('', `Property Identifier ${id} does not exist`);
    if ((row.carriers & carriedBy) === 0) throw malformed('', `Property ${row.name} is not valid for this packet`);
    checkSender(row, carriedBy, sender);
    if (row.kind === 'pair') {
      readUserProperty(reader, properties, limits);
      continue;
    }
    if (row.kind === 'varint') {
      if ((seen & row.bit) !== 0 && carriedBy !== publish) throw repeated(row);
      readSubscriptionIdentifier(reader, properties, row);
    } else {
      if ((seen & row.bit) !== 0) throw repeated(row);
      // The key comes from the table, never from the peer.
      (properties as Record<string, unknown>)[row.name] = readValue(reader, row);
    }
    seen |= row.bit;
  }
  reader.end = packetEnd;
  if (properties.authenticationData !== undefined && properties.authenticationMethod === undefined) {
    throw violation('', 'Authentication Data came without an Authentication Method');
  }
  return properties;
}

/**
 * Bytes of a property list without the length in front.
 * @param onward leave out what is not passed on with a message: expiry, alias, identifiers, delay of a will
 */
export function measureProperties(properties: Properties | undefined, onward: boolean): number {
  if (properties === undefined) return 0;
  let bytes = 0;
  for (const name in properties) {
    const row = rowOfName.get(name)!;
    const value = properties[row.name];
    if (value === undefined || (onward && row.local === true)) continue;
    bytes += measureValue(row, value);
  }
  return bytes;
}

/** Writes the list without the length in front, which `measureProperties` tells; returns the offset behind. */
export function writeProperties(
  target: Bytes,
  offset: number,
  properties: Properties | undefined,
  onward: boolean,
): number {
  if (properties === undefined) return offset;
  for (const name in properties) {
    const row = rowOfName.get(name)!;
    const value = properties[row.name];
    if (value === undefined || (onward && row.local === true)) continue;
    offset = writeValue(target, offset, row, value);
  }
  return offset;
}

/** Bytes of a property list together with its length. */
export function measurePropertyList(properties: Properties | undefined): number {
  const bytes = measureProperties(properties, false);
  return varintBytes(bytes) + bytes;
}

/** Writes the length, 0 where nothing is set [MQTT-2.2.2-1], and the list; returns the offset behind. */
export function writePropertyList(target: Bytes, offset: number, properties: Properties | undefined): number {
  offset = writeVarint(target, offset, measureProperties(properties, false));
  return writeProperties(target, offset, properties, false);
}

/** Whether encoding would write anything at all. */
export function hasProperties(properties: Properties | undefined): boolean {
  return measureProperties(properties, false) > 0;
}

function checkSender(row: Row, carriedBy: number, sender: Sender): void {
  const forbidden = sender === 'client' ? row.serverOnly : row.clientOnly;
  if (forbidden !== undefined && (forbidden[0] & carriedBy) !== 0) {
    throw violation(forbidden[1], `Property ${row.name} is not for a ${sender} to send in this packet`);
  }
}

function readUserProperty(reader: Reader, properties: Properties, limits: PacketLimits): void {
  const pair: UserProperty = [reader.text('User Property name'), reader.text('User Property value')];
  const pairs = properties.userProperties;
  if ((pairs?.length ?? 0) >= limits.userPropertiesMax) {
    throw tooManyUserProperties(limits);
  }
  if (pairs === undefined) properties.userProperties = [pair];
  else pairs.push(pair);
}

function readSubscriptionIdentifier(reader: Reader, properties: Properties, row: Row): void {
  const value = reader.varint(row.name);
  if (value === 0) throw belowMinimum(row, value);
  if (properties.subscriptionIdentifiers === undefined) properties.subscriptionIdentifiers = [value];
  else properties.subscriptionIdentifiers.push(value);
}

function readValue(reader: Reader, row: Row): unknown {
  switch (row.kind) {
    case 'bit':
      return readBit(reader, row);
    case 'boolean':
      return readBit(reader, row) === 1;
    case 'u16':
      return atLeastMinimum(row, reader.u16(row.name));
    case 'u32':
      return atLeastMinimum(row, reader.u32(row.name));
    case 'binary':
      return reader.binary(row.name);
    case 'topic':
      return readResponseTopic(reader);
    default:
      return reader.text(row.name);
  }
}

function readBit(reader: Reader, row: Row): 0 | 1 {
  const value = reader.u8(row.name);
  if (value > 1) throw violation('', `Property ${row.name} is ${value}; 0 and 1 are allowed`);
  return value as 0 | 1;
}

function readResponseTopic(reader: Reader): string {
  const topic = reader.text('Response Topic');
  if (topic.includes('+') || topic.includes('#')) {
    throw violation('MQTT-3.3.2-14', 'The Response Topic contains a wildcard');
  }
  if (topic === '') throw violation('MQTT-4.7.3-1', 'The Response Topic is empty');
  return topic;
}

function atLeastMinimum(row: Row, value: number): number {
  if (value < (row.min ?? 0)) throw belowMinimum(row, value);
  return value;
}

function belowMinimum(row: Row, value: number): ProtocolError {
  const statement = row.minCode === undefined ? '' : 'MQTT-3.3.2-8';
  const text = `Property ${row.name} is ${value}; at least ${row.min} is required`;
  return new ProtocolError(row.minCode ?? reason.protocolError, statement, text);
}

function repeated(row: Row): ProtocolError {
  return violation('', `Property ${row.name} comes more than once`);
}

function measureValue(row: Row, value: unknown): number {
  switch (row.kind) {
    case 'bit':
    case 'boolean':
      return 2;
    case 'u16':
      return 3;
    case 'u32':
      return 5;
    case 'text':
    case 'topic':
      return 1 + textBytes(value as string);
    case 'binary':
      return 1 + binaryBytes(value as Bytes);
    case 'varint':
      return (value as number[]).reduce((bytes, id) => bytes + 1 + varintBytes(id), 0);
    case 'pair':
      return measurePairs(value as UserProperty[]);
  }
}

function measurePairs(pairs: readonly UserProperty[]): number {
  let bytes = 0;
  for (const pair of pairs) bytes += 1 + textBytes(pair[0]) + textBytes(pair[1]);
  return bytes;
}

function writeValue(target: Bytes, offset: number, row: Row, value: unknown): number {
  if (row.kind === 'pair') return writePairs(target, offset, value as UserProperty[]);
  if (row.kind === 'varint') return writeSubscriptionIdentifiers(target, offset, value as number[]);
  target[offset++] = row.id;
  switch (row.kind) {
    case 'bit':
    case 'boolean':
      target[offset] = Number(value);
      return offset + 1;
    case 'u16':
      return writeU16(target, offset, value as number);
    case 'u32':
      return writeU32(target, offset, value as number);
    case 'binary':
      return writeBinary(target, offset, value as Bytes);
    default:
      return writeText(target, offset, value as string);
  }
}

function writePairs(target: Bytes, offset: number, pairs: readonly UserProperty[]): number {
  for (const pair of pairs) {
    target[offset] = 38;
    offset = writeText(target, writeText(target, offset + 1, pair[0]), pair[1]);
  }
  return offset;
}

/** Writes the identifiers as properties; returns the offset behind. */
export function writeSubscriptionIdentifiers(target: Bytes, offset: number, ids: readonly number[]): number {
  for (const id of ids) {
    target[offset] = 11;
    offset = writeVarint(target, offset + 1, id);
  }
  return offset;
}
