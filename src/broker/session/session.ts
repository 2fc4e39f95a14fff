/**
 * The state that belongs to a Client Identifier and may outlive its connections [MQTT-4.1.0-1]: subscriptions, what is
 * on its way out, QoS 2 identifiers coming in, the will, and when it all ends.
 */

import type { Message } from '../../packet/message.ts';
import type { ProtocolVersion } from '../../packet/types.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import type { Clock } from '../../ports/clock.ts';
import { IdSet } from '../../std/id-set.ts';
import { TopicIndex } from '../../topic/index.ts';
import type { End } from '../connection/end.ts';
import type { DropReason } from '../counters.ts';
import type { Journal } from '../journal/journal.ts';
import { recordedPeer } from '../journal/recorded-peer.ts';
import { encodeMessage, type SessionRecord, type WillOwnerRecord } from '../journal/records.ts';
import type { BrokerOptions } from '../options.ts';
import type { Asker } from '../permission/authorize.ts';
import type { Echoes } from '../routing/echoes.ts';
import type { RetainedMessages } from '../routing/retained.ts';
import { RetainedReplays } from '../routing/retained-replay.ts';
import { Timed } from '../timers.ts';
import type { Outbound } from './outbound.ts';
import { Outbox } from './outbox.ts';
import type { OutboxContext, OutboxOwner, Sender } from './outbox-context.ts';
import { restoreOutbound } from './restore-outbound.ts';
import type { SharedGroup, Subscription } from './subscription.ts';
import type { QueueSource } from './waiting-queue.ts';

/** A Session Expiry Interval of this many seconds never ends (section 3.1.2.11.2). */
export const NEVER_EXPIRES = 0xffffffff;

/** The connection of a session, as far as the session needs it. */
export interface SessionConnection extends Sender, Asker {
  /** How the client is called in sentences. */
  readonly label: string;
  /** Whether CONNACK has left and the client has not. */
  readonly isConnected: boolean;
  /** Another connection took the Client Identifier, or an operator ended the session. */
  supersede(): void;
  end(end: End): void;
}

const NO_SUBSCRIPTIONS: ReadonlyMap<string, Subscription> = new Map();

export interface SessionWill {
  readonly message: Message;
  readonly delaySeconds: number;
  readonly owner: WillOwner;
}

/** Whose a will is: who has the right to publish it, or not, when it is sent. */
export interface WillOwner {
  readonly identity: ClientIdentity;
  readonly superuser: boolean;
  /** `Access.revision` when it was permitted; -1 when it has to be asked about in any case. */
  readonly revision: number;
}

/** What a session asks of the broker. */
export interface SessionContext extends OutboxContext {
  readonly options: BrokerOptions;
  readonly clock: Clock;
  readonly journal: Journal | undefined;
  readonly retained: RetainedMessages;
  readonly echoes: Echoes;
  messageDropped(message: Message, clientId: string, reason: DropReason): void;
  /** The group of a shared subscription, if it still exists. */
  findGroup(name: string, filter: string): SharedGroup | undefined;
  /** Gives a message to a member of a group. False when nobody could take it. */
  handOver(message: Message, group: SharedGroup, except: Subscription | undefined): boolean;
  /** A delayed will or the end of a session without connection is due. */
  sessionDue(session: Session): void;
}

export class Session extends Timed implements OutboxOwner {
  readonly clientId: string;
  /** Number of the session in the journal; 0 for one that is not kept there. */
  readonly number: number;
  /** Whose it is: the user name that a login has checked. Undefined where nobody checks. */
  username: string | undefined;
  /** That its client spoke last; a session that comes from the journal does not know. */
  version: ProtocolVersion = 4;
  /** What holds for its client; see `Connection.options`. Until a client comes for it, what holds for the broker. */
  options: BrokerOptions;
  /** Of the listener that it came through: its subscriptions mean topics below this. */
  mountpoint = '';
  /** The connection that owns the session, accepted or still waiting for its commit. */
  connection: SessionConnection | undefined;
  /** By the filter as the client named it, mountpoint applied. */
  subscriptions: ReadonlyMap<string, Subscription> = NO_SUBSCRIPTIONS;
  /** Length of all their filters together. */
  subscriptionBytes = 0;
  readonly outbox: Outbox;
  /** Packet identifiers of QoS 2 messages taken from the client and not released yet. */
  readonly incoming: IdSet = new IdSet();
  /** Seconds that the session outlives its connection. */
  expirySeconds = 0;
  /** When the session ends, in milliseconds since the epoch; 0 while connected or for ever. */
  expiresAtMs = 0;
  will: SessionWill | undefined;
  /** When a delayed will is due, in milliseconds since the epoch; 0 when none waits. */
  willDueMs = 0;
  /** In milliseconds since the epoch. */
  createdAtMs: number;
  /** When the last connection ended, in milliseconds since the epoch; 0 before. */
  disconnectedAtMs = 0;
  /** Messages that did not arrive, by reason; made with the first. */
  drops: Partial<Record<DropReason, number>> | undefined;
  /** Fences off a former owner in a cluster. */
  revision = 0;
  ended = false;
  /** Made with the first: an empty map takes 250 bytes, and many clients only publish. */
  #ownSubscriptions: Map<string, Subscription> | undefined;
  /** The filters of its own subscriptions, while somebody asks what they match. */
  #filters: TopicIndex<Subscription> | undefined;
  /** Made when first needed: most sessions live long after the last subscription. */
  #replays: RetainedReplays | undefined;
  readonly #context: SessionContext;

