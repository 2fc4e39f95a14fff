/** What the parts of one broker share. One object for each broker: several brokers live in one process. */

import type { Access } from '../ports/access.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import type { Bans } from './admission/bans.ts';
import type { Flapping } from './admission/flapping.ts';
import type { Connection } from './connection/connection.ts';
import type { Counters } from './counters.ts';
import type { Events } from './events.ts';
import type { Hooks } from './hooks.ts';
import type { Journal } from './journal/journal.ts';
import type { BrokerOptions } from './options.ts';
import type { SubscriptionReviews } from './permission/reviews.ts';
import type { Echoes } from './routing/echoes.ts';
import type { RetainedMessages } from './routing/retained.ts';
import type { Router } from './routing/router.ts';
import type { SessionContext } from './session/session.ts';
import type { Sessions } from './session/sessions.ts';
import type { Timers } from './timers.ts';

export interface BrokerContext extends SessionContext {
  /** What holds for the broker, and for clients where their listener says nothing else; see `Connection.options`. */
  readonly options: BrokerOptions;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly access: Access;
  readonly cluster: Cluster;
  readonly journal: Journal | undefined;
  readonly events: Events;
  readonly retained: RetainedMessages;
  readonly echoes: Echoes;
  readonly router: Router;
  readonly sessions: Sessions;
  readonly reviews: SubscriptionReviews;
  readonly bans: Bans;
  /** Asked about the clients of whom it is to be detected. */
  readonly flapping: Flapping;
  readonly timers: Timers;
  readonly hooks: Hooks;
  /** Connections that are open, accepted or not. */
  readonly open: Set<Connection>;
}
