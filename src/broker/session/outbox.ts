/**
 * What is on its way to one session: the queue, the messages in flight, and the packet identifiers. It keeps the
 * order in which messages came [MQTT-4.6.0-6], never has more in flight than the receiver allows [MQTT-3.3.4-9], and
 * survives the connection. It does not know who subscribed to what, nor how anything is encoded.
 */

import type { Message } from '../../packet/message.ts';
import type { Qos } from '../../packet/types.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { added, type IdMap, noEntries } from '../../std/id-map.ts';
import type { DropReason } from '../counters.ts';
import type { QueueOwner } from '../journal/batch.ts';
import type { Journal } from '../journal/journal.ts';
import { freePacketId } from './free-packet-id.ts';
import { Outbound } from './outbound.ts';
import type { OutboxContext, OutboxOwner, Sender } from './outbox-context.ts';
import { isFlightFull, makeRoom } from './queue-room.ts';
import { sendUnacknowledged } from './send-unacknowledged.ts';
import type { SharedGroup } from './subscription.ts';
import { Unsent } from './unsent.ts';
import { type QueueSource, WaitingQueue } from './waiting-queue.ts';

export class Outbox implements QueueOwner {
  readonly queue: WaitingQueue;
  /** Sent, waiting for PUBACK or PUBREC, in the order of the first sending. */
  inflight: IdMap<Outbound> = noEntries;
  /** QoS 2 messages the receiver has, waiting for PUBCOMP, in the order of PUBREC. */
  released: IdMap<Outbound> = noEntries;
  #sender: Sender | undefined;
  /** Made when first needed: most sessions never do. */
  #toSend: Unsent | undefined;
  /** Quota used on this connection [MQTT-4.9.0-2]. */
  #outstanding = 0;
  #inflightBytes = 0;
  #lastPacketId = 0;
  #awaitsCommit = false;
  /** What came up to this key of the journal is sent only if a subscription still wants it; see `suspectAll`. */
  suspectUpToKey = 0;
  readonly #owner: OutboxOwner;
  readonly #context: OutboxContext;

  /** @param source where the messages of a session with a journal are read back from */
  constructor(owner: OutboxOwner, context: OutboxContext, source: QueueSource | undefined) {
    this.#owner = owner;
    this.#context = context;
    this.queue = new WaitingQueue(source, context.queued);
  }

  /** Everything not yet acknowledged, oldest first: what a durable session would hand to its next connection. */
  get size(): number {
    return this.queue.length + this.inflight.size + this.released.size;
  }

  /** Whether a QoS 1 or 2 message handed over now would be sent at once, with nothing waiting before it. */
  get ready(): boolean {
    return this.#sender !== undefined && this.queue.length === 0 && this.#mayTransmit(this.#sender);
  }

