/** What waits for a client and what it has not acknowledged, as an operator sees it: without payloads, and only the first of it. */

import type { Qos } from '../../packet/types.ts';
import type { BrokerContext } from '../context.ts';
import { InvalidRequest } from '../invalid-request.ts';
import type { Outbound } from '../session/outbound.ts';
import type { Session } from '../session/session.ts';

export interface QueuedView {
  readonly topic: string;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly bytes: number;
  /** `inflight`: sent and not acknowledged; `released`: the receiver has it, and QoS 2 is not at its end. */
  readonly state: 'inflight' | 'released' | 'queued';
  /** Client Identifier; empty for messages of the broker and its program. */
  readonly publisher: string;
}

const LIMIT_MAX = 1_000;

/**
 * Oldest first, at most `limit`. What has come and is not committed yet may be missing.
 * @throws InvalidRequest for a limit that cannot be
 */
export function queueOf({ journal }: BrokerContext, session: Session, limit: number): QueuedView[] {
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    throw new InvalidRequest(`Got a limit of ${limit} messages; allowed: 1 to ${LIMIT_MAX}`);
  }
  const views: QueuedView[] = [];
  const show = (waiting: Iterable<Pick<Outbound, 'message' | 'qos' | 'retain'>>, state: QueuedView['state']): void => {
    for (const { message, qos, retain } of waiting) {
      if (views.length >= limit) return;
      const { topic, payloadBytes: bytes, publisher } = message;
      views.push({ topic, qos, retain, bytes, state, publisher });
    }
  };
  const { inflight, released, queue } = session.outbox;
  show(released.values(), 'released');
  show(inflight.values(), 'inflight');
  show(queue.heldMessages, 'queued');
  const { messages, afterKey } = queue.remainder;
  if (messages === 0 || session.number === 0 || journal === undefined) return views;
  const stored = journal.readQueue(session.number, afterKey, Math.max(1, limit - views.length));
  show(
    stored.map(({ message, record: { qos, retain } }) => ({ message, qos, retain })),
    'queued',
  );
  return views;
}
