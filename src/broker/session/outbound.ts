/** One message on its way to one session. */

import type { Message } from '../../packet/message.ts';
import type { Qos } from '../../packet/types.ts';
import type { SharedGroup } from './subscription.ts';

export class Outbound {
  readonly message: Message;
  /** 0 only while it waits for a client that is away. */
  readonly qos: Qos;
  readonly retain: boolean;
  readonly identifiers: readonly number[] | undefined;
  /** The shared subscription it was chosen through: another member may take it over. */
  readonly group: SharedGroup | undefined;
  packetId = 0;
  addedAs = 0;
  /** Sent on the current connection. */
  sent = false;
  /** Sent on an earlier connection, so that DUP is set from now on [MQTT-3.3.1-1]. */
  dup = false;
  /** It may have come by a subscription that was taken away; with a journal the outbox knows by its key. */
  suspect = false;
  /** Where the journal keeps it; 0 when it is kept in memory only. */
  journalKey = 0;
  /** Where the journal keeps the message when several sessions wait for it; 0 when it lies with this record. */
  journalMessage = 0;
  /** The commit that makes it durable; 0 when nothing has to be waited for. */
  journalBatch = 0;
  /** The commit that makes its packet identifier durable, where it may not leave before; 0 when it may leave at once. */
  leavesAfter = 0;

  constructor(
    message: Message,
    qos: Qos,
    retain: boolean,
    identifiers: readonly number[] | undefined,
    group: SharedGroup | undefined,
  ) {
    this.message = message;
    this.qos = qos;
    this.retain = retain;
    this.identifiers = identifiers;
    this.group = group;
  }

  isExpired(nowMs: number): boolean {
    const { expiresAtMs } = this.message;
    return expiresAtMs !== 0 && expiresAtMs <= nowMs;
  }

  /** What it counts against the limits of a queue: the message, and the identifiers that came with it. */
  get bytes(): number {
    return this.message.keptBytes + (this.identifiers === undefined ? 0 : this.identifiers.length * 8);
  }
}
