/**
 * Messages that wait for one session, oldest first. Without a journal they are all in memory. With one they are all in
 * the journal, and memory holds only a bounded head of them while the session has a connection: a queue of a million
 * messages costs no more memory than one of a hundred.
 */

import { RingQueue } from '../../std/ring-queue.ts';
import type { Outbound } from './outbound.ts';

/** Messages held in memory before those in the journal. */
const HEAD_MAX = 128;

/** That of all queues in which nothing has waited yet; nothing is added to it. */
const NO_HEAD: RingQueue<Outbound> = new RingQueue<Outbound>();

/** What waits in all queues of a broker together. */
export interface QueuedTotal {
  bytes: number;
}

/** Where a queue with a journal reads from. */
export interface QueueSource {
  /** The latest commit that is durable. */
  readonly committed: number;
  /** Reads committed messages behind `afterKey`, oldest first. */
  read(afterKey: number, limit: number): Outbound[];
}

export class WaitingQueue {
  #head: RingQueue<Outbound> = NO_HEAD;
  #bytes = 0;
  /** Messages that are in the journal alone. */
  #stored = 0;
  /** Key of the last message that was in the head; those behind it are in the journal alone. */
  #lastKey = 0;
  /** The commit of the newest message that is in the journal alone. */
  #lastBatch = 0;
  readonly #source: QueueSource | undefined;
  readonly #total: QueuedTotal;

  /** @param total of all queues together, which this one counts in */
  constructor(source: QueueSource | undefined, total: QueuedTotal) {
    this.#source = source;
    this.#total = total;
  }

  /** Keeps the total in step, by which memory and disk of all sessions together are bounded. */
  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#total.bytes += bytes;
  }

  get length(): number {
    return this.#head.length + this.#stored;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Messages held in memory. */
  get held(): number {
    return this.#head.length;
  }

  /** Adds at the end. @param hold whether it may be held in memory, which is of use while there is a connection */
  push(outbound: Outbound, hold: boolean): void {
    const { bytes } = outbound;
    this.#count(bytes);
    if (this.#source === undefined || (hold && this.#stored === 0 && this.#head.length < HEAD_MAX)) {
      this.#hold(outbound);
      this.#lastKey = outbound.journalKey;
      return;
    }
    this.#stored++;
    this.#lastBatch = outbound.journalBatch;
  }

  #hold(outbound: Outbound): void {
    if (this.#head === NO_HEAD) this.#head = new RingQueue<Outbound>();
    this.#head.push(outbound);
  }

  /** A message goes past the empty queue: the journal has it, and yet it does not wait. */
  passBy(outbound: Outbound): void {
    this.#lastKey = outbound.journalKey;
  }

  /** The oldest message, or undefined when there is none, or none that is committed. */
  peek(): Outbound | undefined {
    if (this.#head.length === 0 && this.#stored > 0) this.#fill();
    return this.#head.peek();
  }

  /** Takes the oldest message, which `peek` has shown. */
  shift(): Outbound {
    const outbound = this.#head.shift()!;
    this.#count(-outbound.bytes);
    return outbound;
  }

  #fill(): void {
    const { committed } = this.#source!;
    const read = this.#source!.read(this.#lastKey, HEAD_MAX);
    for (const outbound of read) {
      this.#hold(outbound);
      this.#lastKey = outbound.journalKey;
      this.#stored--;
    }
    // Should the journal have less than was counted, nobody must wait for the rest for ever.
    if (read.length === 0 && this.#lastBatch <= committed) {
      this.#stored = 0;
      this.#count(-this.#bytes);
    }
  }

  /** The connection is gone: what is in the journal need not be in memory any more. */
  unload(): void {
    const first = this.#head.peek();
    if (this.#source === undefined || first === undefined) return;
    for (const { journalBatch } of this.#head) this.#lastBatch = Math.max(this.#lastBatch, journalBatch);
    this.#stored += this.#head.length;
    this.#lastKey = first.journalKey - 1;
    this.#head.clear();
  }

  /** Tells what a journal holds already, at start: so many behind `lastKey`, except for the `first` of them. */
  restore(messages: number, bytes: number, lastKey: number, first: readonly Outbound[]): void {
    for (const outbound of first) this.#hold(outbound);
    this.#stored = messages - first.length;
    this.#count(bytes - this.#bytes);
    this.#lastKey = lastKey;
  }

  /** Takes out, of the messages held in memory, those for which `wanted` holds, oldest first. */
  take(wanted: (outbound: Outbound) => boolean): Outbound[] {
    const taken: Outbound[] = [];
    this.#head.removeWhere((outbound) => {
      if (!wanted(outbound)) return false;
      this.#count(-outbound.bytes);
      taken.push(outbound);
      return true;
    });
    return taken;
  }

  /** Forgets a message that did not become durable. False: it is not here. */
  drop(outbound: Outbound): boolean {
    const isHeld = this.take((waiting) => waiting === outbound).length > 0;
    if (isHeld || this.#stored === 0) return isHeld;
    this.#stored--;
    this.#count(-outbound.bytes);
    return true;
  }

  /** The messages in memory; for a session that ends. */
  get heldMessages(): Iterable<Outbound> {
    return this.#head;
  }

  /** How many are in the journal alone, and behind which key; for a session that ends. */
  get remainder(): { messages: number; afterKey: number } {
    return { messages: this.#stored, afterKey: this.#lastKey };
  }

  clear(): void {
    this.#head.clear();
    this.#count(-this.#bytes);
    this.#stored = 0;
  }
}
