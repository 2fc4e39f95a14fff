/**
 * Values by topic name, found again by topic filter: what retained messages need. A walk through the matches may
 * pause while names come and go, so that a filter that matches a million of them holds up nobody. It knows nothing of
 * messages or of their expiry.
 */

import { type Branch, Leaf, LevelTree, type Twig } from './level-tree.ts';
import { levelEnd, matches, matchesRest } from './name.ts';

const HASH = 0x23;
const DOLLAR = 0x24;
const PLUS = 0x2b;

/** Names and filters that are passed in must be well formed. */
export class TopicTree<V extends NonNullable<unknown>> {
  readonly #tree = new LevelTree<V>();

  /** Topic names that have a value. */
  get size(): number {
    return this.#tree.size;
  }

  /** Returns the value that was there before. */
  set(topic: string, value: V): V | undefined {
    const leaf = this.#tree.open(topic);
    const previous = leaf.value;
    leaf.value = value;
    return previous;
  }

  get(topic: string): V | undefined {
    return this.#tree.find(topic)?.value;
  }

  /** Returns the value that was there. */
  delete(topic: string): V | undefined {
    return this.#tree.remove(topic)?.value;
  }

  /** The values of all names that the filter matches, in one go. */
  match(filter: string): V[] {
    return this.matchFrom(filter).take(Number.POSITIVE_INFINITY);
  }

  /** Begins a walk through the values of all names that the filter matches. */
  matchFrom(filter: string, options?: WalkOptions): TopicWalk<V> {
    return new TopicWalk<V>(this.#tree, filter, options);
  }

  /** Every name with its value. The tree must not change meanwhile. */
  *entries(): IterableIterator<[topic: string, value: V]> {
    for (const leaf of this.#tree.leaves()) yield [leaf.key, leaf.value!];
  }
}

export interface WalkOptions {
  /** Whether a wildcard in the first level matches names that begin with $ too, as no subscription's does. */
  readonly includesDollar?: boolean;
}

/** What a walk still has to look at: a twig by itself, or the rest of a map of twigs. */
interface Stop<V> {
  readonly single: Twig<V> | undefined;
  readonly rest: Iterator<[string, Twig<V>]> | undefined;
  /** Where in the filter the level begins that applies below the twigs. */
  readonly filterAt: number;
  /** The twigs are first levels and the filter begins with a wildcard, which does not match $ [MQTT-4.7.2-1]. */
  readonly skipsDollar: boolean;
}

/**
 * A walk that may pause between any two steps while the tree changes. It gives exactly the names that were there when
 * it began and that were not deleted before their turn, each once and with the value it has at its turn. A name that
 * came later is not given, nor is one that was deleted and set again.
 *
 * It holds because maps are iterated live, because a branch that leaves the tree keeps its twigs, because a removed
 * leaf says that it was removed, and because leaves are numbered as they come.
 */
export class TopicWalk<V extends NonNullable<unknown>> implements IterableIterator<V> {
  readonly #filter: string;
  readonly #root: Branch<V>;
  readonly #newest: number;
  readonly #includesDollar: boolean;
  readonly #stops: Stop<V>[] = [];

  constructor(tree: LevelTree<V>, filter: string, { includesDollar = false }: WalkOptions = {}) {
    this.#filter = filter;
    this.#includesDollar = includesDollar;
    this.#root = tree.root;
    this.#newest = tree.newest;
    this.#stops.push({ single: tree.root, rest: undefined, filterAt: 0, skipsDollar: false });
  }

  /** Whether all matches have been given. */
  get isDone(): boolean {
    return this.#stops.length === 0;
  }

  /**
   * Up to `valuesMax` further values. It ends early after `stepsMax` steps, one for each name or branch looked at, so
   * that a filter that matches little in a large tree does not hold up others: look at `isDone`, not at the length.
   */
  take(valuesMax: number, stepsMax: number = Number.POSITIVE_INFINITY): V[] {
    const values: V[] = [];
    for (let steps = 0; values.length < valuesMax && steps < stepsMax && this.#stops.length > 0; steps++) {
      const value = this.step();
      if (value !== undefined) values.push(value);
    }
    return values;
  }

  next(): IteratorResult<V> {
    while (this.#stops.length > 0) {
      const value = this.step();
      if (value !== undefined) return { done: false, value };
    }
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }

  /** Looks at one name or branch, of which there must be one left. Undefined when it has no value that matches. */
  step(): V | undefined {
    const stop = this.#stops.at(-1)!;
    if (stop.single !== undefined) {
      this.#stops.pop();
      return this.#look(stop.single, stop.filterAt);
    }
    const next = stop.rest!.next();
    if (next.done) {
      this.#stops.pop();
      return undefined;
    }
    const [name, twig] = next.value;
    if (stop.skipsDollar && name.charCodeAt(0) === DOLLAR) return undefined;
    return this.#look(twig, stop.filterAt);
  }

  /** The value of a twig that matches, and a stop for what lies below it. */
  #look(twig: Twig<V>, filterAt: number): V | undefined {
    let at = filterAt;
    let here: Twig<V> | undefined = twig;
    while (here !== undefined && !(here instanceof Leaf)) {
      if (at > this.#filter.length) return this.#give(here.end);
      const code = this.#filter.charCodeAt(at);
      if (code === HASH) {
        this.#stopBelow(here, at);
        return this.#give(here.end);
      }
      if (code === PLUS) {
        this.#stopBelow(here, at + 2);
        return undefined;
      }
      const end = levelEnd(this.#filter, at);
      here = here.twig(this.#filter.slice(at, end));
      at = end + 1;
    }
    // A leaf may have moved since its way was walked, so the whole name is compared rather than the rest of it.
    return here !== undefined && this.#matches(here.key) ? this.#give(here) : undefined;
  }

  #matches(topic: string): boolean {
    return this.#includesDollar ? matchesRest(this.#filter, 0, topic, 0) : matches(this.#filter, topic);
  }

  #stopBelow(branch: Branch<V>, filterAt: number): void {
    const skipsDollar = branch === this.#root && !this.#includesDollar;
    if (branch.twigs !== undefined) {
      this.#stops.push({ single: undefined, rest: branch.twigs.entries(), filterAt, skipsDollar });
    } else if (branch.only !== undefined && !(skipsDollar && branch.onlyName.charCodeAt(0) === DOLLAR)) {
      this.#stops.push({ single: branch.only, rest: undefined, filterAt, skipsDollar });
    }
  }

  #give(leaf: Leaf<V> | undefined): V | undefined {
    return leaf === undefined || leaf.isRemoved || leaf.born > this.#newest ? undefined : leaf.value;
  }
}
