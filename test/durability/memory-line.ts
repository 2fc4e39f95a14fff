/** Connects a durable client to a broker in memory. */

import type { TestBroker } from '../../src/testing/index.ts';
import type { DurableClient } from './client.ts';

/** A new connection; lets everything happen that follows from it. */
export async function connectInMemory(t: TestBroker, client: DurableClient): Promise<void> {
  const { pair } = t.client();
  const { feed, lost } = client.open({
    write: (bytes) => pair.client.output.push(bytes, 0, bytes.length),
    destroy: () => pair.client.destroy(),
  });
  pair.client.start({ onBytes: (bytes) => feed(bytes), onDrain: () => {}, onClose: () => lost() });
  await t.run();
}
