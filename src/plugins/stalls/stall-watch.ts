/**
 * Watches from a thread of its own whether code of a plugin keeps the loop from turning: nothing in the main thread can
 * notice an endless loop. The thread stops the main one as a debugger does, looks whose code it is in, and if it is a
 * plugin's twice in a row, the main thread is told while it stands there. Other long work is left alone. There is no
 * thread until a plugin of the operator's is loaded.
 */

import { Worker } from 'node:worker_threads';
import { type PluginCode, type StallWorkerData, watchForStalls } from './stall-worker.ts';

export interface Stall {
  readonly plugin: string;
  /** The hook that was called, where it is one. */
  readonly hook: string | undefined;
  /** `file:///…/shout.mjs:12 handle` */
  readonly place: string;
  readonly seconds: number;
}

/** The hook that is being called; hooks write it down around each call. */
export interface RunningHook {
  hook: string | undefined;
}

/** How long a plugin may keep everybody waiting. */
const STALL_SECONDS = 10;
const BEAT_MS = 500;
const LOOK_MS = 1_000;

const EVENT = 'hoopoe:plugin-stall';

export class StallWatch {
  readonly running: RunningHook = { hook: undefined };
  readonly #onStall: (stall: Stall) => void;
  readonly #code = new Map<string, string>();
  #worker: Worker | undefined;
  #beat: NodeJS.Timeout | undefined;

  /** @param onStall is to end the process; it is called while the code that does not end stands still */
  constructor(onStall: (stall: Stall) => void) {
    this.#onStall = onStall;
  }

  /** @param prefix how the addresses of all its code begin: `file:///…/shout.mjs` */
  add(plugin: string, prefix: string): void {
    this.#code.set(plugin, prefix);
    this.#begin();
    this.#tell();
  }

  remove(plugin: string): void {
    this.#code.delete(plugin);
    this.#tell();
  }

  close(): void {
    clearInterval(this.#beat);
    process.off(EVENT as 'exit', this.#stalled);
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #begin(): void {
    if (this.#worker !== undefined) return;
    const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const cells = new Int32Array(beats);
    this.#beat = setInterval(() => Atomics.add(cells, 0, 1), BEAT_MS);
    this.#beat.unref();
    process.on(EVENT as 'exit', this.#stalled);
    const workerData: StallWorkerData = { beats, stallMs: STALL_SECONDS * 1000, lookMs: LOOK_MS, event: EVENT };
    // From its text, so that no file has to be found beside this one.
    this.#worker = new Worker(`(${watchForStalls.toString()})(require)`, { eval: true, workerData });
    this.#worker.unref();
  }

  #tell(): void {
    const code: PluginCode = [...this.#code].map(([plugin, prefix]) => [prefix, plugin]);
    this.#worker?.postMessage(code);
  }

  readonly #stalled = (...[plugin, place]: unknown[]): void => {
    this.#onStall({ plugin: String(plugin), hook: this.running.hook, place: String(place), seconds: STALL_SECONDS });
  };
}
