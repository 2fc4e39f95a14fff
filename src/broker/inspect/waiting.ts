/** What is on its way to one client, or waits for it, as an operator sees it: without payloads. */

import type { Qos } from '../../packet/types.ts';
import type { Outbound } from '../session/outbound.ts';
import type { Session } from '../session/session.ts';

export interface WaitingMessage {
  /** Waiting to be sent, sent, or (QoS 2) taken by the client, whose last acknowledgement is missing. */
  readonly state: 'queued' | 'inflight' | 'released';
  readonly topic: string;
  /** Of the payload. */
  readonly bytes: number;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Client Identifier; empty for messages of the broker and its program. */
  readonly publisher: string;
  /** 0 for what was not sent yet. */
  readonly packetId: number;
  /** Milliseconds since the epoch; 0 is never. */
  readonly expiresAtMs: number;
}

/**
 * What the client has to acknowledge first, then what waits, oldest first.
 * @throws BackendError when the store cannot be read
 */
export function waitingOf(session: Session, limit: number): WaitingMessage[] {
  const { outbox, journal, number } = session;
  const { released, inflight, queue } = outbox;
  const shown: WaitingMessage[] = [];
  const add = (
    state: WaitingMessage['state'],
    waiting: Iterable<Pick<Outbound, 'message' | 'qos' | 'retain' | 'packetId'>>,
  ): void => {
    for (const { message, qos, retain, packetId } of waiting) {
      if (shown.length >= limit) return;
      const { topic, payloadBytes: bytes, publisher, expiresAtMs } = message;
      shown.push({ state, topic, bytes, qos, retain, publisher, packetId, expiresAtMs });
    }
  };
  add('released', released.values());
  add('inflight', inflight.values());
  add('queued', queue.heldMessages);
  const left = limit - shown.length;
  const { messages, afterKey } = queue.remainder;
  if (journal === undefined || left <= 0 || messages <= 0) return shown;
  const stored = journal.readQueue(number, afterKey, left);
  add(
    'queued',
    stored.map(({ message, record }) => ({ message, qos: record.qos, retain: record.retain, packetId: 0 })),
  );
  return shown;
}
