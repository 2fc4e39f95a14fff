/**
 * The subscription index: which values, such as subscriptions, want messages of a topic name. Exact filters are in a
 * flat map, wildcard filters in a tree, and answers are kept until a filter that concerns them comes or goes. It knows
 * nothing of clients, and a shared subscription's prefix must have been taken off before.
 */

import { type Bag, bagHas, bagInto, bagWith, bagWithout } from './bag.ts';
import { type Branch, Leaf, LevelTree } from './level-tree.ts';
import { type Match, MatchCache } from './match.ts';
import { isWildcard, levelEnd, matchesRest } from './name.ts';

export { Match } from './match.ts';

const DOLLAR = 0x24;

export interface TopicIndexOptions {
  /** Topic names whose answers are kept; 0 keeps none. */
  cacheTopicsMax?: number;
  /** Values in all kept answers together. An answer with more than a quarter of it is not kept. */
  cacheValuesMax?: number;
}

/** Filters and names that are passed in must be well formed. Equal values of one filter count once. */
export class TopicIndex<V extends NonNullable<unknown>> {
  readonly #exact = new Map<string, Bag<V>>();
  readonly #wildcards = new LevelTree<Bag<V>>();
  readonly #cache: MatchCache<V>;
  #values = 0;
  #dollarValues = 0;
  /** Branches that `match` has yet to look at, each followed by its place in the topic; empty between calls. */
  readonly #waiting: (Branch<Bag<V>> | number)[] = [];

  constructor(options: TopicIndexOptions = {}) {
    this.#cache = new MatchCache<V>(options.cacheTopicsMax ?? 32_768, options.cacheValuesMax ?? 1_000_000);
  }

  /** Different filters. */
  get filters(): number {
    return this.#exact.size + this.#wildcards.size;
  }

  /** Pairs of filter and value. */
  get values(): number {
    return this.#values;
  }

  /** Whether any filter begins with $. Without one no name that does is matched [MQTT-4.7.2-1]. */
  get hasDollarFilters(): boolean {
    return this.#dollarValues > 0;
  }

  /** Answers that are kept now, and the values in them. */
  get cached(): { readonly topics: number; readonly values: number } {
    return { topics: this.#cache.topics, values: this.#cache.values };
  }

  /** Does nothing when the filter has the value already. */
  add(filter: string, value: V): void {
    if (isWildcard(filter)) {
      const leaf = this.#wildcards.open(filter);
      if (leaf.value !== undefined && bagHas(leaf.value, value)) return;
      leaf.value = bagWith(leaf.value, value);
      this.#cache.dropMatching(filter);
    } else {
      const bag = this.#exact.get(filter);
      if (bag !== undefined && bagHas(bag, value)) return;
      const grown = bagWith(bag, value);
      if (grown !== bag) this.#exact.set(filter, grown);
      this.#cache.dropTopic(filter);
    }
    this.#values++;
    if (filter.charCodeAt(0) === DOLLAR) this.#dollarValues++;
  }

  /** Returns whether the filter had the value. */
  delete(filter: string, value: V): boolean {
    if (isWildcard(filter)) {
      const leaf = this.#wildcards.find(filter);
      if (leaf?.value === undefined || !bagHas(leaf.value, value)) return false;
      leaf.value = bagWithout(leaf.value, value);
      if (leaf.value === undefined) this.#wildcards.remove(filter);
      this.#cache.dropMatching(filter);
    } else {
      const bag = this.#exact.get(filter);
      if (bag === undefined || !bagHas(bag, value)) return false;
      const shrunk = bagWithout(bag, value);
      if (shrunk === undefined) this.#exact.delete(filter);
      else if (shrunk !== bag) this.#exact.set(filter, shrunk);
      this.#cache.dropTopic(filter);
    }
    this.#values--;
    if (filter.charCodeAt(0) === DOLLAR) this.#dollarValues--;
    return true;
  }

  hasFilter(filter: string): boolean {
    return isWildcard(filter) ? this.#wildcards.find(filter) !== undefined : this.#exact.has(filter);
  }

  /** The values of all filters that match. The same answer is given again while it holds and is kept. */
  match(topic: string): Match<V> {
    return this.#cache.get(topic) ?? this.#cache.answer(topic, this.find(topic));
  }

  /** As `match`, found anew and kept nowhere: for topics that are asked about once. */
  find(topic: string): V[] {
    const values: V[] = [];
    const exact = this.#exact.get(topic);
    if (exact !== undefined) bagInto(exact, values);
    if (this.#wildcards.size > 0) this.#collect(topic, values);
    return values;
  }

  /** Every filter with each of its values. The index must not change meanwhile. */
  *entries(): IterableIterator<[filter: string, value: V]> {
    const values: V[] = [];
    for (const [filter, bag] of this.#exact) {
      values.length = 0;
      bagInto(bag, values);
      for (const value of values) yield [filter, value];
    }
    for (const leaf of this.#wildcards.leaves()) {
      values.length = 0;
      bagInto(leaf.value!, values);
      for (const value of values) yield [leaf.key, value];
    }
  }

  /**
   * Walks all branches that match the topic so far; those that have to wait are in `#waiting`. `matchesWildcard` is
   * false only for the first level of a topic that begins with $, which # and + do not match [MQTT-4.7.2-1].
   */
  #collect(topic: string, out: V[]): void {
    let branch: Branch<Bag<V>> | undefined = this.#wildcards.root;
    let at = 0;
    let matchesWildcard = topic.charCodeAt(0) !== DOLLAR;
    while (branch !== undefined) {
      if (matchesWildcard) {
        const rest = branch.twig('#');
        if (rest instanceof Leaf) bagInto(rest.value!, out);
      }
      let below: Branch<Bag<V>> | undefined;
      if (at > topic.length) {
        if (branch.end !== undefined) bagInto(branch.end.value!, out);
      } else {
        const end = levelEnd(topic, at);
        const named = branch.twigAt(topic, at, end);
        const any = matchesWildcard ? branch.twig('+') : undefined;
        at = end + 1;
        if (named instanceof Leaf) this.#compare(named, topic, at, out);
        else below = named;
        if (any instanceof Leaf) this.#compare(any, topic, at, out);
        else if (below === undefined) below = any;
        else if (any !== undefined) this.#waiting.push(any, at);
      }
      matchesWildcard = true;
      if (below === undefined && this.#waiting.length > 0) {
        at = this.#waiting.pop() as number;
        below = this.#waiting.pop() as Branch<Bag<V>>;
      }
      branch = below;
    }
  }

  /** The levels on the way to a leaf matched; the rest of its filter is compared on the spot. */
  #compare(leaf: Leaf<Bag<V>>, topic: string, topicAt: number, out: V[]): void {
    if (matchesRest(leaf.key, leaf.tail, topic, topicAt)) bagInto(leaf.value!, out);
  }
}
