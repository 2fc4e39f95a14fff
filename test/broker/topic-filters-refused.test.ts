import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

const rows: readonly [title: string, filter: string][] = [
  ['[MQTT-4.7.1-1] # that is not the last level', 'a/#/b'],
  ['[MQTT-4.7.1-1] # behind other characters of its level', 'a/b#'],
  ['[MQTT-4.7.1-1] two #', '##'],
  ['[MQTT-4.7.1-2] + behind other characters of its level', 'a/b+'],
  ['[MQTT-4.7.1-2] + before other characters of its level', '+a'],
  ['[MQTT-4.7.1-2] two + in one level', 'a/++/b'],
  ['[MQTT-4.7.3-1] an empty filter', ''],
  ['[MQTT-4.8.2-1] an empty share name', '$share//a'],
  ['[MQTT-4.8.2-2] # in a share name', '$share/g#/a'],
  ['[MQTT-4.8.2-2] + in a share name', '$share/+/a'],
  ['[MQTT-4.8.2-2] a share name without a filter', '$share/g'],
  ['[MQTT-4.8.2-2] a share name with an empty filter', '$share/g/'],
  ['[MQTT-4.7.1-1] a shared filter with a misplaced #', '$share/g/#/a'],
  ['an empty filter behind $queue', '$queue/'],
  ['a shared subscription in a shared subscription', '$share/g/$share/h/a'],
];

for (const version of [3, 4, 5] as const) {
  for (const [title, filter] of rows) {
    test(`v${version} ${title} is refused in SUBSCRIBE and in UNSUBSCRIBE`, async () => {
      const t = await testBroker();
      for (const request of ['subscribe', 'unsubscribe'] as const) {
        const client = await t.connect({ version });
        await client[request](filter);
        expect(outcome(client)).toBe(version === 5 ? 0x8f : 'closed');
      }
      expect(t.broker.gauges.subscriptions).toBe(0);
    });
  }
}
