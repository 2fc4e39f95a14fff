/**
 * The place where promises become durable. Everything that must survive a restart is recorded as it happens; what was
 * recorded in one event-loop turn is committed together, and what may only be said after the commit waits here. A
 * broker whose store does not last has no journal at all.
 */

import type { Message } from '../../packet/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Store } from '../../ports/store.ts';
import type { Counters } from '../counters.ts';
import type { Outbound } from '../session/outbound.ts';
import type { Subscription } from '../session/subscription.ts';
import { Batch, type QueueOwner } from './batch.ts';
import { MessageReferences } from './message-references.ts';
import {
  encodeInflight,
  encodeJson,
  encodeMessage,
  encodeQueued,
  numbersOfKey,
  PRESENT,
  type PresenceRecord,
  recordKeys,
  type SessionRecord,
} from './records.ts';
import { readStoredQueue, type StoredOutbound } from './stored-queue.ts';

/** How long to wait before what the store refused is tried again, in milliseconds. */
const RETRY_MS = 1000;

export class Journal {
  /** The latest batch known to be durable; batches are numbered from 1. */
  committed = 0;
  /** Counts operations, so that a caller sees whether what it did has to be waited for. */
  operations = 0;
  /** What gathers now. */
  #open = new Batch(1);
  /** What is being committed. */
  #underWay: Batch | undefined;
  /** The commit that is under way. */
  #current: Promise<void> | undefined;
  /** A commit was asked for while another was under way. */
  #isWanted = false;
  #scheduled = false;
  #lastKey = 0;
  #failing = false;
  readonly #references = new MessageReferences();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #log: Log;

  constructor(store: Store, clock: Clock, counters: Counters, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#counters = counters;
    this.#log = log;
  }

  /** Number of the batch that gathers now. */
  get batch(): number {
    return this.#open.number;
  }

  /** The batch that makes all that was recorded so far durable; 0 when it is durable already. */
  get latest(): number {
    return this.#open.isEmpty ? (this.#underWay?.number ?? 0) : this.#open.number;
  }

  /** Whether the commit of a batch is still to come. One that the store refused is over. */
  isPending(batch: number): boolean {
    return batch === this.#open.number ? !this.#open.isEmpty : batch === this.#underWay?.number;
  }

  /** A number that was never given out before, larger than all before it. */
  nextKey(): number {
    return ++this.#lastKey;
  }

  /** Continues the numbering found at start. */
  startAfter(key: number): void {
    this.#lastKey = Math.max(this.#lastKey, key);
  }

  // Sessions.

  session(record: SessionRecord): void {
    this.#put(recordKeys.session(record.clientId), encodeJson(record));
  }

  sessionEnded(clientId: string): void {
    this.#delete(recordKeys.session(clientId));
  }

  subscribed(subscription: Subscription): void {
    const { fullFilter: filter, identifier, qos, noLocal, retainAsPublished, retainHandling } = subscription;
    const record = { filter, identifier, qos, noLocal, retainAsPublished, retainHandling };
    this.#put(recordKeys.subscription(subscription.session.number, filter), encodeJson(record));
  }

  unsubscribed(session: number, filter: string): void {
    this.#delete(recordKeys.subscription(session, filter));
  }

  incoming(session: number, packetId: number): void {
    this.#put(recordKeys.incoming(session, packetId), PRESENT);
  }

  incomingDone(session: number, packetId: number): void {
    this.#delete(recordKeys.incoming(session, packetId));
  }

  // Messages on their way to a session.

  /**
   * Records a message for a session. A message for one session lies in its queue; as soon as a second one wants it in
   * the same turn, it is kept once for all.
   */
  queued(session: number, outbound: Outbound, owner: QueueOwner): void {
    outbound.journalKey = this.nextKey();
    outbound.journalBatch = this.batch;
    this.#open.messages.push({ owner, outbound });
    const { message } = outbound;
    const first = message.journalFirst as FirstUse | undefined;
    if (message.journalKey !== 0 && this.#references.has(message.journalKey)) {
      this.#refer(message.journalKey, outbound);
    } else if (first?.outbound.journalBatch === this.batch && first.outbound.journalKey !== 0) {
      message.journalKey = this.nextKey();
      this.#put(recordKeys.message(message.journalKey), encodeMessage(message));
      this.#refer(message.journalKey, first.outbound);
      this.#putQueued(first.session, first.outbound);
      this.#refer(message.journalKey, outbound);
    } else {
      message.journalFirst = { session, outbound } satisfies FirstUse;
    }
    this.#putQueued(session, outbound);
  }

