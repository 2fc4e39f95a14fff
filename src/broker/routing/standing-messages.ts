/**
 * What the broker itself has to say about a topic whenever somebody asks: it is given to new subscriptions as retained
 * messages are, but is not one of them. Here is what retained messages need of it, and a walk through both.
 */

import type { Message } from '../../packet/message.ts';

/** A walk that may pause between any two steps. */
export interface MessageWalk extends Iterable<Message> {
  readonly isDone: boolean;
  /** Looks at one more place, of which there must be one left; undefined when there is no message. */
  step(): Message | undefined;
}

export interface StandingMessages {
  /** Undefined when nothing that matches the filter can be there. */
  walk(filter: string): MessageWalk | undefined;
}

/** One walk and then another. */
export class JoinedWalk implements MessageWalk {
  readonly #first: MessageWalk;
  readonly #second: MessageWalk;

  constructor(first: MessageWalk, second: MessageWalk) {
    this.#first = first;
    this.#second = second;
  }

  get isDone(): boolean {
    return this.#first.isDone && this.#second.isDone;
  }

  step(): Message | undefined {
    return this.#first.isDone ? this.#second.step() : this.#first.step();
  }

  *[Symbol.iterator](): Generator<Message> {
    yield* this.#first;
    yield* this.#second;
  }
}