  /** @param number see there; whether a session is kept is decided when it begins */
  constructor(clientId: string, context: SessionContext, number: number) {
    super();
    this.clientId = clientId;
    this.number = number;
    this.#context = context;
    this.options = context.options;
    this.createdAtMs = context.clock.now();
    const { journal } = this;
    const source: QueueSource | undefined = journal && {
      get committed() {
        return journal.committed;
      },
      read: (afterKey, limit) =>
        journal.readQueue(number, afterKey, limit).map((stored) => restoreOutbound(stored, context)),
    };
    this.outbox = new Outbox(this, context, source);
  }

  get journal(): Journal | undefined {
    return this.number === 0 ? undefined : this.#context.journal;
  }

  dropped(message: Message, reason: DropReason): void {
    this.drops ??= {};
    this.drops[reason] = (this.drops[reason] ?? 0) + 1;
    this.#context.messageDropped(message, this.clientId, reason);
  }

  due(): void {
    this.#context.sessionDue(this);
  }

  addSubscription(subscription: Subscription): void {
    const { fullFilter } = subscription;
    this.#ownSubscriptions ??= new Map();
    this.#ownSubscriptions.set(fullFilter, subscription);
    this.subscriptions = this.#ownSubscriptions;
    this.subscriptionBytes += fullFilter.length;
    this.#filters = undefined;
  }

  deleteSubscription(subscription: Subscription): void {
    const { fullFilter } = subscription;
    if (this.#ownSubscriptions?.delete(fullFilter) === true) this.subscriptionBytes -= fullFilter.length;
    this.#filters = undefined;
  }

  clearSubscriptions(): void {
    this.#ownSubscriptions = undefined;
    this.subscriptions = NO_SUBSCRIPTIONS;
    this.#filters = undefined;
  }

  wants({ message, group }: Outbound): boolean {
    if (group !== undefined) return group.members.some(({ session }) => session === this);
    this.#filters ??= indexOf(this.subscriptions.values());
    return this.#filters.match(message.topic).values.length > 0;
  }

  passOn({ message, group }: Outbound): boolean {
    if (group === undefined) return false;
    const own = group.members.find(({ session }) => session === this);
    return this.#context.handOver(message, group, own);
  }

  /** Sends what waits: repeats, then the queue, then retained messages of new subscriptions. */
  pump(): void {
    this.outbox.pump();
    this.#replays?.advance();
  }

  /** Sends the retained messages of a new subscription, behind what waits already. */
  replayRetained(subscription: Subscription): void {
    const { retained, clock, echoes } = this.#context;
    this.#replays ??= new RetainedReplays(this.outbox, retained, clock, echoes);
    this.#replays.begin(subscription);
  }

  cancelReplay(subscription: Subscription): void {
    this.#replays?.cancel(subscription);
  }

  /** Looks again when the earlier of delayed will and expiry comes. */
  scheduleDue(timers: { schedule(entry: Timed, dueMs: number): void; cancel(entry: Timed): void }): void {
    const { clock } = this.#context;
    const next = Math.min(this.willDueMs || Number.POSITIVE_INFINITY, this.expiresAtMs || Number.POSITIVE_INFINITY);
    if (next === Number.POSITIVE_INFINITY) timers.cancel(this);
    else timers.schedule(this, clock.monotonic() + Math.max(0, next - clock.now()));
  }

  /** The durable form, for the journal. */
  record(): SessionRecord {
    const { clientId, username, mountpoint, expirySeconds, expiresAtMs, will, willDueMs } = this;
    const { createdAtMs, disconnectedAtMs } = this;
    return {
      number: this.number,
      clientId,
      username,
      mountpoint,
      expirySeconds,
      expiresAtMs,
      connected: this.connection !== undefined,
      will: will === undefined ? undefined : Buffer.from(encodeMessage(will.message)).toString('base64'),
      willDelaySeconds: will?.delaySeconds ?? 0,
      willDueMs,
      createdAtMs,
      disconnectedAtMs,
      ...(will !== undefined && { willOwner: ownerRecord(will.owner) }),
      ...(this.outbox.suspectUpToKey > 0 && { suspectUpToKey: this.outbox.suspectUpToKey }),
    };
  }
}

function indexOf(subscriptions: Iterable<Subscription>): TopicIndex<Subscription> {
  const index = new TopicIndex<Subscription>({ cacheTopicsMax: 0 });
  for (const subscription of subscriptions) {
    if (subscription.group === undefined) index.add(subscription.filter, subscription);
  }
  return index;
}

function ownerRecord({ identity, superuser }: WillOwner): WillOwnerRecord {
  const { username, version, permissions, peer } = identity;
  return {
    username,
    version,
    superuser,
    ...(permissions !== undefined && { permissions }),
    peer: recordedPeer(peer),
  };
}
