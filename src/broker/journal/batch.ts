/** What is committed together: the changes, the messages that they make durable, and who waits for the commit. */

import type { Outbound } from '../session/outbound.ts';

export interface Waiter {
  readonly done: () => void;
  readonly failed: (() => void) | undefined;
}

/** Who sends the messages of a session. */
export interface QueueOwner {
  /** The commit that was to make the message, or its packet identifier, durable has failed. */
  storeRefused(outbound: Outbound, batch: number): void;
}

export class Batch {
  /** What it changes; undefined deletes. */
  readonly changes: Map<string, Uint8Array | undefined> = new Map();
  /** Messages that it makes durable, or that wait for it. */
  readonly messages: { readonly owner: QueueOwner; readonly outbound: Outbound }[] = [];
  readonly waiters: Waiter[] = [];
  /** Counted from 1. */
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  get isEmpty(): boolean {
    return this.changes.size === 0 && this.waiters.length === 0;
  }
}
