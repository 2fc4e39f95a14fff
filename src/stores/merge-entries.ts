/** Two ordered sources as one: what is stored, and what is committed but not stored yet, which wins. */

import type { StoreEntry } from '../ports/store.ts';
import { compareKeys } from './key-order.ts';
import type { BatchEntry } from './sorted-batch.ts';

/** @param pending ordered; an undefined value hides what is stored under the key */
export function* mergeEntries(
  stored: Iterable<StoreEntry>,
  pending: readonly BatchEntry[],
  limit: number = Number.POSITIVE_INFINITY,
): Generator<StoreEntry> {
  let left = limit;
  for (const entry of merged(stored, pending)) {
    if (left-- <= 0) return;
    yield entry;
  }
}

function* merged(stored: Iterable<StoreEntry>, pending: readonly BatchEntry[]): Generator<StoreEntry> {
  let next = 0;
  for (const entry of stored) {
    let isHidden = false;
    for (; next < pending.length; next++) {
      const [key, value] = pending[next] as BatchEntry;
      const order = compareKeys(key, entry.key);
      if (order > 0) break;
      if (order === 0) isHidden = true;
      if (value !== undefined) yield { key, value };
    }
    if (!isHidden) yield entry;
  }
  for (; next < pending.length; next++) {
    const [key, value] = pending[next] as BatchEntry;
    if (value !== undefined) yield { key, value };
  }
}