  #refer(messageKey: number, outbound: Outbound): void {
    outbound.journalMessage = messageKey;
    this.#references.add(messageKey);
  }

  #putQueued(session: number, outbound: Outbound): void {
    const { qos, retain, identifiers, group, bytes, journalMessage: messageKey, message } = outbound;
    const value = encodeQueued({
      qos,
      retain,
      identifiers,
      group: group === undefined ? undefined : [group.name, group.filter],
      bytes,
      messageKey,
      inline: messageKey === 0 ? message : undefined,
    });
    this.#put(recordKeys.queued(session, outbound.journalKey), value);
  }

  /**
   * A QoS 2 message waits for the commit for which its publisher waits: if the store refuses, the publisher sends it
   * again, and no receiver must have had it. A session that is kept waits anyway, save where it takes the message over
   * from another member of its group while that commit is under way.
   */
  holdBack(outbound: Outbound, owner: QueueOwner, isKept: boolean): void {
    const { journalCount, promisedIn } = outbound.message;
    const isTakenOver = promisedIn !== 0 && promisedIn === this.#underWay?.number;
    if (isTakenOver) this.#underWay!.messages.push({ owner, outbound });
    if (isKept) return;
    const isNew = promisedIn === this.batch || (journalCount >= 0 && journalCount !== this.operations);
    if (!isTakenOver && !isNew) return;
    outbound.leavesAfter = isTakenOver ? promisedIn : this.batch;
    outbound.journalBatch = outbound.leavesAfter;
    if (isNew) this.#open.messages.push({ owner, outbound });
  }

  /** The message has a packet identifier, under which it is sent. At QoS 2 it may leave when that is durable. */
  sent(session: number, outbound: Outbound, owner: QueueOwner): void {
    const { packetId, journalKey: key, journalBatch } = outbound;
    if (outbound.qos === 2) {
      outbound.leavesAfter = this.batch;
      if (journalBatch !== this.batch) this.#open.messages.push({ owner, outbound });
    }
    this.#put(recordKeys.inflight(session, packetId), encodeInflight({ key, releasedAs: 0 }));
  }

  /** The receiver has the message and waits for PUBREL to be answered. */
  released(session: number, outbound: Outbound): void {
    const { packetId, journalKey: key } = outbound;
    this.#put(recordKeys.inflight(session, packetId), encodeInflight({ key, releasedAs: this.nextKey() }));
  }

  /** The session needs the message no more. */
  done(session: number, outbound: Outbound): void {
    const { journalKey, packetId } = outbound;
    if (journalKey === 0) return;
    this.#forget(recordKeys.queued(session, journalKey), outbound.journalBatch);
    if (packetId !== 0) this.#delete(recordKeys.inflight(session, packetId));
    this.#unrefer(outbound.journalMessage);
    outbound.journalKey = 0;
  }

  /** As `done`, for a message that was never read back. */
  storedDone(session: number, key: number, messageKey: number): void {
    this.#delete(recordKeys.queued(session, key));
    this.#unrefer(messageKey);
  }

  #unrefer(messageKey: number): void {
    if (messageKey !== 0 && this.#references.take(messageKey)) this.#delete(recordKeys.message(messageKey));
  }

  /** Counts a reference found at start. */
  countReference(messageKey: number): void {
    if (messageKey !== 0) this.#references.add(messageKey);
  }

  isReferred(messageKey: number): boolean {
    return this.#references.has(messageKey);
  }

  /** Reads committed queue records of a session behind `afterKey`, oldest first. */
  readQueue(session: number, afterKey: number, limit: number): StoredOutbound[] {
    return readStoredQueue(this.#store, session, afterKey, limit);
  }

  // Clients whose presence somebody was told of.

  present(record: PresenceRecord): void {
    this.#put(recordKeys.presence(record.clientId), encodeJson(record));
  }

  absent(clientId: string): void {
    this.#delete(recordKeys.presence(clientId));
  }

  // Retained messages.

  retained(message: Message): void {
    this.#put(recordKeys.retained(message.topic), encodeMessage(message));
  }

  retainedCleared(topic: string): void {
    this.#delete(recordKeys.retained(topic));
  }

  /** Records what has a form of its own, by a key of `recordKeys`; undefined deletes it. */
  write(key: string, value: Uint8Array | undefined): void {
    this.#open.changes.set(key, value);
    this.#touch();
  }

  // Commits.

  /**
   * Calls `done` once everything recorded so far is durable, in the order of the calls; `failed` instead when the
   * store refused. At once when nothing is open or under way.
   */
  onCommitted(done: () => void, failed?: () => void): void {
    const batch = this.#open.isEmpty ? this.#underWay : this.#open;
    if (batch === undefined) done();
    else batch.waiters.push({ done, failed });
  }

  /** Whether a commit is open or under way. */
  get isBusy(): boolean {
    return !this.#open.isEmpty || this.#underWay !== undefined;
  }

  /** Commits what is open, for a clean stop. */
  async flush(): Promise<void> {
    while (this.#current !== undefined) await this.#current;
    if (this.#open.changes.size > 0) await this.#commit();
  }

  #put(key: string, value: Uint8Array): void {
    this.write(key, value);
  }

  #delete(key: string): void {
    this.write(key, undefined);
  }

  /** Deletes a record whose key is used once: when it is still in the open batch, the store never sees it. */
  #forget(key: string, batch: number): void {
    if (batch === this.batch && this.#open.changes.delete(key)) this.#touch();
    else this.#delete(key);
  }

  #touch(): void {
    this.operations++;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(this.#commitScheduled);
  }

  readonly #commitScheduled = (): void => {
    this.#scheduled = false;
    this.#commitWhenFree();
  };

  readonly #retry = (): void => {
    if (this.#open.changes.size > 0 && !this.#scheduled) this.#commitWhenFree();
  };

  /**
   * One commit at a time: were a later one to succeed where an earlier one fails, it would promise what stands on
   * changes that the disk does not have. What comes meanwhile gathers and is committed together.
   */
  #commitWhenFree(): void {
    if (this.#current !== undefined) {
      this.#isWanted = true;
      return;
    }
    if (this.#open.isEmpty) return;
    this.#isWanted = false;
    this.#current = this.#commit().then(this.#commitDone);
  }

  readonly #commitDone = (): void => {
    this.#current = undefined;
    if (this.#isWanted) this.#commitWhenFree();
  };

  async #commit(): Promise<void> {
    const batch = this.#open;
    const { changes, waiters, messages } = batch;
    this.#open = new Batch(batch.number + 1);
    this.#underWay = batch;
    const { commitSeconds, commitRecords } = this.#counters;
    const begunMs = this.#clock.monotonic();
    let failure: unknown;
    try {
      for (const [key, value] of changes) {
        if (value === undefined) this.#store.delete(key);
        else this.#store.put(key, value);
      }
      await this.#store.commit();
    } catch (error) {
      failure = error ?? 'unknown';
    }
    this.#underWay = undefined;
    commitSeconds.observe((this.#clock.monotonic() - begunMs) / 1000);
    commitRecords.observe(changes.size);
    if (failure === undefined) {
      this.#succeeded(batch);
      return;
    }
    this.#failed(failure);
    for (const { owner, outbound } of messages) owner.storeRefused(outbound, batch.number);
    this.#keepForRetry(changes);
    for (const waiter of waiters) (waiter.failed ?? waiter.done)();
  }

  #succeeded({ number, waiters }: Batch): void {
    this.committed = number;
    this.#counters.commits++;
    this.#counters.isStoreRefusing = false;
    if (this.#failing) {
      this.#failing = false;
      this.#log.info('The store accepts writes again');
    }
    for (const waiter of waiters) waiter.done();
  }

  #failed(failure: unknown): void {
    this.#counters.commitFailures++;
    this.#counters.isStoreRefusing = true;
    if (this.#failing) return;
    this.#failing = true;
    const cause = failure instanceof Error ? failure.message : String(failure);
    this.#log.error('The store refuses writes: QoS 1 and 2 messages that need it are not accepted', { cause });
  }

  /**
   * Messages of a failed batch are forgotten, as their publishers are told. Everything else is what the broker goes
   * on living by: it is tried again, so that memory and disk agree once there is room.
   */
  #keepForRetry(changes: Map<string, Uint8Array | undefined>): void {
    const { changes: open } = this.#open;
    const newer = [...open];
    open.clear();
    for (const [key, value] of changes) {
      if (value === undefined || !this.#isRefused(key)) open.set(key, value);
    }
    for (const [key, value] of newer) open.set(key, value);
    if (open.size > 0) this.#clock.after(RETRY_MS, this.#retry);
  }

  /** A message that a session of a later batch wants as well is needed all the same. */
  #isRefused(key: string): boolean {
    if (key.startsWith('q/')) return true;
    return key.startsWith('m/') && !this.#references.has(numbersOfKey(key).first);
  }
}

interface FirstUse {
  readonly session: number;
  readonly outbound: Outbound;
}
