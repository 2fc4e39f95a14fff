/**
 * Answers of the subscription index, and the bounded store of those that may be asked for again. Each answer carries
 * a flag that tells whether it still holds, so that whoever keeps one needs to look at nothing else.
 */

import { Lru } from '../std/lru.ts';
import { matches } from './name.ts';

/** The values of all filters that match one topic name. */
export class Match<V> {
  readonly topic: string;
  /** Exact filters' values first, each filter's in the order they were added. Never changes. */
  readonly values: readonly V[];
  /** False once the answer may have become another one, and for answers that the index does not keep. */
  current: boolean;
  /** For whoever derives something from the values that is worth keeping as long as they hold. */
  plan: unknown;

  constructor(topic: string, values: readonly V[], current: boolean) {
    this.topic = topic;
    this.values = values;
    this.current = current;
    this.plan = undefined;
  }
}

/** A longer topic name is not kept: the number of topics would no longer bound the memory. */
const TOPIC_LENGTH_MAX = 1_024;

/** What finding an answer the long way costs, measured in comparisons of a kept answer with a filter. */
const COMPARISONS_PER_ANSWER = 16;

/**
 * Of the answers found while the store is full, one in this many displaces the oldest. When more topics are in use
 * than there is room for, admitting each would only make all of them miss, and cost more than finding the answer.
 */
const FULL_ADMITS_ONE_IN = 8;

export class MatchCache<V> {
  readonly #kept: Lru<string, Match<V>>;
  readonly #topicsMax: number;
  readonly #valuesMax: number;
  /** Comparisons that the answers found since everything was dropped have paid for, and not yet been spent. */
  #credit = 0;
  /** Answers found while the store was full. */
  #foundWhenFull = 0;

  constructor(topicsMax: number, valuesMax: number) {
    this.#topicsMax = topicsMax;
    this.#valuesMax = valuesMax;
    this.#kept = new Lru({
      entriesMax: topicsMax,
      weightMax: valuesMax,
      onRemove: (match) => {
        match.current = false;
      },
    });
  }

  get topics(): number {
    return this.#kept.size;
  }

  /** Values held in all kept answers together. */
  get values(): number {
    return this.#kept.weight;
  }

  get(topic: string): Match<V> | undefined {
    return this.#kept.get(topic);
  }

  /** Makes the answer and keeps it if it is small enough and there is room or it is its turn to displace another. */
  answer(topic: string, values: readonly V[]): Match<V> {
    const isKept = this.#keeps(topic, values.length);
    const match = new Match(topic, values, isKept);
    if (isKept) {
      this.#kept.set(topic, match, values.length);
      this.#credit += COMPARISONS_PER_ANSWER;
    }
    return match;
  }

  #keeps(topic: string, values: number): boolean {
    if (this.#topicsMax === 0 || values * 4 > this.#valuesMax || topic.length > TOPIC_LENGTH_MAX) return false;
    if (this.#kept.size < this.#topicsMax && this.#kept.weight + values <= this.#valuesMax) return true;
    return this.#foundWhenFull++ % FULL_ADMITS_ONE_IN === 0;
  }

  /** An exact filter came or went. */
  dropTopic(topic: string): void {
    this.#kept.delete(topic);
  }

  /**
   * A wildcard filter came or went. Dropping everything is cheap now and dear later; comparing keeps the other answers
   * but costs time for each. So it compares until that has cost as much as finding all of them again would, and then
   * drops everything: a storm of new filters costs little, and a filter now and then does not empty the store.
   */
  dropMatching(filter: string): void {
    const size = this.#kept.size;
    this.#credit = Math.min(this.#credit, size * COMPARISONS_PER_ANSWER) - size;
    if (this.#credit < 0) {
      this.#kept.clear();
      this.#credit = 0;
      return;
    }
    this.#kept.deleteWhere((match) => matches(filter, match.topic));
  }
}
