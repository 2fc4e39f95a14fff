/**
 * One thread of a plugin, from its start to its end. Whatever ends it (memory, an endless loop, an error that nobody has
 * caught, `process.exit`) is told once, with the cause in words.
 */

import { MessageChannel, Worker } from 'node:worker_threads';
import { pluginError, sayingOf } from '../failure.ts';
import type { PluginPlace } from '../import-plugin.ts';
import { type CallCost, Channel, type Serve } from './channel.ts';
import { CELLS, cell, type PluginTask, type WorkerData } from './protocol.ts';
import { memoryCause, type ThreadWatch } from './thread-watch.ts';

const MB = 1024 * 1024;

/**
 * What the engine may take beyond the limit before it ends the thread itself. It ends the whole process where a single
 * allocation goes beyond that, and the largest one takes 1 GB; the watch comes first.
 */
const HEAP_BEYOND_MB = 1_280;
const YOUNG_MB = 32;

/** Time for a thread to be gone when it was told to end. */
const END_SECONDS = 5;

/** What may wait for answers of the plugin. */
const WAITING_CALLS_MAX = 10_000;

export interface ThreadParts {
  readonly plugin: string;
  readonly place: PluginPlace;
  readonly memoryBytes: number;
  readonly serve: Serve;
  /** Called once when it ends without having been told to. */
  readonly onEnd: (cause: string) => void;
}

export class PluginThread {
  readonly cells: Int32Array = new Int32Array(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT));
  readonly memoryBytes: number;
  readonly #parts: ThreadParts;
  readonly #watch: ThreadWatch;
  readonly #worker: Worker;
  readonly #channel: Channel;
  readonly #gone: Promise<void>;
  #cause: string | undefined;
  #isEnded = false;

  /** @param file what runs in the thread */
  constructor(parts: ThreadParts, file: URL, watch: ThreadWatch) {
    const { plugin, place, memoryBytes, serve } = parts;
    this.#parts = parts;
    this.#watch = watch;
    this.memoryBytes = memoryBytes;
    const { port1, port2 } = new MessageChannel();
    const workerData: WorkerData = { name: plugin, place, port: port2, cells: this.cells, memoryBytes };
    this.#worker = new Worker(file, {
      name: `plugin ${plugin}`,
      workerData,
      transferList: [port2],
      resourceLimits: {
        maxOldGenerationSizeMb: Math.ceil(memoryBytes / MB) + HEAP_BEYOND_MB,
        maxYoungGenerationSizeMb: YOUNG_MB,
      },
    });
    this.#channel = new Channel(port1, serve, {
      windowCalls: Number.POSITIVE_INFINITY,
      windowBytes: Number.POSITIVE_INFINITY,
      posted: () => {
        Atomics.add(this.cells, cell.posted, 1);
        Atomics.notify(this.cells, cell.posted);
      },
    });
    port1.unref();
    this.#worker.on('error', (error) => {
      this.#cause ??= causeOf(error, memoryBytes);
    });
    this.#gone = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        resolve();
        this.#end(this.#cause ?? `it ended its thread: process.exit(${code})`);
      });
    });
    watch.add(this);
  }

  /** Bytes that the plugin holds, as it said last. */
  get heldBytes(): number {
    return Atomics.load(this.cells, cell.usedKb) * 1024;
  }

  /** Keeps the process while the thread has to be waited for, as it does from the beginning. */
  ref(): void {
    this.#worker.ref();
  }

  /** Lets the process end though the thread is there. */
  unref(): void {
    this.#worker.unref();
  }

  /** @throws BackendError `PLUGIN_FAILED` at once where too much waits already */
  call(task: PluginTask, target: string | number, argument: unknown, cost: CallCost = {}): Promise<unknown> {
    const channel = this.#channel;
    const bytesMax = this.memoryBytes / 4;
    const isFull = (): boolean =>
      channel.waitingCalls >= WAITING_CALLS_MAX ||
      (channel.waitingCalls > 0 && channel.waitingBytes + (cost.bytes ?? 0) > bytesMax);
    if (isFull()) {
      channel.sweep(pluginError('FAILED', `Plugin ${this.#parts.plugin} gave no answer`));
      if (isFull()) {
        const text = `${channel.waitingCalls} calls with ${channel.waitingBytes} bytes wait for plugin ${this.#parts.plugin}`;
        throw pluginError('FAILED', text);
      }
    }
    return channel.call(task, target, argument, cost);
  }

  condemn(cause: string): void {
    this.#cause ??= cause;
    this.#end(this.#cause);
  }

  /**
   * Ends it; `onEnd` is not called.
   * @returns false when it cannot be ended: its thread waits in the operating system
   */
  async close(): Promise<boolean> {
    const isFirst = !this.#isEnded;
    this.#isEnded = true;
    if (isFirst) this.#stop('it is unloaded');
    return await this.isGone();
  }

  /** Whether it is gone, at the latest after some seconds. */
  async isGone(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), END_SECONDS * 1000).unref();
    });
    const isGone = await Promise.race([this.#gone.then(() => true), late]);
    clearTimeout(timer);
    return isGone;
  }

  #end(cause: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#stop(cause);
    this.#parts.onEnd(cause);
  }

  #stop(cause: string): void {
    this.#watch.remove(this);
    this.#channel.end(pluginError('FAILED', `Plugin ${this.#parts.plugin} does not run: ${cause}`));
    // It has ended where this fails.
    this.#worker.terminate().catch(() => {});
  }
}

function causeOf(error: Error, memoryBytes: number): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return memoryCause(memoryBytes + HEAP_BEYOND_MB * MB, memoryBytes);
  return `an error in it was not caught: ${sayingOf(error)}`;
}
