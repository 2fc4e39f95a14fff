/**
 * What the broker counts. Plain numbers on one object, so that counting costs an addition; whoever shows them reads
 * them. Drops have a reason each: a message that does not arrive can always be explained.
 */

import { TrafficTotals } from '../packet/traffic.ts';
import { Histogram } from '../std/histogram.ts';

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
  | 'payload_too_large'
  | 'store_failed';

export type LimitName =
  | 'packet_bytes'
  | 'payload_bytes'
  | 'connect_bytes'
  /** A message waits because so many are in flight to its receiver. */
  | 'inflight'
  | 'queued_messages'
  | 'queued_bytes'
  | 'queued_bytes_total'
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

/** From a tenth of a millisecond, which is a commit to a good disk, to ten seconds. */
const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const RECORDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

export class Counters {
  /** What went over the links of clients. */
  readonly traffic: TrafficTotals = new TrafficTotals();
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
  /** Acknowledgements of clients that ended the delivery of a message to them. */
  messagesAcknowledged = 0;
  /** Acknowledgements that nobody waited for, by the packet's number in the fixed header. */
  readonly acknowledgementsMissed: number[] = new Array<number>(16).fill(0);
  /**
   * Packets whose identifier belongs to another exchange, or to the same one at another step, repeats among them; by the
   * packet's number in the fixed header.
   */
  readonly identifiersInUse: number[] = new Array<number>(16).fill(0);
  /** Logins of clients that no source knew and that were let in nevertheless. */
  anonymousLogins = 0;
  /** Permissions that were answered by what a connection remembered. */
  permissionsRemembered = 0;
  /** Filters of SUBSCRIBE packets that were refused for want of permission. */
  subscriptionsDenied = 0;
  /** SUBSCRIBE packets of which a filter was refused, for whatever reason. */
  subscribesRefused = 0;
  /** UNSUBSCRIBE packets of which a filter was refused, for whatever reason. */
  unsubscribesRefused = 0;
  /** Own messages that a client did not get because all of its subscriptions to them have No Local. */
  echoesHeldBack = 0;
  /** Messages that were put off to a later time. */
  messagesDelayed = 0;
  /** Those of them that wait now, and the most that there were. */
  delayedWaiting = 0;
  delayedWaitingMax = 0;
  commits = 0;
  commitFailures = 0;
  /** Whether the last commit was refused. */
  isStoreRefusing = false;
  /** From the moment at which the broker has a QoS 1 or 2 message to its PUBACK or PUBREC. */
  readonly acknowledgementSeconds: Histogram = new Histogram(SECONDS);
  /** How long the store takes for one commit. */
  readonly commitSeconds: Histogram = new Histogram(SECONDS);
  /** Records in one commit. */
  readonly commitRecords: Histogram = new Histogram(RECORDS);
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
