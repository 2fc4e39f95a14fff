/** What the parts of one broker share. One object for each broker: several brokers live in one process. */

import type { Message } from '../packet/message.ts';
import type { Access, ClientIdentity } from '../ports/access.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import type { Connection } from './connection/connection.ts';
import type { Counters } from './counters.ts';
import type { Events } from './events.ts';
import type { Journal } from './journal/journal.ts';
import type { BrokerOptions } from './options.ts';
import type { RetainedMessages } from './routing/retained.ts';
import type { Router } from './routing/router.ts';
import type { SessionContext } from './session/session.ts';
import type { Sessions } from './session/sessions.ts';
import type { Timers } from './timers.ts';

/**
 * May change a message before it is routed, or refuse it: a message (the same or another) goes on, a Reason Code of
 * 0x80 or above refuses it. Told the client that published, or undefined for the program itself and for wills.
 */
export type PublishFilter = (
  message: Message,
  client: ClientIdentity | undefined,
) => Message | number | Promise<Message | number>;

export interface BrokerContext extends SessionContext {
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
  readonly router: Router;
  readonly sessions: Sessions;
  readonly timers: Timers;
  readonly publishFilter: PublishFilter | undefined;
  /** Connections that are open, accepted or not. */
  readonly open: Set<Connection>;
}
