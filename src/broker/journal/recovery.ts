/**
 * Brings back what the store holds: sessions with their subscriptions, what is in flight, how much waits, and retained
 * messages. Queues stay where they are. Times are absolute, so what ended while the broker was off ends at the first
 * look. Records that nothing refers to any more, because a stop interrupted their deletion, are deleted.
 */

import type { Peer } from '../../ports/listener.ts';
import { parseFilter } from '../../topic/share.ts';
import type { BrokerContext } from '../context.ts';
import { addSubscription } from '../routing/add-subscription.ts';
import type { Outbound } from '../session/outbound.ts';
import { restoreOutbound } from '../session/restore-outbound.ts';
import { NEVER_EXPIRES, Session, type WillOwner } from '../session/session.ts';
import type { Journal } from './journal.ts';
import {
  type BanRecord,
  decodeInflight,
  decodeJson,
  decodeMessage,
  numbersOfKey,
  peekQueued,
  recordKeys,
  type SessionRecord,
  type SubscriptionRecord,
} from './records.ts';
import { type ReadableStore, RecoveryProgress } from './recovery-progress.ts';
import type { StoredOutbound } from './stored-queue.ts';

/** A session while it is brought back. */
interface Found {
  readonly session: Session;
  messages: number;
  bytes: number;
  /** Key of the newest message in flight; those that wait are behind it. */
  lastInflightKey: number;
  /** Those before it that are not in flight. */
  overtaken: Outbound[];
}

const MESSAGES_AT_ONCE = 128;

/** Of a client of which only its session is known. */
const UNKNOWN_PEER: Peer = {
  address: '',
  port: 0,
  localAddress: '',
  localPort: 0,
  listener: '',
  transport: 'memory',
};

/** @returns the sessions whose clients were connected when the broker ended without saying so */
export function recover(context: BrokerContext, journal: Journal, files: ReadableStore): Session[] {
  const cutOff: Session[] = [];
  const store = new RecoveryProgress(files, context.clock, context.log);
  const found = new Map<number, Found>();
  for (const { value } of store.range('s/')) {
    const record = decodeJson<SessionRecord>(value);
    journal.startAfter(Math.max(record.number, record.suspectUpToKey ?? 0));
    const session = restoreSession(context, record);
    if (record.connected) cutOff.push(session);
    found.set(record.number, { session, messages: 0, bytes: 0, lastInflightKey: 0, overtaken: [] });
  }
  recoverSubscriptions(context, journal, store, found);
  countQueues(journal, store, found);
  recoverInflight(context, journal, store, found);
  for (const { key } of store.range('i/')) {
    const { first, second } = numbersOfKey(key);
    const session = found.get(first)?.session;
    if (session === undefined) journal.write(key, undefined);
    else session.incoming.add(Number(second));
  }
  for (const { key } of store.range('m/')) {
    const { first: messageKey } = numbersOfKey(key);
    journal.startAfter(messageKey);
    if (!journal.isReferred(messageKey)) journal.write(key, undefined);
  }
  for (const { value } of store.range('r/')) context.retained.restore(decodeMessage(value));
  for (const { value } of store.range('o/')) context.retained.publishers.restore(value);
  for (const { value } of store.range('b/')) context.bans.restore(decodeJson<BanRecord>(value));
  for (const { session, messages, bytes, lastInflightKey, overtaken } of found.values()) {
    session.outbox.queue.restore(messages, bytes, lastInflightKey, overtaken);
    session.scheduleDue(context.timers);
  }
  return cutOff;
}

function restoreSession(context: BrokerContext, record: SessionRecord): Session {
  const session = new Session(record.clientId, context, record.number);
  session.username = record.username;
  session.mountpoint = record.mountpoint ?? '';
  session.expirySeconds = record.expirySeconds;
  session.expiresAtMs = record.expiresAtMs;
  session.willDueMs = record.willDueMs;
  session.createdAtMs = record.createdAtMs ?? session.createdAtMs;
  session.disconnectedAtMs = record.disconnectedAtMs ?? 0;
  if (record.will !== undefined) {
    const message = decodeMessage(Buffer.from(record.will, 'base64'));
    session.will = { message, delaySeconds: record.willDelaySeconds, owner: willOwner(record) };
  }
  session.outbox.suspectUpToKey = record.suspectUpToKey ?? 0;
  if (record.connected) afterCrash(context, session);
  context.sessions.restore(session);
  // Its times count from now on, even if the broker is stopped and started again and again.
  if (record.connected) context.sessions.record(session);
  return session;
}

