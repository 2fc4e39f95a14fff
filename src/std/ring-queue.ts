/**
 * A queue in a ring: constant time at both ends, room in powers of two that grows and shrinks with what waits. An
 * empty queue that was never used has no room at all, since a broker holds one for each session and most of them stay
 * empty.
 */

/** Room of the first growth; a queue does not shrink below it while something waits. */
const ROOM_MIN = 8;

/** The ring of all queues that have none; nobody writes to it. */
const NO_ROOM: never[] = [];

export class RingQueue<T> {
  /** A power of two in length, or empty. Free places hold undefined so that nothing is kept from collection. */
  #ring: (T | undefined)[] = NO_ROOM;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Places that are allocated, for accounting of memory. */
  get room(): number {
    return this.#ring.length;
  }

  /** Adds at the end. */
  push(value: T): void {
    if (this.#length === this.#ring.length) this.#resize(Math.max(ROOM_MIN, this.#ring.length * 2));
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = value;
    this.#length++;
  }

  /** Adds at the front. */
  unshift(value: T): void {
    if (this.#length === this.#ring.length) this.#resize(Math.max(ROOM_MIN, this.#ring.length * 2));
    this.#head = (this.#head - 1) & (this.#ring.length - 1);
    this.#ring[this.#head] = value;
    this.#length++;
  }

  /** Takes from the front. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    this.#shrink();
    return value;
  }

  /** The value at the front, which stays. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#head];
  }

  clear(): void {
    this.#ring = NO_ROOM;
    this.#head = 0;
    this.#length = 0;
  }

  /**
   * Removes the values for which `predicate` holds, which is called once for each from the front on, and returns
   * how many they were. The others keep their order. `predicate` must not change the queue.
   */
  removeWhere(predicate: (value: T) => boolean): number {
    const mask = this.#ring.length - 1;
    const before = this.#length;
    let kept = 0;
    for (let i = 0; i < before; i++) {
      const from = (this.#head + i) & mask;
      const value = this.#ring[from] as T;
      if (predicate(value)) continue;
      this.#ring[(this.#head + kept++) & mask] = value;
    }
    for (let i = kept; i < before; i++) this.#ring[(this.#head + i) & mask] = undefined;
    this.#length = kept;
    this.#shrink();
    return before - kept;
  }

  /** From the front on. The queue must not change meanwhile. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.#length; i++) yield this.#ring[(this.#head + i) & (this.#ring.length - 1)] as T;
  }

  /** Halving at a quarter, not at a half, keeps a queue that hovers around one length from moving all the time. */
  #shrink(): void {
    let room = this.#ring.length;
    while (room > ROOM_MIN && this.#length <= room >> 2) room >>= 1;
    if (room !== this.#ring.length) this.#resize(room);
  }

  #resize(room: number): void {
    const ring = new Array<T | undefined>(room).fill(undefined);
    const mask = this.#ring.length - 1;
    for (let i = 0; i < this.#length; i++) ring[i] = this.#ring[(this.#head + i) & mask];
    this.#ring = ring;
    this.#head = 0;
  }
}
