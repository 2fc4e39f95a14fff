/** Everything that can be read off the broker at one moment, for whoever shows it: `$SYS`, metrics, the API. */

import type { Counters } from '../counters.ts';
import type { Census } from './census.ts';
import type { Contents } from './inventory.ts';

export interface Readings {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly uptimeSeconds: number;
  readonly counters: Counters;
  readonly census: Census;
  /** Open, accepted or not. */
  readonly connections: number;
  readonly sessions: number;
  /** Those of the program included. */
  readonly subscriptions: number;
  readonly sharedSubscriptions: number;
  /** Different topic filters. */
  readonly filters: number;
  readonly retainedMessages: number;
  readonly retainedMessagesMax: number;
  readonly retainedBytes: number;
  /** May be some seconds old. */
  readonly contents: Contents;
  /** Resident memory of the process; 0 where nobody tells. */
  readonly memoryBytes: number;
  readonly memoryBytesMax: number;
}

/** Messages that did not arrive, for the reasons given or for any. */
export function dropped({ counters }: Readings, ...reasons: readonly Parameters<Counters['drop']>[0][]): number {
  let messages = 0;
  for (const [reason, count] of counters.dropped) {
    if (reasons.length === 0 || reasons.includes(reason)) messages += count;
  }
  return messages;
}

export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
