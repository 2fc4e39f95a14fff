/**
 * Looks at the threads of plugins: whether their loops turn, and what memory they hold. A thread whose loop turns says
 * it itself. One that does not is judged by what the process has taken since, for nobody else can say; what the broker
 * and the other threads have taken meanwhile is not counted.
 */

import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { BEAT_MS, cell } from './protocol.ts';

/** How long the loop of a plugin's thread may stand still. */
const STALL_SECONDS = 10;

/** A thread that was not heard for so many looks is judged by what the process has taken. */
const SILENT_LOOKS = 2;

/**
 * What the process may take beyond the limit of a thread that is silent: a thread that begins is silent, and what the
 * engine takes for it, and for others that begin at the same time, is not what the plugin holds.
 */
const ELSEWHERE_MARGIN_BYTES = 64 * 1024 * 1024;

/** While all are heard, the memory of the process is read with every so many looks: it costs more than a look. */
const LOOKS_PER_READING = 10;

export interface WatchedThread {
  readonly cells: Int32Array;
  readonly memoryBytes: number;
  /** Called once; the thread is not looked at any more. */
  condemn(cause: string): void;
}

interface Looked {
  beats: number;
  /** Looks since it was heard. Looks are counted and not seconds, because the broker may have stood still itself. */
  silent: number;
  /** What the process held besides when it was heard last. */
  elsewhereBytes: number;
}

export class ThreadWatch {
  readonly #threads = new Map<WatchedThread, Looked>();
  readonly #stallSeconds: number;
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  /** What the process held besides when it was read last. */
  #elsewhereBytes = 0;

  constructor(stallSeconds: number = STALL_SECONDS) {
    this.#stallSeconds = stallSeconds;
  }

  add(thread: WatchedThread): void {
    this.#read();
    this.#threads.set(thread, { beats: -1, silent: 0, elsewhereBytes: this.#elsewhereBytes });
    this.#timer ??= setInterval(() => this.#look(), BEAT_MS).unref();
  }

  remove(thread: WatchedThread): void {
    this.#threads.delete(thread);
    if (this.#threads.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Reads what the process holds beside the broker's own heap and buffers and what threads say that they hold. */
  #read(): void {
    const { total_heap_size: heap, external_memory: external } = getHeapStatistics();
    let bytes = processBytes() - heap - external;
    for (const { cells } of this.#threads.keys()) bytes -= heldBytes(cells);
    this.#elsewhereBytes = bytes;
  }

  #look(): void {
    const isAnySilent = [...this.#threads].some(([{ cells }, { beats }]) => Atomics.load(cells, cell.beats) === beats);
    if (isAnySilent || ++this.#looks % LOOKS_PER_READING === 0) this.#read();
    for (const [thread, looked] of this.#threads) {
      const cause = this.#causeAgainst(thread, looked);
      if (cause === undefined) continue;
      this.remove(thread);
      thread.condemn(cause);
    }
  }

  #causeAgainst({ cells, memoryBytes }: WatchedThread, looked: Looked): string | undefined {
    const beats = Atomics.load(cells, cell.beats);
    if (beats !== looked.beats) {
      looked.beats = beats;
      looked.silent = 0;
      looked.elsewhereBytes = this.#elsewhereBytes;
      const held = heldBytes(cells);
      return held > memoryBytes ? memoryCause(held, memoryBytes) : undefined;
    }
    looked.silent++;
    if (looked.silent * BEAT_MS >= this.#stallSeconds * 1000) {
      return `its thread stood still for ${this.#stallSeconds} s`;
    }
    const taken = this.#elsewhereBytes - looked.elsewhereBytes;
    const isTooMuch = looked.silent >= SILENT_LOOKS && taken > memoryBytes + ELSEWHERE_MARGIN_BYTES;
    return isTooMuch ? memoryCause(taken, memoryBytes) : undefined;
  }
}

function heldBytes(cells: Int32Array): number {
  return Atomics.load(cells, cell.usedKb) * 1024;
}

/** Why a thread that takes too much is ended. */
export function memoryCause(bytes: number, memoryBytes: number): string {
  const megabytes = (value: number): number => Math.round(value / (1024 * 1024));
  return `it took ${megabytes(bytes)} MB of memory; the limit is ${megabytes(memoryBytes)} MB (memory)`;
}

/** What the process holds of its own, without the files that it has mapped where that is known. */
function processBytes(): number {
  if (process.platform === 'linux') {
    try {
      const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
      if (kilobytes !== undefined) return Number(kilobytes) * 1024;
    } catch {
      // Not every system shows it.
    }
  }
  return process.memoryUsage.rss();
}
