/**
 * What the subscription index holds: a session's own subscription, a group that shares one, or a function of the
 * program that embeds the broker.
 */

import type { Message } from '../../packet/message.ts';
import type { Qos, SubscribeOptions } from '../../packet/types.ts';
import type { Session } from './session.ts';

export class Subscription {
  readonly kind = 'session';
  readonly session: Session;
  /** As the client named it, mountpoint applied, with `$share/…` if it is shared. */
  readonly fullFilter: string;
  /** What is matched. */
  readonly filter: string;
  readonly group: SharedGroup | undefined;
  qos: Qos;
  noLocal: boolean;
  retainAsPublished: boolean;
  retainHandling: 0 | 1 | 2;
  /** 0 when the client gave none. */
  identifier: number;

  constructor(
    session: Session,
    fullFilter: string,
    filter: string,
    group: SharedGroup | undefined,
    options: SubscribeOptions,
    identifier: number,
  ) {
    this.session = session;
    this.fullFilter = fullFilter;
    this.filter = filter;
    this.group = group;
    this.qos = options.qos;
    this.noLocal = options.noLocal;
    this.retainAsPublished = options.retainAsPublished;
    this.retainHandling = options.retainHandling;
    this.identifier = identifier;
  }
}

/** All subscriptions of one share name to one filter: each message goes to one of them. */
export class SharedGroup {
  readonly kind = 'group';
  readonly name: string;
  readonly filter: string;
  readonly members: Subscription[] = [];
  /** Round robin: index of the member that was chosen last. */
  cursor = -1;
  /** Sticky: the member that has it now. */
  sticky: Subscription | undefined;

  constructor(name: string, filter: string) {
    this.name = name;
    this.filter = filter;
  }
}

export class LocalSubscription {
  readonly kind = 'local';
  readonly filter: string;
  readonly receive: (message: Message) => void;

  constructor(filter: string, receive: (message: Message) => void) {
    this.filter = filter;
    this.receive = receive;
  }
}

export type Subscriber = Subscription | SharedGroup | LocalSubscription;
