/**
 * A tree of texts whose levels are separated by slashes: the filters of the subscription index, the names of the
 * topic tree. A text stays one leaf, however many levels it has, until another shares its way; then both move a level
 * down. So a text costs one object and one map entry in the common case, and what is removed leaves nothing behind.
 * Wildcards mean nothing here. Whoever walks the tree relies on this: a branch that is taken out of the tree keeps
 * what it had, and a leaf that was removed says so.
 */

import { levelEnd } from './name.ts';

/** `born` of a leaf that is no longer in its tree. */
const REMOVED = 0;

/** A name may keep so much of the text it was cut from. */
const TEXT_KEPT_MAX = 256;

/**
 * `name`, cut from `key`, to be kept in a branch. A cut text keeps the whole that it was cut from, and a branch outlives
 * the keys it was made for: without a copy a name of a few bytes could hold 64 KB that nobody counts.
 */
function ownName(name: string, key: string): string {
  // Joining and cutting makes a new whole, which is one character longer than the name.
  return key.length - name.length > TEXT_KEPT_MAX ? `${name} `.slice(0, -1) : name;
}

/** A text and its value. */
export class Leaf<T> {
  readonly key: string;
  /** Where in `key` the levels begin that the way to this leaf does not spell; past the length when there are none. */
  tail: number;
  /** Grows with each new leaf of the tree; 0 once removed. */
  born: number;
  /** Undefined until the owner sets it. */
  value: T | undefined;

  constructor(key: string, tail: number, born: number) {
    this.key = key;
    this.tail = tail;
    this.born = born;
    this.value = undefined;
  }

  get isRemoved(): boolean {
    return this.born === REMOVED;
  }
}

export type Twig<T> = Leaf<T> | Branch<T>;

/** The texts that begin with the same levels. Other than the root it always has two leaves or more below it. */
export class Branch<T> {
  /** The text that ends here. */
  end: Leaf<T> | undefined = undefined;
  /** Next level and twig when there is exactly one; a map for a single entry would be four times the memory. */
  onlyName = '';
  only: Twig<T> | undefined = undefined;
  /** Next levels when there are two or more. */
  twigs: Map<string, Twig<T>> | undefined = undefined;

  twig(name: string): Twig<T> | undefined {
    if (this.twigs !== undefined) return this.twigs.get(name);
    return this.only !== undefined && this.onlyName === name ? this.only : undefined;
  }

  /** The twig whose name is `text` from `start` to `end`, without cutting it out where that can be avoided. */
  twigAt(text: string, start: number, end: number): Twig<T> | undefined {
    if (this.twigs !== undefined) return this.twigs.get(text.slice(start, end));
    const isSame = this.onlyName.length === end - start && text.startsWith(this.onlyName, start);
    return isSame ? this.only : undefined;
  }

  /** Sets or replaces; a twig that is replaced keeps its place in the order. */
  put(name: string, twig: Twig<T>): void {
    if (this.twigs !== undefined) {
      this.twigs.set(name, twig);
    } else if (this.only === undefined || this.onlyName === name) {
      this.onlyName = name;
      this.only = twig;
    } else {
      this.twigs = new Map([[this.onlyName, this.only]]);
      this.twigs.set(name, twig);
      this.onlyName = '';
      this.only = undefined;
    }
  }

  drop(name: string): void {
    if (this.twigs === undefined) {
      this.onlyName = '';
      this.only = undefined;
      return;
    }
    this.twigs.delete(name);
    if (this.twigs.size > 1) return;
    // The map keeps its last entry for a walk that is under way in it.
    for (const [onlyName, only] of this.twigs) {
      this.onlyName = onlyName;
      this.only = only;
    }
    this.twigs = undefined;
  }

  /** The leaf, when there is nothing but one leaf here. */
  lone(): Leaf<T> | undefined {
    if (this.twigs !== undefined) return undefined;
    if (this.only === undefined) return this.end;
    return this.end === undefined && this.only instanceof Leaf ? this.only : undefined;
  }
}

export class LevelTree<T> {
  readonly root: Branch<T> = new Branch<T>();
  #size = 0;
  #branches = 0;
  #born = REMOVED;

  /** Leaves in the tree. */
  get size(): number {
    return this.#size;
  }

  /** Branches besides the root. */
  get branches(): number {
    return this.#branches;
  }

