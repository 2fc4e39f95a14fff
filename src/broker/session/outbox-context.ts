/** What an outbox needs of those around it: its connection, its session, the broker. */

import type { Message } from '../../packet/message.ts';
import type { Qos } from '../../packet/types.ts';
import type { BackendError } from '../../ports/backend-error.ts';
import type { Counters, DropReason } from '../counters.ts';
import type { Journal } from '../journal/journal.ts';
import type { BrokerOptions } from '../options.ts';
import type { Outbound } from './outbound.ts';
import type { QueuedTotal } from './waiting-queue.ts';

/** The connection, as far as an outbox needs it. */
export interface Sender {
  /** QoS 1 and 2 messages that may be in flight. */
  readonly window: number;
  /** Whether so much waits to be written that nothing more should be handed over. */
  readonly congested: boolean;
  /** False when the message is too large for the client and was left out [MQTT-3.1.2-25]. */
  transmit(
    message: Message,
    qos: Qos,
    retain: boolean,
    dup: boolean,
    packetId: number,
    identifiers: readonly number[] | undefined,
  ): boolean;
  /** Whether the client may have a message, now that it would be sent. */
  permits(message: Message, qos: Qos, retain: boolean): boolean;
  sendPubrel(packetId: number): void;
  /** What waits cannot be read back, so the connection ends: the client may come again later. */
  unreadable(error: BackendError): void;
}

/** What an outbox needs from the session that owns it. */
export interface OutboxOwner {
  /** Number of the session in the journal. */
  readonly number: number;
  /** What bounds what waits. */
  readonly options: BrokerOptions;
  /** Undefined for a session that is not kept. */
  readonly journal: Journal | undefined;
  dropped(message: Message, reason: DropReason): void;
  /** Whether one of its subscriptions, as they are now, would bring a message that waits. */
  wants(outbound: Outbound): boolean;
  /** Gives a message of a shared subscription to another member. False when there is none that could take it. */
  passOn(outbound: Outbound): boolean;
}

export interface OutboxContext {
  readonly counters: Counters;
  /** The broker's, also where the session itself is not kept. */
  readonly journal: Journal | undefined;
  /** What waits in all sessions together. */
  readonly queued: QueuedTotal;
  now(): number;
}
