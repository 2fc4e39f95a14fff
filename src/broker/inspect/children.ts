/**
 * The next level below a place in a tree of topic names or filters, with what lies below each child: how a tree of a
 * million names is shown without showing them all. Needs no more memory than a few pages, whatever is offered.
 */

import { InvalidRequest } from '../invalid-request.ts';

export interface ChildrenRequest {
  /** Below which topic; the topmost level unless given. */
  readonly parent?: string | undefined;
  /** Behind which level the page begins: `next` of the page before it. */
  readonly after?: string | undefined;
  /** Children on the page; 200 unless given, at most 1,000. */
  readonly limit?: number | undefined;
}

export interface Child {
  readonly level: string;
  /** Parent and level. */
  readonly topic: string;
  /** Names at or below it. */
  count: number;
  /** Whether there is one of exactly this name. */
  isLeaf: boolean;
}

export interface ChildrenPage {
  readonly items: readonly Child[];
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
}

const LIMIT_DEFAULT = 200;
const LIMIT_MAX = 1_000;

export class Children {
  readonly #prefix: string;
  readonly #after: string | undefined;
  readonly #limit: number;
  readonly #found = new Map<string, Child>();
  /** A level behind it is on a later page for certain. */
  #last: string | undefined;

  /** @throws InvalidRequest for a limit that cannot be */
  constructor({ parent, after, limit = LIMIT_DEFAULT }: ChildrenRequest) {
    if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
      throw new InvalidRequest(`Got a limit of ${limit} children; allowed: 1 to ${LIMIT_MAX}`);
    }
    this.#prefix = parent === undefined ? '' : `${parent}/`;
    this.#after = after;
    this.#limit = limit;
  }

  /** Names that do not lie below the parent are passed over. */
  offer(name: string): void {
    if (!name.startsWith(this.#prefix)) return;
    const start = this.#prefix.length;
    const slash = name.indexOf('/', start);
    const level = slash < 0 ? name.slice(start) : name.slice(start, slash);
    if (this.#after !== undefined && level <= this.#after) return;
    if (this.#last !== undefined && level > this.#last) return;
    let child = this.#found.get(level);
    if (child === undefined) {
      child = { level, topic: this.#prefix + level, count: 0, isLeaf: false };
      this.#found.set(level, child);
      if (this.#found.size > this.#limit * 4) this.#cut();
    }
    child.count++;
    if (slash < 0) child.isLeaf = true;
  }

  /** Forgets what is on a later page; one more than the page shows that there is one. */
  #cut(): void {
    const levels = [...this.#found.keys()].sort(compare);
    for (const level of levels.slice(this.#limit + 1)) this.#found.delete(level);
    this.#last = levels[this.#limit];
  }

  page(): ChildrenPage {
    const children = [...this.#found.values()].sort((a, b) => compare(a.level, b.level));
    const items = children.slice(0, this.#limit);
    return { items, next: children.length > items.length ? items.at(-1)!.level : undefined };
  }
}

/** By code units, as `<` compares. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
