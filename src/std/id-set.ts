/**
 * A set of packet identifiers. For the same reason as `IdMap` it is no `Set`: the tables that a `Set` replaces every few
 * dozen entries keep each other alive until the next full collection. An empty one has no table.
 */

const FREE = 0;
const ROOM_MIN = 8;

/** Room that stays when the last identifier has gone: what a client with a usual window needs again at once. */
const ROOM_KEPT_MAX = 64;

export class IdSet {
  /** A power of two in length, at most half full, or empty. An identifier stands at its place or at the next free one. */
  #places: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return this.#size > 0 && this.#places[this.#find(id)] === id;
  }

  /** @param id from 1 to 65,535; one that is in the set already stays in it once */
  add(id: number): void {
    if (2 * (this.#size + 1) > this.#places.length) this.#grow();
    const at = this.#find(id);
    if (this.#places[at] === id) return;
    this.#places[at] = id;
    this.#size++;
  }

  /** False when it is not there. */
  delete(id: number): boolean {
    if (!this.has(id)) return false;
    this.#free(this.#find(id));
    if (--this.#size === 0 && this.#places.length > ROOM_KEPT_MAX) this.#places = [];
    return true;
  }

  clear(): void {
    this.#places = [];
    this.#size = 0;
  }

  /** All identifiers in no order; the array is the caller's. */
  values(): number[] {
    return this.#places.filter((id) => id !== FREE);
  }

  /** The place of an identifier, or the free one where it would stand. */
  #find(id: number): number {
    const mask = this.#places.length - 1;
    let at = id & mask;
    while (this.#places[at] !== FREE && this.#places[at] !== id) at = (at + 1) & mask;
    return at;
  }

  /** Closes the gap: identifiers behind it that could not stand where they belong move up. */
  #free(gap: number): void {
    const places = this.#places;
    const mask = places.length - 1;
    for (let at = (gap + 1) & mask; places[at] !== FREE; at = (at + 1) & mask) {
      const home = places[at]! & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      places[gap] = places[at]!;
      gap = at;
    }
    places[gap] = FREE;
  }

  #grow(): void {
    const before = this.#places;
    this.#places = new Array<number>(Math.max(ROOM_MIN, before.length * 2)).fill(FREE);
    for (const id of before) if (id !== FREE) this.#places[this.#find(id)] = id;
  }
}