  /**
   * Takes a message for this session and sends it at once where that is allowed.
   *
   * @param leavesAfter the commit before which a copy that must not be doubled stays here
   */
  deliver(
    message: Message,
    qos: Qos,
    retain: boolean,
    identifiers: readonly number[] | undefined,
    group: SharedGroup | undefined,
    leavesAfter: number = 0,
  ): void {
    const sender = this.#sender;
    const { counters } = this.#context;
    if (qos === 0 && (sender !== undefined || !this.#owner.options.queueQos0)) {
      if (sender === undefined) this.#owner.dropped(message, 'offline_qos0');
      else if (leavesAfter > 0 || (this.#toSend !== undefined && this.#toSend.unacknowledged > 0)) {
        this.#waitWithQos0(new Outbound(message, 0, retain, identifiers, group), leavesAfter);
      } else sendUnacknowledged(sender, this.#owner, counters, message, retain, identifiers);
      return;
    }
    if (sender !== undefined && !sender.permits(message, qos, retain)) {
      this.#owner.dropped(message, 'not_authorized');
      return;
    }
    const outbound = new Outbound(message, qos, retain, identifiers, group);
    const { journal } = this.#owner;
    if (qos === 2 && journal === undefined) outbound.leavesAfter = leavesAfter;
    if (qos === 2) this.#context.journal?.holdBack(outbound, this, journal !== undefined);
    if (sender === undefined || this.queue.length > 0 || !this.#mayTransmit(sender)) {
      if (sender !== undefined && this.#outstanding >= sender.window) counters.limit('inflight');
      this.#enqueue(outbound, journal);
      return;
    }
    message.detach(false);
    journal?.queued(this.#owner.number, outbound, this);
    if (journal !== undefined) this.queue.passBy(outbound);
    this.#begin(sender, outbound);
  }

  #enqueue(outbound: Outbound, journal: Journal | undefined): void {
    if (!makeRoom(this.#owner.options, this.#context, this.queue, outbound, this)) {
      this.#owner.dropped(outbound.message, 'queue_full');
      return;
    }
    outbound.message.detach(journal === undefined);
    journal?.queued(this.#owner.number, outbound, this);
    this.queue.push(outbound, this.#sender !== undefined);
  }

  /** Drops the message that has waited longest. False: it cannot be had. */
  dropOldest(): boolean {
    if (this.#next() === undefined) return false;
    this.#discard(this.queue.shift(), 'queue_full');
    return true;
  }

  #pumpAfterCommit(journal: Journal): void {
    if (this.#awaitsCommit) return;
    this.#awaitsCommit = true;
    const goOn = (): void => {
      this.#awaitsCommit = false;
      this.pump();
    };
    journal.onCommitted(goOn, goOn);
  }

  #discard(outbound: Outbound, reason: DropReason): void {
    this.#owner.dropped(outbound.message, reason);
    this.#owner.journal?.done(this.#owner.number, outbound);
  }

  /** What waits now may have come by a subscription that was taken away: it is looked at when it is to be sent. */
  suspectAll(upToKey: number): void {
    this.suspectUpToKey = upToKey;
    for (const outbound of this.queue.heldMessages) outbound.suspect = true;
    for (const outbound of this.inflight.values()) outbound.suspect = true;
  }

  /** Rights may have been lost since the message came. */
  #mayStillGo(sender: Sender, outbound: Outbound): boolean {
    const { message, qos, retain, journalKey } = outbound;
    const isSuspect = outbound.suspect || (journalKey !== 0 && journalKey <= this.suspectUpToKey);
    return (!isSuspect || this.#owner.wants(outbound)) && sender.permits(message, qos, retain);
  }

  /** The client must not have it; what came by a shared subscription others may have. */
  #refused(outbound: Outbound): void {
    this.#owner.journal?.done(this.#owner.number, outbound);
    if (!this.#owner.passOn(outbound)) this.#owner.dropped(outbound.message, 'not_authorized');
  }

  #mayTransmit(sender: Sender): boolean {
    if (isFlightFull(this.#owner.options, this.#inflightBytes)) return false;
    return this.#outstanding + (this.#toSend?.length ?? 0) < sender.window && !sender.congested;
  }

  /** Nobody waits any more for an acknowledgement of it. */
  takeOutOfFlight(outbound: Outbound): void {
    const isGone = this.inflight.delete(outbound.packetId) || this.released.delete(outbound.packetId);
    if (isGone) this.#inflightBytes -= outbound.message.payloadBytes;
  }

  /**
   * Begins the delivery of a message. At QoS 2 its packet identifier is on disk before it leaves: a broker that forgot
   * it in a crash would send the message again under another one, and the receiver would take it for a new message, or
   * a new message for a repeat.
   */
  #begin(sender: Sender, outbound: Outbound): void {
    const { journal, number } = this.#owner;
    const { message, qos, retain, identifiers } = outbound;
    if (qos === 0) {
      if (journal === undefined) {
        sendUnacknowledged(sender, this.#owner, this.#context.counters, message, retain, identifiers);
        return;
      }
      journal.done(number, outbound);
      this.#waitWithQos0(outbound, journal.batch);
      return;
    }
    outbound.packetId = freePacketId(this.#lastPacketId, this.inflight, this.released);
    this.#lastPacketId = outbound.packetId;
    this.inflight = added(this.inflight, outbound);
    this.#inflightBytes += message.payloadBytes;
    journal?.sent(number, outbound, this);
    if (outbound.leavesAfter === 0 && (this.#toSend === undefined || this.#toSend.length === 0)) {
      this.#transmit(sender, outbound);
      return;
    }
    this.#sendLater(outbound);
    if (this.#context.journal !== undefined) this.#pumpAfterCommit(this.#context.journal);
  }

  #waitWithQos0(outbound: Outbound, leavesAfter: number): void {
    outbound.message.detach(true);
    outbound.leavesAfter = leavesAfter;
    this.#sendLater(outbound);
    if (this.#context.journal !== undefined) this.#pumpAfterCommit(this.#context.journal);
  }

  #sendLater(outbound: Outbound): void {
    this.#toSend ??= new Unsent();
    this.#toSend.push(outbound);
  }

  /** Gives the session a connection: what was in flight is sent again first, in its order [MQTT-4.4.0-1]. */
  attach(sender: Sender): void {
    this.#sender = sender;
    this.#outstanding = 0;
    for (const { packetId } of this.released.values()) {
      this.#outstanding++;
      sender.sendPubrel(packetId);
    }
    for (const outbound of this.inflight.values()) {
      outbound.sent = false;
      this.#sendLater(outbound);
    }
    this.pump();
  }

  detach(): void {
    this.#sender = undefined;
    if (this.#toSend !== undefined)
      for (const { message } of this.#toSend.lost()) this.#owner.dropped(message, 'offline_qos0');
    this.#toSend = undefined;
    this.queue.unload();
    for (const outbound of this.inflight.values()) {
      // Only what really went out on a connection is a repeat on the next one.
      if (outbound.sent) outbound.dup = true;
      outbound.sent = false;
    }
  }

  /** Sends what may be sent now: what is in flight first, then the queue. */
  pump(): void {
    const sender = this.#sender;
    if (sender === undefined) return;
    this.#pumpInflight(sender);
    const { journal } = this.#owner;
    while (this.queue.length > 0 && this.#sender === sender && this.#mayTransmit(sender)) {
      const next = this.#next();
      if (this.#sender !== sender) return;
      if (next === undefined) {
        // It goes on when the messages are on disk: a queue in the journal shows only what is.
        if (journal !== undefined && this.queue.length > 0) this.#pumpAfterCommit(journal);
        return;
      }
      this.queue.shift();
      if (next.isExpired(this.#context.now())) this.#discard(next, 'expired');
      else if (!this.#mayStillGo(sender, next)) this.#refused(next);
      else this.#begin(sender, next);
    }
  }

  /** The oldest message that waits; undefined when there is none on disk yet, or the store does not give it. */
  #next(): Outbound | undefined {
    try {
      return this.queue.peek();
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      this.#sender?.unreadable(error);
      return undefined;
    }
  }

  #pumpInflight(sender: Sender): void {
    const { journal } = this.#context;
    while (this.#outstanding < sender.window && !sender.congested) {
      const outbound = this.#toSend?.peek();
      if (outbound === undefined) return;
      // An acknowledgement of an earlier sending may have come in meanwhile.
      const isCurrent = outbound.qos === 0 || this.inflight.get(outbound.packetId) === outbound;
      if (isCurrent && journal?.isPending(outbound.leavesAfter) === true) {
        this.#pumpAfterCommit(journal);
        return;
      }
      this.#toSend?.shift();
      if (!isCurrent) continue;
      if (this.#mayStillGo(sender, outbound)) this.#transmit(sender, outbound);
      else this.#leaveOut(sender, outbound, 'not_authorized');
    }
  }

  #transmit(sender: Sender, outbound: Outbound): void {
    const { message, qos, retain, identifiers, packetId, dup } = outbound;
    if (!dup && outbound.isExpired(this.#context.now())) {
      // It waited for its commit longer than it lives [MQTT-3.3.2-5].
      this.takeOutOfFlight(outbound);
      this.#discard(outbound, 'expired');
      return;
    }
    if (qos === 0) {
      sendUnacknowledged(sender, this.#owner, this.#context.counters, message, retain, identifiers);
      return;
    }
    if (!sender.transmit(message, qos, retain, dup, packetId, identifiers)) {
      this.#leaveOut(sender, outbound, 'too_large_for_client');
      return;
    }
    outbound.sent = true;
    this.#outstanding++;
    this.#context.counters.messagesSent[qos]!++;
  }

  /** A message too large for the client counts as delivered [MQTT-3.1.2-25]; so does one that it must not have. */
  #leaveOut(sender: Sender, outbound: Outbound, reason: DropReason): void {
    const { message, packetId } = outbound;
    if (!outbound.dup || outbound.qos === 1) {
      this.takeOutOfFlight(outbound);
      if (reason === 'not_authorized') this.#refused(outbound);
      else this.#discard(outbound, reason);
      return;
    }
    // An earlier connection may have taken it, so the client may hold the identifier until PUBREL sets it free.
    this.#owner.dropped(message, reason);
    this.received(packetId);
    const release = (): void => {
      if (this.#sender === sender && this.released.get(packetId) === outbound) sender.sendPubrel(packetId);
    };
    const { journal } = this.#owner;
    if (journal === undefined) release();
    else journal.onCommitted(release, () => {});
  }

  /** PUBACK, or PUBREC with an error code: the message is done either way [MQTT-4.4.0-2]. False: nobody waited for it. */
  acknowledged(packetId: number, qos: 1 | 2): boolean {
    const outbound = this.inflight.get(packetId);
    if (outbound === undefined || outbound.qos !== qos) return false;
    this.takeOutOfFlight(outbound);
    if (outbound.sent) this.#outstanding--;
    this.#owner.journal?.done(this.#owner.number, outbound);
    this.pump();
    return true;
  }

  /**
   * PUBREC: the receiver has the message, which is never sent again [MQTT-4.3.3-6]. Returns the message, or undefined
   * when nobody waited for it. A repeated PUBREC is answered as the first.
   */
  received(packetId: number): Outbound | undefined {
    const again = this.released.get(packetId);
    if (again !== undefined) return again;
    const outbound = this.inflight.get(packetId);
    if (outbound === undefined || outbound.qos !== 2) return undefined;
    this.inflight.delete(packetId);
    if (!outbound.sent) this.#outstanding++;
    this.released = added(this.released, outbound);
    this.#owner.journal?.released(this.#owner.number, outbound);
    return outbound;
  }

  /** PUBCOMP. False: nobody waited for it. */
  completed(packetId: number): boolean {
    const outbound = this.released.get(packetId);
    if (outbound === undefined) return false;
    this.takeOutOfFlight(outbound);
    this.#outstanding--;
    this.#owner.journal?.done(this.#owner.number, outbound);
    this.pump();
    return true;
  }

  /** Puts back what was in flight, at start, oldest first. */
  restore(outbound: Outbound, released: boolean): void {
    outbound.dup = true;
    this.#lastPacketId = outbound.packetId;
    this.#inflightBytes += outbound.message.payloadBytes;
    if (released) this.released = added(this.released, outbound);
    else this.inflight = added(this.inflight, outbound);
  }

  /** A message whose commit failed is forgotten: its publisher is told that it was not accepted. */
  storeRefused(outbound: Outbound, batch: number): void {
    const { number, journal } = this.#owner;
    if (outbound.message.promisedIn === batch) outbound.message.promisedIn = -1;
    const isDone = journal !== undefined && outbound.journalKey === 0;
    if (isDone || this.released.get(outbound.packetId) === outbound) return;
    if (outbound.journalBatch !== batch && outbound.message.promisedIn >= 0) {
      // The message itself is durable; its packet identifier is tried again with the next commit.
      outbound.leavesAfter = journal!.batch;
      return;
    }
    const isInflight = this.inflight.get(outbound.packetId) === outbound;
    if (isInflight && (outbound.sent || outbound.dup)) {
      // It is on its way already; from now on it lives in memory only.
      journal?.done(number, outbound);
      return;
    }
    if (isInflight) this.takeOutOfFlight(outbound);
    else if (!this.queue.drop(outbound) && journal === undefined) return;
    this.#discard(outbound, 'store_failed');
  }

  clear(): void {
    this.queue.clear();
    this.inflight.clear();
    this.released.clear();
    this.#inflightBytes = 0;
    this.#toSend = undefined;
  }
}
