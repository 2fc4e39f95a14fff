/**
 * All sessions of the broker: opening and resuming them, takeover, what happens when a connection goes, and their end.
 */

import type { Cluster } from '../../ports/cluster.ts';
import type { Connection, End } from '../connection/connection.ts';
import type { BrokerContext } from '../context.ts';
import type { BrokerEvents } from '../events.ts';
import type { Journal } from '../journal/journal.ts';
import { publishWill } from './publish-will.ts';
import { workOffRemainder } from './remainder.ts';
import { NEVER_EXPIRES, Session, type SessionWill } from './session.ts';
import type { SharedGroup, Subscription } from './subscription.ts';
import { withdrawShared } from './withdraw-shared.ts';

type SessionEndReason = BrokerEvents['sessionEnded']['reason'];

/** What a connection was given. */
export interface OpenedSession {
  readonly session: Session;
  /** Whether it had been there. */
  readonly present: boolean;
}

export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #context: BrokerContext;

  constructor(context: BrokerContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(clientId: string): Session | undefined {
    return this.#sessions.get(clientId);
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#sessions.values();
  }

  /** Takes ownership of a Client Identifier among all nodes; see `Cluster.claim`. */
  claim(clientId: string): ReturnType<Cluster['claim']> {
    return this.#context.cluster.claim(clientId);
  }

  /** Puts a session in place that comes from the journal. */
  restore(session: Session): void {
    this.#sessions.set(session.clientId, session);
  }

  /** Whether a connection can resume a session. */
  fits(session: Session, { mountpoint }: Pick<Connection, 'mountpoint'>): boolean {
    return session.mountpoint === mountpoint;
  }

  /**
   * Gives a connection its session. An earlier connection of the same client ends first [MQTT-3.1.4-3]; with clean
   * start so does the earlier session [MQTT-3.1.2-4].
   */
  open(
    connection: Connection,
    cleanStart: boolean,
    expirySeconds: number,
    will: SessionWill | undefined,
  ): OpenedSession {
    const { identity, verifiedUsername } = connection;
    const { clientId } = identity;
    let session = this.#sessions.get(clientId);
    if (session?.connection !== undefined) {
      // Its will is published now unless it is delayed and the session goes on [MQTT-3.1.3-9]; `release` sees to both.
      session.connection.supersede();
      // The session may have ended with its connection.
      session = this.#sessions.get(clientId);
    }
    // What it subscribed to behind another mountpoint is none of the topics that its client may know here.
    if (session !== undefined && (cleanStart || !this.fits(session, connection))) {
      this.end(session, 'clean_start');
      session = undefined;
    }
    const present = session !== undefined;
    if (session === undefined) {
      const { journal } = this.#context;
      const number = journal === undefined || expirySeconds === 0 ? 0 : journal.nextKey();
      session = new Session(clientId, this.#context, number);
      this.#sessions.set(clientId, session);
    } else {
      this.#context.counters.sessionsResumed++;
    }
    session.username = verifiedUsername;
    session.mountpoint = connection.mountpoint;
    session.options = connection.options;
    if (session.version !== identity.version) {
      session.version = identity.version;
      // Overlapping subscriptions may mean something else in this version.
      for (const subscription of session.subscriptions.values()) this.#context.router.changed(subscription);
    }
    session.connection = connection;
    session.expirySeconds = expirySeconds;
    session.expiresAtMs = 0;
    session.will = will;
    session.willDueMs = 0;
    this.#context.timers.cancel(session);
    this.record(session);
    return { session, present };
  }

  /** Changes how long a session outlives its connection. */
  setExpiry(session: Session, expirySeconds: number): void {
    session.expirySeconds = expirySeconds;
    this.record(session);
  }

  /** Deletes from the journal all that belongs to a session that has ended. */
  #forget(session: Session, journal: Journal): void {
    const { number, clientId, outbox, subscriptions, incoming } = session;
    const { queue, inflight, released } = outbox;
    for (const filter of subscriptions.keys()) journal.unsubscribed(number, filter);
    for (const packetId of incoming.values()) journal.incomingDone(number, packetId);
    for (const outbound of [...queue.heldMessages, ...inflight.values(), ...released.values()]) {
      journal.done(number, outbound);
    }
    // A successor with the same identifier has its record there already.
    if (this.#sessions.get(clientId) === session) journal.sessionEnded(clientId);
    const { messages, afterKey } = queue.remainder;
    workOffRemainder(this.#context, journal, number, messages, afterKey);
  }

  record(session: Session): void {
    session.journal?.session(session.record());
  }

  /** The connection of a session is gone: its will, its expiry, and what others of its groups can take over. */
  release(session: Session, connection: Connection, end: End): void {
    if (session.connection !== connection) return;
    const { clock } = this.#context;
    session.connection = undefined;
    session.disconnectedAtMs = clock.now();
    session.outbox.detach();
    if (end.discardWill) session.will = undefined;
    const endsNow = session.expirySeconds === 0;
    const { will } = session;
    if (will !== undefined) {
      if (will.delaySeconds === 0 || endsNow) void this.#publishWill(session);
      else session.willDueMs = clock.now() + will.delaySeconds * 1000;
    }
    if (endsNow) {
      this.end(session, 'disconnected');
      return;
    }
    if (session.expirySeconds !== NEVER_EXPIRES) session.expiresAtMs = clock.now() + session.expirySeconds * 1000;
    this.record(session);
    session.scheduleDue(this.#context.timers);
    this.#handOverShared(session);
  }

  /** A deadline of a session without connection has come. */
  due(session: Session): void {
    if (session.connection !== undefined || session.ended) return;
    const now = this.#context.clock.now();
    const expired = session.expiresAtMs !== 0 && session.expiresAtMs <= now;
    if (session.willDueMs !== 0 && (expired || session.willDueMs <= now)) {
      void this.#publishWill(session);
      this.record(session);
    }
    if (expired) {
      this.#context.counters.sessionsExpired++;
      this.end(session, 'expired');
    } else {
      session.scheduleDue(this.#context.timers);
    }
  }

  /** Publishes a will, once [MQTT-3.1.2-10]. The promise, if there is one, never rejects. */
  #publishWill(session: Session): void | Promise<void> {
    const { will } = session;
    session.will = undefined;
    session.willDueMs = 0;
    return will === undefined ? undefined : publishWill(this.#context, will);
  }

  /** Ends a session for good. A will that waits is published: the session's end is its latest moment [MQTT-3.1.2-8]. */
  end(session: Session, reason: SessionEndReason): void {
    if (session.ended) return;
    if (session.connection === undefined && session.willDueMs !== 0) void this.#publishWill(session);
    session.ended = true;
    this.#context.timers.cancel(session);
    for (const subscription of session.subscriptions.values()) this.#context.router.remove(subscription);
    this.#handOverShared(session);
    if (session.journal !== undefined) this.#forget(session, session.journal);
    session.clearSubscriptions();
    session.outbox.clear();
    session.incoming.clear();
    if (this.#sessions.get(session.clientId) === session) this.#sessions.delete(session.clientId);
    this.#context.events.emit('sessionEnded', { clientId: session.clientId, reason });
  }

  /**
   * Messages of shared subscriptions that this session has not acknowledged go to other members. While the session
   * lives they go only to somebody who is connected; those of a group where nobody is wait here.
   */
  #handOverShared(session: Session): void {
    const { router, counters, clock } = this.#context;
    // Both are looked at once, since thousands of messages may wait and thousands of subscriptions exist.
    const reachable = new Map<SharedGroup, boolean>();
    const own = new Map<SharedGroup, Subscription>();
    for (const subscription of session.subscriptions.values()) {
      if (subscription.group !== undefined) own.set(subscription.group, subscription);
    }
    const goesOn = (group: SharedGroup): boolean => {
      if (session.ended) return true;
      const known = reachable.get(group) ?? hasConnection(group);
      reachable.set(group, known);
      return known;
    };
    for (const { message, group } of withdrawShared(session, goesOn)) {
      // For another member the delivery has not begun [MQTT-3.3.2-5].
      if (message.expiresAtMs !== 0 && message.expiresAtMs <= clock.now()) {
        session.dropped(message, 'expired');
        continue;
      }
      if (!router.handOver(message, group!, own.get(group!))) counters.drop('session_ended');
    }
  }

  /**
   * Publishes, while everybody is still there to receive them, the wills that the stop of the broker sets off. A
   * delayed will of a durable session goes on waiting: the client may come back in time. Resolves when all have been
   * published or refused.
   */
  async publishWillsAtStop(): Promise<void> {
    const late: (void | Promise<void>)[] = [];
    for (const session of [...this.#sessions.values()]) {
      const delayed = (session.will?.delaySeconds ?? 0) > 0;
      if (!delayed || session.journal === undefined) late.push(this.#publishWill(session));
    }
    await Promise.all(late);
  }
}

function hasConnection(group: SharedGroup): boolean {
  return group.members.some((member) => member.session.connection !== undefined);
}
