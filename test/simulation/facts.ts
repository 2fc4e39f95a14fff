/**
 * What happened in a simulated world, as its clients saw it: messages sent, subscriptions asked for and held, sessions
 * begun. Facts are numbered in the order in which they happened. Nothing is judged here.
 */

import type { Qos } from '../../src/packet/types.ts';

/** A moment: the number of the fact that happened then. */
export type Moment = number;

export const NEVER: Moment = Number.POSITIVE_INFINITY;

/** One application message that a client publishes, or leaves as its will. */
export interface SentMessage {
  /** `publisher#index`; the payload begins with it. */
  readonly id: string;
  readonly publisher: string;
  /** Counts the publisher's messages. */
  readonly index: number;
  readonly topic: string;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly expirySeconds: number | undefined;
  readonly isWill: boolean;
  readonly isPermitted: boolean;
  /** Each time the broker routed it. */
  readonly routed: Moment[];
  /** What its publisher was told: PUBACK or PUBREC. */
  answer: 'none' | 'accepted' | 'refused';
}

/** One filter of one SUBSCRIBE. */
export interface SubscriptionFact {
  readonly fullFilter: string;
  /** Without `$share/group/` or `$queue/`. */
  readonly filter: string;
  /** Share name and filter; undefined for a subscription of one's own. */
  readonly group: string | undefined;
  readonly qos: Qos;
  readonly noLocal: boolean;
  readonly retainHandling: 0 | 1 | 2;
  /** 0 for none. */
  readonly identifier: number;
  /** SUBSCRIBE was sent: the broker may have it from now on. */
  possibleFrom: Moment;
  /** SUBACK was received: the broker must have it from now on. */
  heldFrom: Moment;
  heldUntil: Moment;
  possibleUntil: Moment;
}

/** A message as a client's application got it. */
export interface Receipt {
  readonly id: string;
  readonly topic: string;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly identifiers: readonly number[];
  /** Message Expiry Interval in seconds. */
  readonly expiryInterval: number | undefined;
}

/** What is known of the session that a client has now. */
export class SessionFacts {
  /** Counts the sessions of the client. */
  readonly epoch: number;
  readonly since: Moment;
  /** Times each message arrived, by QoS of the delivery. */
  readonly received: Map<string, [number, number, number]> = new Map();
  /** Highest index that arrived, by publisher, topic, QoS of the message and QoS of the delivery. */
  readonly lastIndex: Map<string, number> = new Map();
  /** Messages that the broker told to have dropped for the session, with the reason. */
  readonly dropped: Map<string, string> = new Map();
  /** Messages of which a copy could not be kept for the session: a repeat may be its first. */
  readonly missed: Set<string> = new Set();

  constructor(epoch: number, since: Moment) {
    this.epoch = epoch;
    this.since = since;
  }
}

export class ClientFacts {
  readonly clientId: string;
  session: SessionFacts = new SessionFacts(0, 0);
  readonly subscriptions: SubscriptionFact[] = [];
  /** Smallest Maximum Packet Size that any of its connections had, in bytes. */
  packetBytesMin: number = NEVER;

  constructor(clientId: string) {
    this.clientId = clientId;
  }

  /** Subscriptions to `topic` that the broker may have had at some moment from `from` to `to`. */
  possible(topic: string, from: Moment, to: Moment): SubscriptionFact[] {
    return this.subscriptions.filter(
      (fact) => fact.possibleFrom <= to && fact.possibleUntil >= from && isMatch(fact.filter, topic),
    );
  }

  /** How often the session has asked for the retained messages of `topic`. */
  replays(topic: string): number {
    return this.subscriptions.filter(
      ({ group, filter, retainHandling, possibleFrom }) =>
        group === undefined && retainHandling !== 2 && possibleFrom > this.session.since && isMatch(filter, topic),
    ).length;
  }

  /** Nothing can be demanded from what was ever held; what is possible stays possible. */
  release(): void {
    for (const fact of this.subscriptions) fact.heldFrom = NEVER;
  }
}

/** Whether a filter matches a topic name, written anew so that the broker's own answer is not trusted. */
export function isMatch(filter: string, topic: string): boolean {
  if (topic.startsWith('$') !== filter.startsWith('$')) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true;
    if (i >= levels.length || (level !== '+' && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

/** The filter without the prefix of a shared subscription, and the group if it is one. */
export function splitFilter(fullFilter: string): { filter: string; group: string | undefined } {
  if (fullFilter.startsWith('$queue/')) return { filter: fullFilter.slice(7), group: fullFilter };
  if (!fullFilter.startsWith('$share/')) return { filter: fullFilter, group: undefined };
  return { filter: fullFilter.slice(fullFilter.indexOf('/', 7) + 1), group: fullFilter };
}
