/**
 * What a store holds as lines of JSON that people can read and change: a line for the format, then sessions, their
 * subscriptions, messages that several sessions wait for, queued messages, retained messages, bans. What is meant by
 * each field stands in docs/durability.md; `import-lines.ts` reads them again.
 */

import { isUtf8 } from 'node:buffer';
import type { Message } from '../../packet/message.ts';
import type { Properties } from '../../packet/types.ts';
import type { Store } from '../../ports/store.ts';
import { publisherFields, willOwnerFields } from './publisher-lines.ts';
import {
  type BanRecord,
  decodeInflight,
  decodeJson,
  decodeMessage,
  decodeQueued,
  type InflightRecord,
  numbersOfKey,
  portable,
  type RetainedPublisherRecord,
  recordKeys,
  type SessionRecord,
  type SubscriptionRecord,
} from './records.ts';

/** A later one may have other lines. */
export const LINES_FORMAT = 1;

/** How many lines there are of each type that an operator counts in. */
export interface LineCounts {
  sessions: number;
  subscriptions: number;
  queuedMessages: number;
  retainedMessages: number;
}

export type ReadableStore = Pick<Store, 'get' | 'range'>;

/** What is in flight to a session: by the key of the queued record. */
type Flights = ReadonlyMap<string, { readonly packetId: number; readonly released: number }>;

/**
 * Each line with its line end. The store must not change meanwhile.
 * @throws BackendError when the store is damaged
 */
export function* exportLines(store: ReadableStore, counts: LineCounts): Generator<string> {
  yield line({ type: 'hoopoe', format: LINES_FORMAT });
  const clientIds = new Map<number, string>();
  const suspects = new Map<number, number>();
  const incoming = incomingOf(store);
  for (const { value } of store.range('s/')) {
    const record = decodeJson<SessionRecord>(value);
    clientIds.set(record.number, record.clientId);
    suspects.set(record.number, record.suspectUpToKey ?? 0);
    counts.sessions++;
    yield line({ type: 'session', ...sessionFields(record, incoming.get(record.number)) });
  }
  for (const { key, value } of store.range('u/')) {
    const clientId = clientIds.get(numbersOfKey(key).first);
    // What a session left that has ended.
    if (clientId === undefined) continue;
    counts.subscriptions++;
    yield line({ type: 'subscription', clientId, ...subscriptionFields(decodeJson<SubscriptionRecord>(value)) });
  }
  for (const { key, value } of store.range('m/')) {
    yield line({ type: 'message', id: numbersOfKey(key).first, ...messageFields(decodeMessage(value)) });
  }
  yield* queuedLines(store, clientIds, suspects, counts);
  for (const { value } of store.range('r/')) {
    counts.retainedMessages++;
    const message = decodeMessage(value);
    const right = store.get(recordKeys.retainedPublisher(message.topic));
    yield line({
      type: 'retained',
      ...messageFields(message),
      right: right && publisherFields(decodeJson<RetainedPublisherRecord>(right)),
    });
  }
  for (const { value } of store.range('b/')) {
    const { kind, value: banned, by, reason, atMs, untilMs } = decodeJson<BanRecord>(value);
    yield line({ type: 'ban', kind, value: banned, by: by || undefined, reason: reason || undefined, atMs, untilMs });
  }
}

function* queuedLines(
  store: ReadableStore,
  clientIds: ReadonlyMap<number, string>,
  suspects: ReadonlyMap<number, number>,
  counts: LineCounts,
): Generator<string> {
  const flights = flightsOf(store);
  for (const { key, value } of store.range('q/')) {
    const { first: session, second } = numbersOfKey(key);
    const clientId = clientIds.get(session);
    if (clientId === undefined) continue;
    const { qos, retain, identifiers, group, messageKey, inline } = decodeQueued(value);
    const number = Number.parseInt(second, 16);
    const { packetId, released = 0 } = flights.get(flightKey(session, number)) ?? {};
    counts.queuedMessages++;
    yield line({
      type: 'queued',
      clientId,
      qos,
      retain: retain || undefined,
      identifiers,
      group,
      packetId,
      released: released || undefined,
      suspect: number <= suspects.get(session)! || undefined,
      message: inline === undefined ? messageKey : messageFields(inline),
    });
  }
}

/** Fields that are undefined are left out. */
function line(fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(fields)}\n`;
}

function sessionFields(record: SessionRecord, incoming: readonly number[] | undefined): Record<string, unknown> {
  const { clientId, username, mountpoint, expirySeconds, expiresAtMs, connected } = record;
  const { will, willDelaySeconds, willDueMs, willOwner } = record;
  return {
    clientId,
    username,
    mountpoint: mountpoint || undefined,
    expirySeconds,
    expiresAtMs: expiresAtMs || undefined,
    connected: connected || undefined,
    incoming,
    will: will && {
      ...messageFields(decodeMessage(Buffer.from(will, 'base64'))),
      delaySeconds: willDelaySeconds || undefined,
      dueAtMs: willDueMs || undefined,
      owner: willOwner && willOwnerFields(willOwner),
    },
  };
}

function subscriptionFields(record: SubscriptionRecord): Record<string, unknown> {
  const { filter, qos, noLocal, retainAsPublished, retainHandling, identifier } = record;
  return {
    filter,
    qos,
    noLocal: noLocal || undefined,
    retainAsPublished: retainAsPublished || undefined,
    retainHandling: retainHandling || undefined,
    identifier: identifier || undefined,
  };
}

function messageFields(message: Message): Record<string, unknown> {
  const { topic, payload, qos, retain, publisher, expiresAtMs, properties } = message;
  return {
    topic,
    ...(isUtf8(payload) ? { payload: payload.toString('utf8') } : { payloadBase64: payload.toString('base64') }),
    qos,
    retain: retain || undefined,
    publisher: publisher || undefined,
    expiresAtMs: expiresAtMs || undefined,
    properties: properties && lasting(properties),
  };
}

/** Without what was said to one connection only, or is told by other fields. */
function lasting(properties: Properties): object | undefined {
  const kept = { ...properties };
  delete kept.topicAlias;
  delete kept.subscriptionIdentifiers;
  delete kept.willDelayInterval;
  return Object.keys(kept).length === 0 ? undefined : portable(kept);
}

/** Identifiers of QoS 2 messages taken and not released, by the number of the session. */
function incomingOf(store: ReadableStore): Map<number, number[]> {
  const incoming = new Map<number, number[]>();
  for (const { key } of store.range('i/')) {
    const { first, second } = numbersOfKey(key);
    const list = incoming.get(first) ?? [];
    list.push(Number(second));
    incoming.set(first, list);
  }
  return incoming;
}

/** The order of PUBREC counts from 1 in each session. */
function flightsOf(store: ReadableStore): Flights {
  const flights = new Map<string, { packetId: number; released: number }>();
  const released = new Map<number, { readonly at: string; readonly record: InflightRecord }[]>();
  for (const { key, value } of store.range('t/')) {
    const { first: session, second } = numbersOfKey(key);
    const record = decodeInflight(value);
    const at = flightKey(session, record.key);
    flights.set(at, { packetId: Number(second), released: 0 });
    if (record.releasedAs === 0) continue;
    const list = released.get(session) ?? [];
    list.push({ at, record });
    released.set(session, list);
  }
  for (const list of released.values()) {
    list.sort((a, b) => a.record.releasedAs - b.record.releasedAs);
    for (const [index, { at }] of list.entries()) flights.get(at)!.released = index + 1;
  }
  return flights;
}

function flightKey(session: number, key: number): string {
  return `${session} ${key}`;
}
