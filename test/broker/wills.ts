/** A broker with a client that hears every will published to `will`, and the wills themselves. */

import type { Properties, Will } from '../../src/packet/types.ts';
import { type TestBroker, type TestBrokerOptions, type TestClient, testBroker } from '../../src/testing/index.ts';

/** A will of QoS 0 that is not retained. */
export function willOf(text: string, properties?: Properties): Will {
  return { topic: 'will', payload: Buffer.from(text), qos: 0, retain: false, properties };
}

export async function watchedBroker(options: TestBrokerOptions = {}): Promise<[TestBroker, TestClient]> {
  const t = await testBroker(options);
  const watcher = await t.connect({ clientId: 'watcher' });
  await watcher.subscribe('will', { qos: 2 });
  return [t, watcher];
}
