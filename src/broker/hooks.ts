/**
 * Where others may change or refuse what clients do: one place for each question, empty while nobody wants to know.
 * Whoever fills a place combines what there is of several; the broker asks one function or none.
 */

import type { Message } from '../packet/message.ts';
import type { SubscriptionRequest } from '../packet/types.ts';
import type { ClientIdentity } from '../ports/access.ts';

/**
 * May change a message before it is routed, take it, or refuse it: a message (the same or another) goes on, 0 says that
 * it was taken and is acknowledged but not routed, a Reason Code of 0x80 or above refuses it. Told the client that
 * published or whose will it is, undefined for the program itself, and whether it is a will.
 */
export type PublishFilter = (
  message: Message,
  client: ClientIdentity | undefined,
  isWill: boolean,
) => Message | number | Promise<Message | number>;

/** Sees a client before its login, and its keep alive in seconds: 0 goes on, a Reason Code of 0x80 or above refuses it. */
export type ConnectFilter = (client: ClientIdentity, keepAlive: number) => number | Promise<number>;

/** The one that subscribes sees it without its mountpoint, and so does the filter. */
export type SubscriptionWish = Pick<
  SubscriptionRequest,
  'filter' | 'qos' | 'noLocal' | 'retainAsPublished' | 'retainHandling'
>;

/**
 * Sees subscriptions that the client may have. Answers in their order: what is subscribed to instead, or a Reason Code
 * of 0x80 or above.
 */
export type SubscribeFilter = (
  client: ClientIdentity,
  wishes: readonly SubscriptionWish[],
) => readonly (SubscriptionWish | number)[] | Promise<readonly (SubscriptionWish | number)[]>;

/** Answers in the order of the filters: what is unsubscribed from instead, or a Reason Code of 0x80 or above. */
export type UnsubscribeFilter = (
  client: ClientIdentity,
  filters: readonly string[],
) => readonly (string | number)[] | Promise<readonly (string | number)[]>;

export class Hooks {
  connect: ConnectFilter | undefined;
  subscribe: SubscribeFilter | undefined;
  unsubscribe: UnsubscribeFilter | undefined;
  publish: PublishFilter | undefined;

  /** @param publish what the program around the broker has given */
  constructor(publish: PublishFilter | undefined) {
    this.connect = undefined;
    this.subscribe = undefined;
    this.unsubscribe = undefined;
    this.publish = publish;
  }
}