  /** `born` of the newest leaf there ever was. */
  get newest(): number {
    return this.#born;
  }

  /** The leaf of `key`, which is not empty; made when there is none. */
  open(key: string): Leaf<T> {
    let branch = this.root;
    let at = 0;
    while (at <= key.length) {
      const end = levelEnd(key, at);
      const name = key.slice(at, end);
      at = end + 1;
      let twig = branch.twig(name);
      if (twig === undefined) {
        const leaf = this.#bear(key, at);
        branch.put(ownName(name, key), leaf);
        return leaf;
      }
      if (twig instanceof Leaf) {
        if (twig.key === key) return twig;
        twig = this.#sprout(twig);
        branch.put(ownName(name, key), twig);
      }
      branch = twig;
    }
    branch.end ??= this.#bear(key, at);
    return branch.end;
  }

  find(key: string): Leaf<T> | undefined {
    let branch = this.root;
    let at = 0;
    while (at <= key.length) {
      const end = levelEnd(key, at);
      const twig = branch.twig(key.slice(at, end));
      if (twig === undefined) return undefined;
      if (twig instanceof Leaf) return twig.key === key ? twig : undefined;
      branch = twig;
      at = end + 1;
    }
    return branch.end;
  }

  /** Removes the leaf of `key` and every branch that is left with a single leaf. Returns the leaf, or undefined. */
  remove(key: string): Leaf<T> | undefined {
    const path: Branch<T>[] = [];
    const names: string[] = [];
    let branch = this.root;
    let at = 0;
    let leaf: Leaf<T> | undefined;
    while (leaf === undefined && at <= key.length) {
      const end = levelEnd(key, at);
      const name = key.slice(at, end);
      const twig = branch.twig(name);
      if (twig === undefined) return undefined;
      path.push(branch);
      names.push(name);
      at = end + 1;
      if (twig instanceof Leaf) leaf = twig;
      else branch = twig;
    }
    if (leaf === undefined) {
      leaf = branch.end;
      if (leaf === undefined) return undefined;
      branch.end = undefined;
    } else {
      if (leaf.key !== key) return undefined;
      path.pop();
      branch.drop(names.pop()!);
    }
    leaf.born = REMOVED;
    this.#size--;
    this.#fold(branch, path, names, key);
    return leaf;
  }

  /** All leaves, in no order that matters. The tree must not change meanwhile. */
  *leaves(): IterableIterator<Leaf<T>> {
    const pending: IterableIterator<Twig<T>>[] = [];
    let branch: Branch<T> | undefined = this.root;
    for (;;) {
      if (branch !== undefined) {
        if (branch.end !== undefined) yield branch.end;
        if (branch.twigs !== undefined) pending.push(branch.twigs.values());
        else if (branch.only !== undefined) pending.push([branch.only].values());
        branch = undefined;
      }
      const top = pending.at(-1);
      if (top === undefined) return;
      const next = top.next();
      if (next.done) pending.pop();
      else if (next.value instanceof Leaf) yield next.value;
      else branch = next.value;
    }
  }

  #bear(key: string, tail: number): Leaf<T> {
    this.#size++;
    return new Leaf<T>(key, tail, ++this.#born);
  }

  /** A branch in place of a leaf, with the leaf in it. */
  #sprout(leaf: Leaf<T>): Branch<T> {
    const branch = new Branch<T>();
    this.#branches++;
    if (leaf.tail > leaf.key.length) {
      branch.end = leaf;
    } else {
      const end = levelEnd(leaf.key, leaf.tail);
      branch.put(ownName(leaf.key.slice(leaf.tail, end), leaf.key), leaf);
      leaf.tail = end + 1;
    }
    return branch;
  }

  /** Puts leaves in place of branches that have nothing else, from `branch` up its path, whose names are cut from `key`. */
  #fold(branch: Branch<T>, path: Branch<T>[], names: string[], key: string): void {
    let lower = branch;
    while (lower !== this.root) {
      const leaf = lower.lone();
      if (leaf === undefined) return;
      if (leaf !== lower.end) leaf.tail -= lower.onlyName.length + 1;
      const upper = path.pop()!;
      upper.put(ownName(names.pop()!, key), leaf);
      this.#branches--;
      lower = upper;
    }
  }
}
