/**
 * The records of one section in the broker's store, in the order of their keys. With a store that does not last they
 * are kept in memory, so that users can be managed there as well until the broker stops.
 */

import { KEY_BYTES_MAX, type RangeOptions, type Store } from '../../ports/store.ts';

export interface NamedRecord {
  /** What is left of the key behind the prefix that was asked for. */
  readonly name: string;
  readonly value: Uint8Array;
}

/** What is to be written; undefined deletes. */
export type RecordChanges = ReadonlyMap<string, Uint8Array | undefined>;

/** What a store that does not last cannot keep. It belongs to the store, so that a source that is opened anew finds it. */
const memories = new WeakMap<Store, Map<string, Map<string, Uint8Array>>>();

function memoryOf(store: Store, section: string): Map<string, Uint8Array> {
  const sections = memories.get(store) ?? new Map<string, Map<string, Uint8Array>>();
  memories.set(store, sections);
  const memory = sections.get(section) ?? new Map<string, Uint8Array>();
  sections.set(section, memory);
  return memory;
}

export class RecordTable {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #memory: Map<string, Uint8Array>;
  /** The keys in memory in their order, made when it is asked for. */
  #memoryOrder: readonly string[] | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #tellOfChange: (() => void) | undefined;

  /** @param section the name of the section, which is made of letters, digits, `-` and `_` */
  constructor(store: Store, section: string) {
    this.#store = store;
    this.#prefix = `access/${section}/`;
    this.#memory = memoryOf(store, section);
  }

  /** Whether a key is one that a record can have. What clients say about themselves may be longer. */
  canHold(key: string): boolean {
    const bytesMax = KEY_BYTES_MAX - this.#prefix.length;
    // Three bytes is the longest UTF-8 form of a unit, so most keys need no counting.
    return key.length <= bytesMax && (key.length * 3 <= bytesMax || Buffer.byteLength(key) <= bytesMax);
  }

  /** What is committed. Undefined for keys that cannot be. */
  get(key: string): Uint8Array | undefined {
    if (!this.#store.durable) return this.#memory.get(key);
    return this.canHold(key) ? this.#store.get(this.#prefix + key) : undefined;
  }

  *range(prefix: string, { after, limit }: RangeOptions = {}): Generator<NamedRecord> {
    if (!this.#store.durable) {
      yield* this.#memoryRange(prefix, after, limit);
      return;
    }
    const whole = this.#prefix + prefix;
    const options = { ...(after !== undefined && { after: whole + after }), ...(limit !== undefined && { limit }) };
    for (const { key, value } of this.#store.range(whole, options)) yield { name: key.slice(whole.length), value };
  }

  /**
   * Does `work`, which reads and says what to write, when all that was asked for before is durable, and resolves when
   * what it says is.
   */
  change<T>(work: () => Promise<{ changes: RecordChanges; result: T }>): Promise<T> {
    const turn = this.#turn.then(async () => {
      const { changes, result } = await work();
      if (changes.size > 0) await this.#write(changes);
      return result;
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Calls `tell` when something is written from now on, the first time only. */
  onFirstChange(tell: () => void): void {
    this.#tellOfChange = tell;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#turn;
  }

  async #write(changes: RecordChanges): Promise<void> {
    const tell = this.#tellOfChange;
    this.#tellOfChange = undefined;
    tell?.();
    if (!this.#store.durable) {
      this.#memoryOrder = undefined;
      for (const [key, value] of changes) {
        if (value === undefined) this.#memory.delete(key);
        else this.#memory.set(key, value);
      }
      return;
    }
    // The batch is opened and closed in one go, so that nothing of anybody else's gets into it.
    for (const [key, value] of changes) {
      if (value === undefined) this.#store.delete(this.#prefix + key);
      else this.#store.put(this.#prefix + key, value);
    }
    await this.#store.commit();
  }

  *#memoryRange(prefix: string, after: string | undefined, limit: number = Number.POSITIVE_INFINITY) {
    this.#memoryOrder ??= [...this.#memory.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const start = after === undefined ? undefined : Buffer.from(prefix + after);
    let left = limit;
    for (const key of this.#memoryOrder) {
      if (left <= 0) return;
      if (!key.startsWith(prefix) || (start !== undefined && Buffer.compare(Buffer.from(key), start) <= 0)) continue;
      left--;
      yield { name: key.slice(prefix.length), value: this.#memory.get(key)! };
    }
  }
}
