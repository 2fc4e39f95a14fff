import { expect, test } from 'vitest';
import type { Will } from '../../src/packet/types.ts';
import { type TestBrokerOptions, testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';
import { willOf } from './wills.ts';

interface Row {
  readonly title: string;
  readonly will: Will;
  readonly broker?: TestBrokerOptions;
  readonly code: number;
  /** Return code of CONNACK in 3.x; none of its codes fits otherwise. */
  readonly returnCode?: number;
}

const denying: TestBrokerOptions = { access: { authorizers: [{ name: 'no', authorize: () => 'deny' }] } };

const rows: readonly Row[] = [
  {
    title: '[MQTT-3.2.2-12] a will at QoS 2 where QoS 1 is the highest',
    will: { ...willOf('x'), qos: 2 },
    broker: { broker: { maximumQos: 1 } },
    code: 0x9b,
  },
  {
    title: '[MQTT-3.2.2-12] a will at QoS 1 where the listener allows QoS 0',
    will: { ...willOf('x'), qos: 1 },
    broker: { rules: { maximumQos: 0 } },
    code: 0x9b,
  },
  {
    title: '[MQTT-3.2.2-13] a retained will where nothing is retained',
    will: { ...willOf('x'), retain: true },
    broker: { broker: { retainAvailable: false } },
    code: 0x9a,
  },
  { title: '[MQTT-4.7.0-1] a Will Topic with #', will: { ...willOf('x'), topic: 'a/#' }, code: 0x90 },
  { title: '[MQTT-4.7.0-1] a Will Topic with +', will: { ...willOf('x'), topic: '+/a' }, code: 0x90 },
  { title: '[MQTT-4.7.3-1] an empty Will Topic', will: { ...willOf('x'), topic: '' }, code: 0x90 },
  {
    title: 'a Will Topic of more levels than allowed',
    will: { ...willOf('x'), topic: 'a/b/c/d' },
    broker: { broker: { topicLevelsMax: 3 } },
    code: 0x90,
  },
  {
    title: 'a Will Topic of more bytes than allowed',
    will: { ...willOf('x'), topic: 'abcd' },
    broker: { broker: { topicBytesMax: 3 } },
    code: 0x90,
  },
  { title: 'a Will Topic below $SYS', will: { ...willOf('x'), topic: '$SYS/a' }, code: 0x87, returnCode: 5 },
  { title: 'a will without permission', will: willOf('x'), broker: denying, code: 0x87, returnCode: 5 },
];

for (const { title, will, broker, code, returnCode } of rows) {
  for (const version of [3, 4, 5] as const) {
    test(`v${version} [MQTT-3.2.2-7] [MQTT-3.2.2-6@3.1.1] refuses ${title}`, async () => {
      const t = await testBroker(broker);
      const client = t.client({ version });
      await client.send(client.connectPacket({ will }));
      expect(outcome(client)).toBe(version === 5 ? code : (returnCode ?? 'closed'));
      expect(t.broker.gauges.sessions).toBe(0);
      expect(t.broker.counters.willsPublished).toBe(0);
    });
  }
}
