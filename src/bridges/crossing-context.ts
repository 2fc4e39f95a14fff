/** What one connection of a bridge is told by the bridge, and what it tells the bridge. */

import type { Broker } from '../broker/broker.ts';
import type { BrokerOptions } from '../broker/options.ts';
import type { Clock } from '../ports/clock.ts';
import type { Peer } from '../ports/listener.ts';
import type { Log } from '../ports/log.ts';
import type { TopicMap } from '../topic/bridge-rules.ts';
import type { BridgeError } from './bridge-error.ts';
import type { Accepting } from './local/end.ts';
import type { LocalPermissions } from './local/permissions.ts';
import type { Returns } from './returns.ts';
import type { BridgeCounters, BridgeSpec } from './spec.ts';
import type { Unanswered } from './stuck.ts';

/** Why a connection ended when nothing was wrong. */
export type Leave = 'stopped' | 'idle' | 'first_address';

/** How far a connection had come when it ended: it had no session here, had just begun with one, or went on for a while. */
export type Way = 'login' | 'early' | 'later';

export interface CrossingContext {
  readonly spec: BridgeSpec;
  readonly map: TopicMap;
  readonly counters: BridgeCounters;
  readonly clock: Clock;
  readonly log: Log;
  readonly broker: Accepting & Pick<Broker, 'echoes'>;
  /** As the broker sees the local end. */
  readonly peer: Peer;
  /** What holds for the session here. */
  readonly localOptions: BrokerOptions;
  readonly permissions: LocalPermissions;
  /** Bytes from which on the broker lets messages wait. */
  readonly congestedBytes: number;
  /** Whether what that client has published here comes from the other broker: it is one of its bridges. */
  readonly isEcho: (publisher: string) => boolean;
  readonly returns: Returns;
  /** Whether the other broker is asked for what bridges tell each other. */
  readonly asks: boolean;
  /** The other broker says that it has, or no longer has, a bridge whose client identifier has that digest. */
  heard(digest: string, isThere: boolean): void;
  /** `host:port`, for sentences. */
  readonly address: string;
  /** Whether no message may have that topic here; then it was counted and told. */
  refusesTopic(topic: string): boolean;
  triesAgain(reasonCode: number): boolean;
  accepted(): void;
  refused(packetId: string, reasonCode: number): void;
  /** Both sides are there and messages cross. */
  up(): void;
  /** A message crossed. */
  used(): void;
  /** It is over; told once. `unanswered` is what was sent first, where nothing was acknowledged. */
  ended(cause: BridgeError | Leave, way: Way, unanswered: Unanswered | undefined): void;
}
