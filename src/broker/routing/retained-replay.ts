/**
 * Sends retained messages for the new subscriptions of one session, as fast as the receiver takes them. What one
 * session may cost in a turn is bounded, in messages and in names looked at: a wildcard that matches a million topics
 * neither fills the receiver's queue nor holds up anybody else, and neither do a thousand wildcards that match nothing.
 */

import type { Message } from '../../packet/message.ts';
import type { Qos } from '../../packet/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Subscription } from '../session/subscription.ts';
import type { Echoes } from './echoes.ts';
import type { RetainedMessages } from './retained.ts';
import type { MessageWalk } from './standing-messages.ts';

/** Messages handed over before others get their turn. */
const MESSAGES_PER_TURN = 500;
/** Names and branches looked at before others get theirs. */
const STEPS_PER_TURN = 5_000;

/** Who gets the messages. */
export interface ReplayReceiver {
  /** Whether a message handed over now would be sent at once. */
  readonly ready: boolean;
  deliver(
    message: Message,
    qos: Qos,
    retain: boolean,
    identifiers: readonly number[] | undefined,
    group: undefined,
  ): void;
}

export class RetainedReplays {
  /** Walks that are not over, oldest first. */
  readonly #walks = new Map<Subscription, MessageWalk>();
  readonly #receiver: ReplayReceiver;
  readonly #retained: RetainedMessages;
  readonly #clock: Clock;
  readonly #echoes: Echoes;
  #messagesLeft = MESSAGES_PER_TURN;
  #stepsLeft = STEPS_PER_TURN;
  #isRenewing = false;
  /** A publisher is asked about, and the message waits for the answer. */
  #isAsking = false;

  constructor(receiver: ReplayReceiver, retained: RetainedMessages, clock: Clock, echoes: Echoes) {
    this.#receiver = receiver;
    this.#retained = retained;
    this.#clock = clock;
    this.#echoes = echoes;
  }

  /** Begins, or begins again, to send what matches a subscription. */
  begin(subscription: Subscription): void {
    this.cancel(subscription);
    this.#walks.set(subscription, this.#retained.walk(subscription.filter));
    this.advance();
  }

  cancel(subscription: Subscription): void {
    this.#walks.delete(subscription);
  }

  /** Goes on as far as the receiver and this turn allow. */
  advance(): void {
    if (this.#isAsking || this.#walks.size === 0 || this.#messagesLeft === 0 || this.#stepsLeft === 0) return;
    for (const [subscription, walk] of this.#walks) {
      if (!this.#walk(subscription, walk)) break;
      this.#walks.delete(subscription);
    }
    // Nothing was used up: the receiver is full, and tells when it is not any more.
    if (this.#isRenewing || this.#stepsLeft === STEPS_PER_TURN) return;
    this.#isRenewing = true;
    this.#clock.soon(this.#renew);
  }

  readonly #renew = (): void => {
    this.#isRenewing = false;
    this.#messagesLeft = MESSAGES_PER_TURN;
    this.#stepsLeft = STEPS_PER_TURN;
    this.advance();
  };

  /** False when the receiver is full or the turn's share is used up. */
  #walk(subscription: Subscription, walk: MessageWalk): boolean {
    // The client's own messages stay away from it here as well [MQTT-3.8.3-3].
    const { noLocal, session } = subscription;
    while (!walk.isDone) {
      if (this.#messagesLeft === 0 || this.#stepsLeft === 0 || !this.#receiver.ready) return false;
      this.#stepsLeft--;
      const message = walk.step();
      if (message === undefined || this.#retained.isExpired(message)) continue;
      if (this.#echoes.isOwn(session.clientId, message.publisher, noLocal)) continue;
      const stands = this.#retained.publishers.stands(message);
      if (stands === false) continue;
      if (stands !== true) {
        this.#ask(subscription, walk, message, stands);
        return false;
      }
      this.#give(subscription, message);
    }
    return true;
  }

  #give({ session, identifier, qos }: Subscription, message: Message): void {
    // As they are now: the subscription may have been replaced since the replay began.
    const identifiers = identifier === 0 ? undefined : [identifier];
    const sent = session.options.upgradeQos ? qos : (Math.min(message.qos, qos) as Qos);
    this.#messagesLeft--;
    this.#receiver.deliver(message, sent, true, identifiers, undefined);
  }

  /** Goes on when it is known whether the publisher may still publish the message. */
  #ask(subscription: Subscription, walk: MessageWalk, message: Message, stands: Promise<boolean>): void {
    this.#isAsking = true;
    void stands.then((yes) => {
      this.#isAsking = false;
      // The subscription may be gone by now, and so may the message.
      const isWanted = this.#walks.get(subscription) === walk && this.#retained.get(message.topic) === message;
      if (yes && isWanted) this.#give(subscription, message);
      this.advance();
    });
  }
}
