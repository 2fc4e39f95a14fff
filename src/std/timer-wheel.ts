/**
 * Many deadlines behind one timer: a hashed wheel whose entries are the owner's own objects, so that scheduling
 * allocates nothing. An entry sits in the slot of its due time; when the wheel passes that slot and the entry is not
 * due yet, because it is rounds away or was put off meanwhile, it is filed again. That makes putting off as cheap as
 * writing a number. It reads no clock and sets no timer: the owner calls `advance`.
 */

import { assert } from './assert.ts';

const IDLE = -1;
const DUE = -2;

/** What an object needs to be scheduled: extend it. It can be in one wheel at a time. */
export class WheelEntry {
  /**
   * When it is due. While scheduled, the owner may write a LATER time here and need do nothing else; an earlier one
   * needs `schedule`.
   */
  dueMs = 0;
  /** The wheel's own. */
  wheelSlot: number = IDLE;
  /** The wheel's own: the order of scheduling. */
  wheelOrder = 0;
  /** The wheel's own. */
  wheelPrevious: WheelEntry | undefined = undefined;
  /** The wheel's own. */
  wheelNext: WheelEntry | undefined = undefined;
}

export interface TimerWheelOptions {
  /** An entry is called at most this much late, if `advance` is called that often. */
  resolutionMs: number;
  /** A power of two. One revolution is `slots * resolutionMs`; entries beyond it are looked at once each revolution. */
  slots?: number;
  /** The time at which the wheel begins. */
  nowMs: number;
}

export class TimerWheel<T extends WheelEntry> {
  readonly #onDue: (entry: T, nowMs: number) => void;
  readonly #resolutionMs: number;
  readonly #mask: number;
  /** First entry of each slot's list. */
  readonly #slots: (WheelEntry | undefined)[];
  /** The last tick that was passed. */
  #tick: number;
  #order = 0;
  #size = 0;

  /** @param onDue called by `advance` for each entry that is due; the entry is not scheduled any more then */
  constructor(options: TimerWheelOptions, onDue: (entry: T, nowMs: number) => void) {
    const slots = options.slots ?? 512;
    assert(options.resolutionMs > 0, `A timer wheel needs a resolution above 0 ms, got ${options.resolutionMs}.`);
    assert(slots > 0 && (slots & (slots - 1)) === 0, `A timer wheel needs a power of two of slots, got ${slots}.`);
    this.#onDue = onDue;
    this.#resolutionMs = options.resolutionMs;
    this.#mask = slots - 1;
    this.#slots = new Array<WheelEntry | undefined>(slots).fill(undefined);
    this.#tick = Math.floor(options.nowMs / options.resolutionMs);
  }

  /** How many entries are scheduled. */
  get size(): number {
    return this.#size;
  }

  /** Schedules an entry or moves one that is scheduled. What is due already is called at the next tick. */
  schedule(entry: T, dueMs: number): void {
    this.cancel(entry);
    entry.dueMs = dueMs;
    entry.wheelOrder = this.#order++;
    this.#size++;
    this.#file(entry);
  }

  /** Returns whether the entry was scheduled. */
  cancel(entry: T): boolean {
    if (entry.wheelSlot === IDLE) return false;
    if (entry.wheelSlot !== DUE) this.#unlink(entry);
    entry.wheelSlot = IDLE;
    this.#size--;
    return true;
  }

  isScheduled(entry: T): boolean {
    return entry.wheelSlot !== IDLE;
  }

  /**
   * Calls back every entry that is due, by due time and, where that is equal, in the order of scheduling. A callback
   * may schedule and cancel any entry; what it makes due is called by a later `advance`. A jump of any length costs
   * one revolution at most. Time that goes back is ignored. Returns how many entries were called.
   */
  advance(nowMs: number): number {
    const tick = Math.floor(nowMs / this.#resolutionMs);
    if (tick <= this.#tick) return 0;
    const passed = this.#tick;
    const count = Math.min(tick - passed, this.#mask + 1);
    this.#tick = tick;
    const due: T[] = [];
    for (let i = 1; i <= count; i++) this.#sweep((passed + i) & this.#mask, due);
    if (due.length === 0) return 0;
    if (due.length > 1) due.sort((a, b) => a.dueMs - b.dueMs || a.wheelOrder - b.wheelOrder);
    return this.#call(due, nowMs);
  }

  #call(due: readonly T[], nowMs: number): number {
    let called = 0;
    let i = 0;
    try {
      while (i < due.length) {
        const entry = due[i++]!;
        // A callback before this one may have cancelled the entry, scheduled it anew or put it off.
        if (entry.wheelSlot !== DUE) continue;
        if (this.#tickOf(entry) > this.#tick) {
          this.#file(entry);
          continue;
        }
        entry.wheelSlot = IDLE;
        this.#size--;
        called++;
        this.#onDue(entry, nowMs);
      }
    } finally {
      // When a callback throws, the entries after it stay scheduled and are called at the next tick.
      for (; i < due.length; i++) {
        const entry = due[i]!;
        if (entry.wheelSlot === DUE) this.#file(entry);
      }
    }
    return called;
  }

  /** Takes what is due out of a slot and files anew what belongs elsewhere by now. */
  #sweep(slot: number, due: T[]): void {
    let entry = this.#slots[slot];
    while (entry !== undefined) {
      const next = entry.wheelNext;
      const tick = this.#tickOf(entry);
      if (tick <= this.#tick) {
        this.#unlink(entry);
        entry.wheelSlot = DUE;
        due.push(entry as T);
      } else if ((tick & this.#mask) !== slot) {
        this.#unlink(entry);
        this.#file(entry);
      }
      entry = next;
    }
  }

  /** The first tick at which the entry's time has come. */
  #tickOf(entry: WheelEntry): number {
    return Math.ceil(entry.dueMs / this.#resolutionMs);
  }

  #file(entry: WheelEntry): void {
    const slot = Math.max(this.#tickOf(entry), this.#tick + 1) & this.#mask;
    const first = this.#slots[slot];
    entry.wheelSlot = slot;
    entry.wheelPrevious = undefined;
    entry.wheelNext = first;
    if (first !== undefined) first.wheelPrevious = entry;
    this.#slots[slot] = entry;
  }

  #unlink(entry: WheelEntry): void {
    if (entry.wheelPrevious === undefined) this.#slots[entry.wheelSlot] = entry.wheelNext;
    else entry.wheelPrevious.wheelNext = entry.wheelNext;
    if (entry.wheelNext !== undefined) entry.wheelNext.wheelPrevious = entry.wheelPrevious;
    entry.wheelPrevious = undefined;
    entry.wheelNext = undefined;
  }
}