/** The rules may have changed while the broker was off, so the right to publish the will is asked about again. */
function willOwner({ clientId, username, willOwner: owner }: SessionRecord): WillOwner {
  if (owner === undefined) {
    return { identity: { clientId, username, version: 4, peer: UNKNOWN_PEER }, superuser: false, revision: -1 };
  }
  const { superuser, ...identity } = owner;
  return { identity: { clientId, ...identity, username: owner.username }, superuser, revision: -1 };
}

/** The broker died while the client was connected: its connection ended then, without a DISCONNECT. */
function afterCrash(context: BrokerContext, session: Session): void {
  const now = context.clock.now();
  session.disconnectedAtMs = now;
  if (session.expirySeconds !== NEVER_EXPIRES) session.expiresAtMs = now + session.expirySeconds * 1000;
  if (session.will !== undefined) session.willDueMs = now + session.will.delaySeconds * 1000;
}

function recoverSubscriptions(
  context: BrokerContext,
  journal: Journal,
  store: ReadableStore,
  found: ReadonlyMap<number, Found>,
): void {
  for (const { key, value } of store.range('u/')) {
    const session = found.get(numbersOfKey(key).first)?.session;
    const record = decodeJson<SubscriptionRecord>(value);
    const parsed = parseFilter(record.filter);
    if (session === undefined || typeof parsed === 'string') journal.write(key, undefined);
    else addSubscription(context.router, session, record.filter, parsed, record, record.identifier);
  }
}

function countQueues(journal: Journal, store: ReadableStore, found: ReadonlyMap<number, Found>): void {
  for (const { key, value } of store.range('q/')) {
    const { first, second } = numbersOfKey(key);
    journal.startAfter(Number.parseInt(second, 16));
    const owner = found.get(first);
    if (owner === undefined) {
      journal.write(key, undefined);
      continue;
    }
    const { bytes, messageKey } = peekQueued(value);
    journal.countReference(messageKey);
    owner.messages++;
    owner.bytes += bytes;
  }
}

function recoverInflight(
  context: BrokerContext,
  journal: Journal,
  store: ReadableStore,
  found: ReadonlyMap<number, Found>,
): void {
  const inflight = new Map<Found, { packetId: number; key: number; releasedAs: number }[]>();
  for (const { key, value } of store.range('t/')) {
    const { first, second } = numbersOfKey(key);
    const record = decodeInflight(value);
    journal.startAfter(record.releasedAs);
    const owner = found.get(first);
    if (owner === undefined) {
      journal.write(key, undefined);
      continue;
    }
    const list = inflight.get(owner) ?? [];
    list.push({ packetId: Number(second), ...record });
    inflight.set(owner, list);
  }
  for (const [owner, list] of inflight) {
    // Those that wait for PUBACK or PUBREC in the order they were sent, the released in the order of their PUBREC.
    list.sort((a, b) => a.releasedAs - b.releasedAs || a.key - b.key);
    const { session } = owner;
    owner.lastInflightKey = Math.max(...list.map(({ key }) => key));
    const stored = readUntil(journal, session.number, owner.lastInflightKey);
    for (const { packetId, key, releasedAs } of list) {
      const one = stored.get(key);
      stored.delete(key);
      if (one === undefined) {
        journal.write(recordKeys.inflight(session.number, packetId), undefined);
        continue;
      }
      const outbound = restoreOutbound(one, context);
      outbound.packetId = packetId;
      session.outbox.restore(outbound, releasedAs > 0);
      owner.messages--;
      owner.bytes -= outbound.bytes;
    }
    // A commit that failed before the crash may have kept their packet identifiers from the disk, but not later ones.
    owner.overtaken = [...stored.values()].map((one) => restoreOutbound(one, context));
  }
}

/** What waits for a session, by key, up to one. */
function readUntil(journal: Journal, session: number, lastKey: number): Map<number, StoredOutbound> {
  const found = new Map<number, StoredOutbound>();
  for (let after = 0; after < lastKey; ) {
    const read = journal.readQueue(session, after, MESSAGES_AT_ONCE);
    for (const one of read) if (one.key <= lastKey) found.set(one.key, one);
    after = read.at(-1)?.key ?? lastKey;
  }
  return found;
}
