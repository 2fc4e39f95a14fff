/**
 * What waits to be sent, in the broker's store: bounded in number and bytes, in the order in which it came, and there
 * again after a restart. In memory is only what the store has not taken yet.
 */

import type { PluginContext } from '../../ports/plugin.ts';
import { sayingOf } from '../failure.ts';

export interface QueueLimits {
  readonly countMax: number;
  readonly bytesMax: number;
}

export interface QueueEntry {
  readonly key: string;
  readonly text: string;
  readonly bytes: number;
}

const PREFIX = 'q/';

/** Everything that comes within this time is written together. */
const GATHER_SECONDS = 0.005;
const RETRY_SECONDS = 1;

export class DiskQueue {
  readonly #context: Pick<PluginContext, 'store' | 'after' | 'log'>;
  readonly #limits: QueueLimits;
  /** Something has become readable. */
  readonly #onStored: () => void;
  #gathered = new Map<string, string | undefined>();
  #writing: Promise<void> | undefined;
  #isScheduled = false;
  #number = 0;
  #count = 0;
  #bytes = 0;
  /** Left out because the queue was full. */
  dropped = 0;

  constructor(context: Pick<PluginContext, 'store' | 'after' | 'log'>, limits: QueueLimits, onStored: () => void) {
    this.#context = context;
    this.#limits = limits;
    this.#onStored = onStored;
    for (const { key, value } of context.store.entries(PREFIX)) {
      this.#count++;
      this.#bytes += value.length;
      this.#number = Number.parseInt(key.slice(PREFIX.length), 16);
    }
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False when it is full. */
  push(text: string): boolean {
    const bytes = Buffer.byteLength(text);
    const { countMax, bytesMax } = this.#limits;
    if (this.#count >= countMax || this.#bytes + bytes > bytesMax) {
      this.dropped++;
      return false;
    }
    this.#count++;
    this.#bytes += bytes;
    this.#gathered.set(PREFIX + (++this.#number).toString(16).padStart(12, '0'), text);
    this.#schedule(GATHER_SECONDS);
    return true;
  }

  /** The oldest that the store has, at most so many and so many bytes, but one at least where there is one. */
  oldest(countMax: number, bytesMax: number): readonly QueueEntry[] {
    const found: QueueEntry[] = [];
    let left = bytesMax;
    for (const { key, value } of this.#context.store.entries(PREFIX, { limit: countMax })) {
      left -= value.length;
      if (left < 0 && found.length > 0) break;
      found.push({ key, text: value.toString(), bytes: value.length });
    }
    return found;
  }

  /** Resolves when the store has forgotten them. */
  async forget(entries: readonly QueueEntry[]): Promise<void> {
    await this.#context.store.write(new Map(entries.map(({ key }) => [key, undefined])));
    this.#count -= entries.length;
    for (const { bytes } of entries) this.#bytes -= bytes;
  }

  /** Writes what has been gathered, after what is being written. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#gathered.size === 0) return;
    this.#writing = this.#write();
    try {
      await this.#writing;
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(): Promise<void> {
    const writing = this.#gathered;
    this.#gathered = new Map();
    try {
      await this.#context.store.write(writing);
      this.#onStored();
    } catch (error) {
      this.#gathered = new Map([...writing, ...this.#gathered]);
      this.#context.log.warn('What a webhook is to send cannot be stored; it is tried again', {
        cause: sayingOf(error),
      });
      this.#schedule(RETRY_SECONDS);
    }
  }

  #schedule(seconds: number): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#context.after(seconds, () => {
      this.#isScheduled = false;
      return this.flush();
    });
  }
}
