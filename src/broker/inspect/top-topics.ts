/**
 * Which topics have most messages. Counting costs something for each message, so it is off until somebody wants it, and
 * then bounded in memory whatever clients publish to.
 */

import { shorten } from '../../std/shorten.ts';
import { SpaceSaving } from '../../std/space-saving.ts';
import type { Events } from '../events.ts';

export interface TopTopic {
  readonly topic: string;
  /** Messages since the count began, at most. */
  readonly messages: number;
  /** How many of them may have been those of rarer topics. */
  readonly error: number;
}

/** A longer topic is counted by its beginning: the number of topics would no longer bound the memory. */
const TOPIC_LENGTH_MAX = 512;

export class TopTopics {
  readonly #events: Events;
  readonly #counts: SpaceSaving<string>;
  #stop: (() => void) | undefined;
  /** When the count began, in milliseconds since the epoch; 0 while nothing is counted. */
  sinceMs = 0;

  constructor(events: Events, topicsMax: number) {
    this.#events = events;
    this.#counts = new SpaceSaving<string>(topicsMax);
  }

  get isOn(): boolean {
    return this.#stop !== undefined;
  }

  /** Begins to count, from nothing. */
  start(nowMs: number): void {
    if (this.#stop !== undefined) return;
    this.#counts.clear();
    this.sinceMs = nowMs;
    this.#stop = this.#events.on('published', ({ message }) => {
      this.#counts.add(shorten(message.topic, TOPIC_LENGTH_MAX));
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.sinceMs = 0;
    this.#counts.clear();
  }

  top(limit: number): TopTopic[] {
    return this.#counts.top(limit).map(({ key, count, error }) => ({ topic: key, messages: count, error }));
  }
}
