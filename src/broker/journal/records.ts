/**
 * The durable form of what must survive a restart: keys and values of the journal's records. Sessions and
 * subscriptions are JSON, read once at start; messages and queues are binary, since there are millions of them. Each
 * value begins with its format's version. What clients name is inside the value; in a key it stands encoded, and long
 * names as a hash, so that no name can break a key.
 */

import { createHash } from 'node:crypto';
import { Message } from '../../packet/message.ts';
import type { Properties, ProtocolVersion, Qos, SubscribeOptions } from '../../packet/types.ts';
import type { PermissionRule } from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { Peer } from '../../ports/listener.ts';

/** Records of a later version cannot be read by this one, which must not take them for something else. */
const RECORD_VERSION = 1;

function checkVersion(version: unknown): void {
  if (version === RECORD_VERSION) return;
  const found = typeof version === 'number' ? `version ${version}` : 'no version';
  throw new BackendError(
    'STORE_RECORD_NEWER',
    `The store has a record of ${found}; this broker reads version ${RECORD_VERSION}. It was written by a newer ` +
      'Hoopoe: run that one, or import its export.',
  );
}

/** Longer names are hashed: an ordered store bounds its keys. */
const KEY_PART_MAX = 256;

function keyPart(name: string): string {
  return name.length <= KEY_PART_MAX ? `=${name}` : `#${createHash('sha256').update(name).digest('hex')}`;
}

function sortable(key: number): string {
  return key.toString(16).padStart(12, '0');
}

// U+0000 cannot occur in any MQTT string, so it separates for certain. Sessions have a number of their own, which is
// never used again: what a session that has ended leaves behind cannot be taken for its successor's.
export const recordKeys = {
  session: (clientId: string): string => `s/${keyPart(clientId)}`,
  subscription: (session: number, filter: string): string => `u/${sortable(session)}\0${keyPart(filter)}`,
  queued: (session: number, key: number): string => `q/${sortable(session)}\0${sortable(key)}`,
  queueOf: (session: number): string => `q/${sortable(session)}\0`,
  inflight: (session: number, packetId: number): string => `t/${sortable(session)}\0${packetId}`,
  incoming: (session: number, packetId: number): string => `i/${sortable(session)}\0${packetId}`,
  message: (key: number): string => `m/${sortable(key)}`,
  retained: (topic: string): string => `r/${keyPart(topic)}`,
  retainedPublisher: (topic: string): string => `o/${keyPart(topic)}`,
  ban: (kind: BanRecord['kind'], value: string): string => `b/${kind}${keyPart(value)}`,
  presence: (clientId: string): string => `p/${keyPart(clientId)}`,
} as const;

/** The numbers in a key of the kinds `q`, `t`, `i` and `u`, or the one of `m`. */
export function numbersOfKey(key: string): { first: number; second: string } {
  const [first = '', second = ''] = key.slice(2).split('\0');
  return { first: Number.parseInt(first, 16), second };
}

/** The value of records whose key says everything. */
export const PRESENT: Uint8Array = Buffer.from([1]);

export interface SessionRecord {
  /** Number of the session; see `recordKeys`. */
  number: number;
  clientId: string;
  username: string | undefined;
  /** Of the listener; none when it is not said. */
  mountpoint?: string;
  expirySeconds: number;
  /** When the session ends, in milliseconds since the epoch; 0 while connected or for one that lasts for ever. */
  expiresAtMs: number;
  connected: boolean;
  /** Base64 of a message record. */
  will: string | undefined;
  willDelaySeconds: number;
  /** When a delayed will is due; 0 when no will waits. */
  willDueMs: number;
  /** In milliseconds since the epoch; unknown for records from before they were kept, and for imported ones. */
  createdAtMs?: number;
  disconnectedAtMs?: number;
  /** Whose right to publish the will is checked when it is sent. */
  willOwner?: WillOwnerRecord;
  /** Queued records up to this key are sent only if a subscription still wants them. */
  suspectUpToKey?: number;
}

export interface WillOwnerRecord {
  readonly username: string | undefined;
  readonly version: ProtocolVersion;
  readonly superuser: boolean;
  readonly permissions?: readonly PermissionRule[];
  readonly peer: Peer;
}

