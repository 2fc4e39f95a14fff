/**
 * Small records of the management interface in the broker's store: logins, API keys, the audit log. Keys begin with
 * `management/`; values are JSON with a version. What is written is durable when the promise resolves.
 */

import type { Store } from '../../ports/store.ts';

const VERSION = 1;
const PREFIX = 'management/';

export class Records<T> {
  readonly #store: Store;
  readonly #prefix: string;

  /** @param kind `logins`, `api-keys`; one kind has one shape */
  constructor(store: Store, kind: string) {
    this.#store = store;
    this.#prefix = `${PREFIX}${kind}/`;
  }

  get(id: string): T | undefined {
    const bytes = this.#store.get(this.#prefix + id);
    return bytes === undefined ? undefined : decode<T>(bytes);
  }

  /** In the order of their identifiers. */
  *all(): Iterable<{ id: string; value: T }> {
    for (const { key, value } of this.#store.range(this.#prefix)) {
      const record = decode<T>(value);
      if (record !== undefined) yield { id: key.slice(this.#prefix.length), value: record };
    }
  }

  /** Writes or, with undefined, deletes. */
  async write(id: string, value: T | undefined): Promise<void> {
    // Both in one turn, so that the commit holds this record and nothing half-done of somebody else.
    if (value === undefined) this.#store.delete(this.#prefix + id);
    else this.#store.put(this.#prefix + id, Buffer.from(JSON.stringify({ version: VERSION, value })));
    await this.#store.commit();
  }
}

/** A record of a later version is left alone: whoever goes back a version keeps what is there. */
function decode<T>(bytes: Uint8Array): T | undefined {
  const record = JSON.parse(Buffer.from(bytes).toString()) as { version: number; value: T };
  return record.version === VERSION ? record.value : undefined;
}
