/**
 * What the broker counts. Plain numbers on one object, so that counting costs an addition; whoever shows them reads
 * them. Drops have a reason each: a message that does not arrive can always be explained.
 */

export type DropReason =
  | 'queue_full'
  | 'slow_client'
  | 'too_large_for_client'
  | 'expired'
  | 'not_authorized'
  | 'offline_qos0'
  | 'no_subscriber'
  | 'session_ended'
  | 'filtered'
  | 'store_failed';

export type LimitName =
  | 'packet_bytes'
  | 'connect_bytes'
  /** A message waits because so many are in flight to its receiver. */
  | 'inflight'
  | 'queued_messages'
  | 'queued_bytes'
  | 'connect_seconds'
  | 'answer_seconds'
  | 'client_id_bytes'
  | 'topic_levels'
  | 'topic_bytes'
  | 'user_properties'
  | 'filters'
  | 'subscriptions_per_client'
  | 'subscription_bytes_per_client'
  | 'receive_maximum'
  | 'topic_alias'
  | 'retained_messages'
  | 'retained_bytes'
  | 'sessions'
  | 'connections'
  | 'messages_per_second'
  | 'bytes_per_second'
  | 'write_buffer_bytes';

export class Counters {
  connectionsOpened = 0;
  connectionsAccepted = 0;
  connectionsRefused = 0;
  connectionsClosed = 0;
  sessionsTakenOver = 0;
  sessionsResumed = 0;
  sessionsExpired = 0;
  /** By QoS. */
  messagesReceived: [number, number, number] = [0, 0, 0];
  /** By QoS. */
  messagesSent: [number, number, number] = [0, 0, 0];
  messagesRetained = 0;
  subscriptionsMade = 0;
  willsPublished = 0;
  keepAliveTimeouts = 0;
  protocolErrors = 0;
  commits = 0;
  commitFailures = 0;
  readonly dropped: Map<DropReason, number> = new Map<DropReason, number>();
  /** Connections that a listener closed before the broker saw them, by the listener's reason. */
  readonly refusedAtListener: Map<string, number> = new Map<string, number>();
  readonly limitsHit: Map<LimitName, number> = new Map<LimitName, number>();

  drop(reason: DropReason, messages: number = 1): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + messages);
  }

  refuseAtListener(reason: string): void {
    this.refusedAtListener.set(reason, (this.refusedAtListener.get(reason) ?? 0) + 1);
  }

  limit(name: LimitName): void {
    this.limitsHit.set(name, (this.limitsHit.get(name) ?? 0) + 1);
  }
}
