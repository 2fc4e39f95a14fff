/**
 * What became of a client after what it did, in one value that a table of cases can name, and the bytes the broker
 * sends where their exact form matters.
 */

import type { TestClient } from '../../src/testing/index.ts';

/** Still open, closed without a word, or closed with this code of CONNACK or DISCONNECT. */
export type Outcome = 'open' | 'closed' | number;

export function outcome(client: TestClient): Outcome {
  if (!client.isClosed) return 'open';
  const last = client.inbox.at(-1);
  if (last?.type === 'disconnect') return last.reasonCode;
  return last?.type === 'connack' && last.reasonCode > 0 ? last.reasonCode : 'closed';
}

/** From now on what the broker sends is kept as bytes and not decoded. Returns a function that takes what has come. */
export function recordBytes(client: TestClient): () => Buffer {
  let received: Buffer[] = [];
  client.pair.client.start({ onBytes: (chunk) => received.push(chunk), onDrain() {}, onClose() {} });
  return () => {
    const all = Buffer.concat(received);
    received = [];
    return all;
  };
}