/** Whose right to publish a retained message is asked about before it is given to a new subscription. */
export interface RetainedPublisherRecord {
  readonly topic: string;
  /** What it asked to publish to, where a hook has made `topic` of it. */
  readonly askedTopic?: string;
  readonly clientId: string;
  readonly username: string | undefined;
  readonly version: ProtocolVersion;
  readonly permissions?: readonly PermissionRule[];
  readonly peer: Peer;
}

/** Who must not come in; see `Ban`. */
export interface BanRecord {
  kind: 'client_id' | 'username' | 'address';
  value: string;
  by: string;
  reason: string;
  atMs: number;
  /** Absent for one that holds for ever. */
  untilMs?: number;
}

/** A client that is connected, and of which somebody was told so. */
export interface PresenceRecord {
  clientId: string;
  username: string | undefined;
  address: string;
  localPort: number;
  version: ProtocolVersion;
  connectedAtMs: number;
}

export interface SubscriptionRecord extends SubscribeOptions {
  /** With `$share/…` if it is shared. */
  filter: string;
  identifier: number;
}

export function encodeJson(
  record: SessionRecord | SubscriptionRecord | BanRecord | PresenceRecord | RetainedPublisherRecord,
): Uint8Array {
  return Buffer.from(JSON.stringify({ v: RECORD_VERSION, ...record }));
}

/** @throws SyntaxError when the value is damaged, BackendError when a newer broker wrote it */
export function decodeJson<T>(value: Uint8Array): T {
  const record = JSON.parse(asBuffer(value).toString('utf8')) as T & { readonly v?: unknown };
  checkVersion(record.v);
  return record;
}

/** A message that waits in a session's queue, in flight or not. */
export interface QueuedRecord {
  qos: Qos;
  retain: boolean;
  identifiers: readonly number[] | undefined;
  /** Share name and filter of the group it was chosen through. */
  group: readonly [name: string, filter: string] | undefined;
  /** What it counts against the limits of its queue. */
  bytes: number;
  /** Where the message is kept when several sessions wait for it; 0 when it is in `inline`. */
  messageKey: number;
  inline: Message | undefined;
}

const RETAIN = 4;
const EXTRAS = 8;

/** Version, flags, bytes, message key, then extras as JSON behind their length, then the inline message. */
export function encodeQueued(record: QueuedRecord): Uint8Array {
  const { qos, retain, identifiers, group, bytes, messageKey, inline } = record;
  const extras =
    identifiers === undefined && group === undefined ? undefined : Buffer.from(JSON.stringify({ identifiers, group }));
  const headBytes = 14 + (extras === undefined ? 0 : 4 + extras.length);
  const value = inline === undefined ? Buffer.allocUnsafe(headBytes) : encodeMessageBehind(inline, headBytes);
  value[0] = RECORD_VERSION;
  value[1] = qos | (retain ? RETAIN : 0) | (extras === undefined ? 0 : EXTRAS);
  value.writeUInt32LE(bytes, 2);
  value.writeDoubleLE(messageKey, 6);
  if (extras !== undefined) {
    value.writeUInt32LE(extras.length, 14);
    extras.copy(value, 18);
  }
  return value;
}

/** The parts of a queued record that need no message: enough to count. */
export function peekQueued(value: Uint8Array): { bytes: number; messageKey: number } {
  const buffer = asBuffer(value);
  checkVersion(buffer[0]);
  return { bytes: buffer.readUInt32LE(2), messageKey: buffer.readDoubleLE(6) };
}

/** @throws SyntaxError or RangeError when the value is damaged, BackendError when a newer broker wrote it */
export function decodeQueued(value: Uint8Array): QueuedRecord {
  const buffer = asBuffer(value);
  checkVersion(buffer[0]);
  const flags = buffer[1]!;
  let end = 14;
  let extras: Pick<QueuedRecord, 'identifiers' | 'group'> = { identifiers: undefined, group: undefined };
  if ((flags & EXTRAS) !== 0) {
    end = 18 + buffer.readUInt32LE(14);
    extras = JSON.parse(buffer.toString('utf8', 18, end)) as typeof extras;
  }
  const messageKey = buffer.readDoubleLE(6);
  return {
    qos: (flags & 3) as Qos,
    retain: (flags & RETAIN) !== 0,
    identifiers: extras.identifiers,
    group: extras.group,
    bytes: buffer.readUInt32LE(2),
    messageKey,
    inline: messageKey === 0 ? decodeMessage(buffer.subarray(end)) : undefined,
  };
}

