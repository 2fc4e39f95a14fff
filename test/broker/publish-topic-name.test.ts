import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

/** A QoS 0 PUBLISH with these bytes as its topic. */
function publishBytes(topic: Buffer, version: number): Buffer {
  const body = Buffer.concat([
    Buffer.from([topic.length >> 8, topic.length & 255]),
    topic,
    Buffer.alloc(version === 5 ? 1 : 0),
  ]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

const rows: readonly [title: string, topic: Buffer, code: number][] = [
  ['[MQTT-3.3.2-2] [MQTT-4.7.0-1] refuses a topic name with #', Buffer.from('a/#'), 0x90],
  ['[MQTT-3.3.2-2] [MQTT-4.7.0-1] refuses a topic name with +', Buffer.from('+/b'), 0x90],
  ['[MQTT-3.3.2-2] refuses a wildcard within a level', Buffer.from('a+b'), 0x90],
  ['[MQTT-3.3.2-1] refuses a topic name that is no UTF-8', Buffer.from([0x61, 0xff, 0x62]), 0x81],
  ['[MQTT-3.3.2-1] refuses a topic name with a surrogate', Buffer.from([0xed, 0xa0, 0x80]), 0x81],
  ['[MQTT-4.7.3-2] refuses a topic name with U+0000', Buffer.from('a\0b'), 0x81],
];

for (const version of [3, 4, 5] as const) {
  for (const [title, topic, code] of rows) {
    test(`${title} in v${version}`, async () => {
      const t = await testBroker();
      const [client, watcher] = [await t.connect({ version }), await t.connect()];
      await watcher.subscribe('#');
      await client.sendBytes(publishBytes(topic, version));
      expect(outcome(client)).toBe(version === 5 ? code : 'closed');
      expect(watcher.takePublishes()).toEqual([]);
    });
  }

  test(`v${version} [MQTT-4.7.3-1] refuses an empty topic name`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.sendBytes(publishBytes(Buffer.alloc(0), version));
    expect(outcome(client)).toBe(version === 5 ? 0x82 : 'closed');
  });

  test(`v${version} [MQTT-3.3.2-1] refuses a topic name that is longer than its packet`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.sendBytes('30 04 0009 6161');
    expect(outcome(client)).toBe(version === 5 ? 0x81 : 'closed');
  });

  test(`v${version} [MQTT-4.7.3-3] carries a topic name of 65,535 bytes`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    const topic = `${'é'.repeat(32_767)}a`;
    await client.subscribe(topic);
    await client.publish(topic, 'x');
    expect(client.takePublishes()).toMatchObject([{ topic, text: 'x' }]);
  });
}
