/** Who changed what, when and from where. Durable and bounded: the oldest entries go. */

import type { Store } from '../ports/store.ts';
import { Records } from './login/records.ts';

export interface AuditEntry {
  /** Grows from entry to entry. */
  readonly number: number;
  /** ISO 8601. */
  readonly at: string;
  readonly who: string;
  readonly kind: 'login' | 'api_key' | 'local' | 'nobody';
  readonly address: string;
  /** What was done, in words and without secrets. */
  readonly what: string;
  readonly outcome: 'done' | 'refused' | 'failed';
}

const ENTRIES_MAX = 10_000;
const TEXT_CHARACTERS_MAX = 500;
/** Numbers as keys of one length, so that the store has them in their order. */
const KEY_DIGITS = 15;

export class AuditLog {
  readonly #records: Records<Omit<AuditEntry, 'number'>>;
  readonly #listeners = new Set<(entry: AuditEntry) => void>();
  #first = 1;
  #next = 1;

  constructor(store: Store) {
    this.#records = new Records(store, 'audit');
    let found = false;
    for (const { id } of this.#records.all()) {
      if (!found) this.#first = Number(id);
      found = true;
      this.#next = Number(id) + 1;
    }
  }

  /** Resolves when the entry is durable. */
  async add(entry: Omit<AuditEntry, 'number' | 'at'>): Promise<void> {
    const number = this.#next++;
    const what = entry.what.slice(0, TEXT_CHARACTERS_MAX);
    const full = { ...entry, what, at: new Date().toISOString() };
    const written = this.#records.write(keyOf(number), full);
    if (this.#next - this.#first > ENTRIES_MAX) void this.#records.write(keyOf(this.#first++), undefined).catch(ignore);
    for (const listener of this.#listeners) listener({ number, ...full });
    await written;
  }

  /** Newest first. @param before entries with smaller numbers only */
  list(limit: number, before: number = Number.POSITIVE_INFINITY): AuditEntry[] {
    const entries: AuditEntry[] = [];
    for (let number = Math.min(this.#next, before) - 1; number >= this.#first && entries.length < limit; number--) {
      const entry = this.#records.get(keyOf(number));
      if (entry !== undefined) entries.push({ number, ...entry });
    }
    return entries;
  }

  /** Calls `listener` for each new entry. Returns the function that ends it. */
  onEntry(listener: (entry: AuditEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function keyOf(number: number): string {
  return String(number).padStart(KEY_DIGITS, '0');
}

/** The store says by itself that it refuses writes; the entry goes with the next one. */
function ignore(): void {}
