/**
 * The seam of durable state: an ordered key-value engine that knows nothing of MQTT. Writes gather in the open batch;
 * `commit` makes the batch durable as a whole or not at all. Reading is synchronous and sees committed state only.
 *
 * Keys are well-formed, not empty, at most `KEY_BYTES_MAX` bytes of UTF-8 long, and do not begin with U+0000.
 */

/** What an ordered store can index, in bytes of UTF-8. */
export const KEY_BYTES_MAX = 1978;

export interface StoreEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

export interface RangeOptions {
  /** Begin behind this key, whether it exists or not. */
  readonly after?: string;
  /** At most so many entries; all unless given. */
  readonly limit?: number;
}

export interface Store {
  /** False when nothing survives the process; the broker then records nothing and waits for nothing. */
  readonly durable: boolean;
  /**
   * The value of a key. Nobody else changes its bytes.
   * @throws BackendError `STORE_DAMAGED` when the stored bytes are not those that were written
   */
  get(key: string): Uint8Array | undefined;
  /**
   * Entries whose key begins with `prefix`, in the order of their keys' UTF-8 bytes. Reads as far as it is iterated;
   * what is committed during the iteration may or may not be seen.
   * @throws BackendError as `get`, from the iteration
   */
  range(prefix: string, options?: RangeOptions): Iterable<StoreEntry>;
  /** Adds to the open batch. Later operations on the same key win. `value` must not change until the batch is committed. */
  put(key: string, value: Uint8Array): void;
  delete(key: string): void;
  /**
   * Closes the open batch and resolves when it is durable. Batches become durable in the order of their commits, and
   * several may be under way. When it rejects, nothing of the batch is durable, the broker must not promise what the
   * batch held, and a later batch may succeed.
   */
  commit(): Promise<void>;
  /** Waits for what is under way. The open batch is dropped; nothing may be called afterwards. */
  close(): Promise<void>;
}

/** `strict`: a commit resolves when the disk has it. `relaxed`: it resolves at once and the disk has it a little later. */
export type Durability = 'strict' | 'relaxed';

export interface StoreSize {
  /** Committed entries. */
  readonly entries: number;
  /** Bytes of the file that entries and their index occupy. */
  readonly usedBytes: number;
  /** Bytes of the file. Space that is free inside it is used again before it grows. */
  readonly fileBytes: number;
}

export interface StoreCheck {
  readonly entries: number;
  /** One sentence for each damage that was found; empty when everything is as it was written. */
  readonly problems: readonly string[];
}

/** A store with files: what metrics and an operator want of it besides. */
export interface FileStore extends Store {
  readonly durability: Durability;
  /** The longest time, in milliseconds, that a resolved commit may wait for the disk; 0 when strict. */
  readonly windowMs: number;
  size(): StoreSize;
  /**
   * Writes everything committed at one moment to a new file, compacted, while the store goes on.
   * @throws BackendError `STORE_BACKUP_FAILED` when the file exists or cannot be written
   */
  backup(file: string): Promise<void>;
  /** Reads every entry and compares it with its checksum, in slices that leave room for other work. */
  check(): Promise<StoreCheck>;
}
