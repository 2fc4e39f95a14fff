/**
 * Decides when the output of a broker's connections is written: at most once per connection and event-loop turn. It
 * owns what all connections share for that: the dirty list, the turn's arena, the writer's scratch memory and the
 * sweep of deadlines. It does not know what kind of connection it flushes.
 *
 * The flush point adapts. When a turn brings many reads, flushing at its end (`setImmediate`) merges their output into
 * one write per connection. When a turn brings one read, that would cost a second pass of the event loop, so the
 * output leaves as soon as the read was handled. A running estimate of reads per turn decides, and in the direct mode
 * every so many flushes one is delayed to measure whether traffic has grown.
 */

import { type OutputQueue, TurnArena } from '../std/output-queue.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { SocketWriter } from './socket-writer.ts';

/** Estimated reads per turn above which output waits for the end of the turn, and below which it leaves at once. */
const DEFER_ABOVE = 1.5;
const DIRECT_BELOW = 1.25;
/** In the direct mode, one flush in this many waits for the end of the turn and counts its reads. */
const PROBE_EVERY = 32;
const ESTIMATE_WEIGHT = 0.25;

/** A list of this many connections is emptied one by one. */
const DIRTY_KEPT_MAX = 16;

/** A connection with output. */
export interface Flushable {
  /** Whether it is on the dirty list. The flusher alone writes it. */
  queued: boolean;
  /** Writes its output or, when the peer is not taking any, settles it. Must leave no range of the arena queued. */
  flush(): void;
}

/** One per broker: every listener of a broker is given the same one. */
export class Flusher {
  readonly arena: TurnArena = new TurnArena();
  readonly writer: SocketWriter = new SocketWriter(this.arena);
  readonly deadlines: DeadlineSweep = new DeadlineSweep();

  readonly #dirty: Flushable[] = [];
  #reading = false;
  #scheduled = false;
  #deferring = false;
  #readsPerTurn = 1;
  #readsThisTurn = 0;
  #sinceProbe = 0;
  readonly #flushNow = (): void => {
    this.#scheduled = false;
    this.#flush();
  };
  readonly #flushAtTurnEnd = (): void => {
    this.#scheduled = false;
    this.#readsPerTurn += (this.#readsThisTurn - this.#readsPerTurn) * ESTIMATE_WEIGHT;
    this.#readsThisTurn = 0;
    this.#deferring = this.#readsPerTurn > (this.#deferring ? DIRECT_BELOW : DEFER_ABOVE);
    this.#flush();
  };

  /** Whether output waits for the end of the turn at present. */
  get deferring(): boolean {
    return this.#deferring;
  }

  /** Puts a connection on the dirty list, once. Within a read it is flushed after it, otherwise soon. */
  wake(connection: Flushable): void {
    if (connection.queued) return;
    connection.queued = true;
    this.#dirty.push(connection);
    if (!this.#reading && !this.#scheduled) this.#schedule(true);
  }

  /** Brackets the handling of one read together with `endRead`. */
  beginRead(): void {
    this.#reading = true;
  }

  endRead(): void {
    this.#reading = false;
    if (this.#scheduled) {
      this.#readsThisTurn++;
      return;
    }
    if (this.#dirty.length > 0) this.#schedule(false);
  }

  /** Moves what the peer does not take now out of memory that is used again. */
  settle(output: OutputQueue): void {
    output.settle();
    // A big range that is the whole arena counts as the queue's own: then it shall be.
    if (output.buffers.includes(this.arena.buffer)) this.arena.abandon();
  }

  /** What was made outside a read may be the first of several things, so even the direct mode lets the caller finish. */
  #schedule(fromOutside: boolean): void {
    if (!this.#deferring && ++this.#sinceProbe < PROBE_EVERY) {
      if (!fromOutside) {
        this.#flush();
        return;
      }
      this.#scheduled = true;
      queueMicrotask(this.#flushNow);
      return;
    }
    this.#sinceProbe = 0;
    this.#scheduled = true;
    this.#readsThisTurn = 1;
    setImmediate(this.#flushAtTurnEnd);
  }

  #flush(): void {
    const dirty = this.#dirty;
    // The list may grow while it is walked; it is empty afterwards, and then nobody holds a range of the arena.
    for (let i = 0; i < dirty.length; i++) {
      const connection = dirty[i]!;
      connection.queued = false;
      connection.flush();
    }
    // As in `OutputQueue.clear`: a short list keeps its room.
    if (dirty.length > DIRTY_KEPT_MAX) dirty.length = 0;
    else while (dirty.length > 0) dirty.pop();
    this.arena.reset();
  }
}
