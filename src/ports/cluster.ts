/**
 * The seam towards other nodes. Nothing in the broker assumes that a session lives here: it is claimed first, and
 * interest in filters is announced. `clusters/single.ts` is the answer of a broker that is alone.
 */

import type { Message } from '../packet/message.ts';

export interface Cluster {
  /** `name@host`. */
  readonly node: string;
  /** Takes ownership of a session; the revision fences off later writes of a former owner. */
  claim(clientId: string): number | Promise<number>;
  /** The first local subscription of a filter appeared. SUBACK waits for a promise. */
  interested(filter: string): void | Promise<void>;
  /** The last local subscription of a filter is gone. */
  uninterested(filter: string): void;
  /** Tells other nodes of a message published here. */
  forward(message: Message): void;
  close(): Promise<void>;
}