/** That a queued message was sent under a packet identifier, and whether the receiver has it already. */
export interface InflightRecord {
  /** Of the queued record. */
  key: number;
  /** The order of PUBREC among the released, or 0 for a message that still waits for PUBACK or PUBREC. */
  releasedAs: number;
}

export function encodeInflight(record: InflightRecord): Uint8Array {
  const value = Buffer.allocUnsafe(17);
  value[0] = RECORD_VERSION;
  value.writeDoubleLE(record.releasedAs, 1);
  value.writeDoubleLE(record.key, 9);
  return value;
}

export function decodeInflight(value: Uint8Array): InflightRecord {
  const buffer = asBuffer(value);
  checkVersion(buffer[0]);
  return { releasedAs: buffer.readDoubleLE(1), key: buffer.readDoubleLE(9) };
}

const PROPERTIES = 8;

/** Version, flags, expiry, then publisher, topic and properties each behind its length, then the payload. */
export function encodeMessage(message: Message): Buffer {
  return encodeMessageBehind(message, 0);
}

/** As `encodeMessage`, behind `at` bytes that the caller fills in: one piece of memory for both. */
function encodeMessageBehind(message: Message, at: number): Buffer {
  const { qos, retain, expiresAtMs, publisher, topic, properties } = message;
  const extras = properties === undefined ? '' : JSON.stringify(portable(properties));
  const publisherBytes = Buffer.byteLength(publisher);
  const topicBytes = Buffer.byteLength(topic);
  const extrasBytes = Buffer.byteLength(extras);
  const start = at + 18 + publisherBytes + topicBytes + extrasBytes;
  // The value lives until its commit only, so memory from Node's pool does.
  const value = Buffer.allocUnsafe(start + message.payloadBytes);
  value[at] = RECORD_VERSION;
  value[at + 1] = qos | (retain ? RETAIN : 0) | (properties === undefined ? 0 : PROPERTIES);
  value.writeDoubleLE(expiresAtMs, at + 2);
  value.writeUInt16LE(publisherBytes, at + 10);
  value.writeUInt16LE(topicBytes, at + 12);
  value.writeUInt32LE(extrasBytes, at + 14);
  value.write(publisher, at + 18);
  value.write(topic, at + 18 + publisherBytes);
  if (extrasBytes > 0) value.write(extras, at + 18 + publisherBytes + topicBytes);
  message.copyPayload(value, start);
  return value;
}

/**
 * The message has memory of its own.
 * @throws SyntaxError or RangeError when the value is damaged, BackendError when a newer broker wrote it
 */
export function decodeMessage(value: Uint8Array): Message {
  const buffer = asBuffer(value);
  checkVersion(buffer[0]);
  const flags = buffer[1]!;
  const publisherEnd = 18 + buffer.readUInt16LE(10);
  const topicEnd = publisherEnd + buffer.readUInt16LE(12);
  const start = topicEnd + buffer.readUInt32LE(14);
  const properties =
    (flags & PROPERTIES) === 0 ? undefined : fromPortable(JSON.parse(buffer.toString('utf8', topicEnd, start)));
  const payload = Buffer.allocUnsafeSlow(buffer.length - start);
  buffer.copy(payload, 0, start);
  const topic = buffer.toString('utf8', publisherEnd, topicEnd);
  const message = Message.of(topic, payload, (flags & 3) as Qos, (flags & RETAIN) !== 0, properties);
  message.publisher = buffer.toString('utf8', 18, publisherEnd);
  message.expiresAtMs = buffer.readDoubleLE(2);
  return message;
}

export type PortableProperties = Omit<Properties, 'correlationData'> & { correlationData?: string };

/** JSON has no bytes. The order of the keys is kept, and with it the order of the properties. */
export function portable(properties: Properties): PortableProperties {
  const { correlationData } = properties;
  const rest = properties as Omit<Properties, 'correlationData'>;
  return correlationData === undefined ? rest : { ...rest, correlationData: correlationData.toString('base64') };
}

function fromPortable(properties: PortableProperties): Properties {
  const { correlationData } = properties;
  const rest = properties as Omit<Properties, 'correlationData'>;
  return correlationData === undefined ? rest : { ...rest, correlationData: Buffer.from(correlationData, 'base64') };
}

function asBuffer(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
