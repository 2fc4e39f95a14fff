/**
 * Entries by their packet identifier, in the order in which they were added. What is added is soon taken out again, a
 * hundred thousand times a second, and that is what a `Map` is bad at: it makes a new table every few dozen entries and
 * lets each point to the next, so that one old table keeps all later ones, with everything in them, until the next full
 * collection. At QoS 1 four tenths of what was allocated survived in that way, and with this a message costs a third
 * less. A broker holds two for each session: an empty one has no table, and one that was never used is `noEntries`.
 */

export interface IdMapEntry {
  /** From 1 to 65,535; it stays as it is while the entry is in the map. */
  packetId: number;
  /** Written by the map it is in. */
  addedAs: number;
}

const ROOM_MIN = 8;

/** The table of all maps that have none; nobody writes to it. */
const NO_PLACES: never[] = [];

/** Room that stays when the last entry has gone: what a connection with a usual window needs again at once. */
const ROOM_KEPT_MAX = 64;

export class IdMap<T extends IdMapEntry> {
  /** A power of two in length, at most half full, or empty. An entry stands at its identifier or at the next free place. */
  #places: (T | undefined)[] = NO_PLACES;
  #size = 0;
  #added = 0;

  get size(): number {
    return this.#size;
  }

  get(packetId: number): T | undefined {
    return this.#size === 0 ? undefined : this.#places[this.#find(packetId)];
  }

  has(packetId: number): boolean {
    return this.get(packetId) !== undefined;
  }

  /** Adds an entry whose identifier is not in the map. */
  add(entry: T): void {
    if (2 * (this.#size + 1) > this.#places.length) this.#grow();
    entry.addedAs = this.#added++;
    this.#places[this.#find(entry.packetId)] = entry;
    this.#size++;
  }

  /** False when it is not there. */
  delete(packetId: number): boolean {
    if (this.#size === 0) return false;
    const at = this.#find(packetId);
    if (this.#places[at] === undefined) return false;
    if (--this.#size === 0) this.#reset(at);
    else this.#free(at);
    return true;
  }

  clear(): void {
    this.#places = NO_PLACES;
    this.#size = 0;
    this.#added = 0;
  }

  /** All entries, first added first; the array is the caller's. */
  values(): T[] {
    if (this.#size === 0) return [];
    const entries = this.#places.filter((entry) => entry !== undefined);
    return entries.sort((a, b) => a.addedAs - b.addedAs);
  }

  /** The place of an identifier, or the free one where it would stand. */
  #find(packetId: number): number {
    const mask = this.#places.length - 1;
    let at = packetId & mask;
    for (let entry = this.#places[at]; entry !== undefined && entry.packetId !== packetId; entry = this.#places[at]) {
      at = (at + 1) & mask;
    }
    return at;
  }

  /** Closes the gap: entries behind it that could not stand where they belong move up. */
  #free(gap: number): void {
    const places = this.#places;
    const mask = places.length - 1;
    let at = (gap + 1) & mask;
    for (let entry = places[at]; entry !== undefined; entry = places[at]) {
      const home = entry.packetId & mask;
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        places[gap] = entry;
        gap = at;
      }
      at = (at + 1) & mask;
    }
    places[gap] = undefined;
  }

  #reset(lastAt: number): void {
    this.#added = 0;
    if (this.#places.length > ROOM_KEPT_MAX) this.#places = NO_PLACES;
    else this.#places[lastAt] = undefined;
  }

  #grow(): void {
    const before = this.#places;
    this.#places = new Array<T | undefined>(Math.max(ROOM_MIN, before.length * 2)).fill(undefined);
    for (const entry of before) {
      if (entry !== undefined) this.#places[this.#find(entry.packetId)] = entry;
    }
  }
}

/** Stands for every map that nothing was added to yet; nothing is added to it, see `added`. */
export const noEntries: IdMap<never> = new IdMap<never>();

/** Adds an entry whose identifier is not in `map`; to a map of its own where there was none yet. */
export function added<T extends IdMapEntry>(map: IdMap<T>, entry: T): IdMap<T> {
  const own = map === (noEntries as IdMap<IdMapEntry>) ? new IdMap<T>() : map;
  own.add(entry);
  return own;
}
