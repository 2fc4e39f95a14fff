import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome, recordBytes } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  const list = version === 5 ? '{}' : '';
  const refused = version === 5 ? 0x82 : 'closed';

  for (const [name, statement, firstByte, body] of [
    ['SUBSCRIBE', '[MQTT-2.2.1-3]', 0x82, `0000 ${list} <a> 00`],
    ['UNSUBSCRIBE', '[MQTT-2.2.1-3]', 0xa2, `0000 ${list} <a>`],
    ['PUBLISH at QoS 1', '[MQTT-2.2.1-3]', 0x32, `<a> 0000 ${list}`],
    ['PUBLISH at QoS 2', '[MQTT-2.2.1-3]', 0x34, `<a> 0000 ${list}`],
    ['PUBACK', '[MQTT-2.2.1-5]', 0x40, '0000'],
    ['PUBREC', '[MQTT-2.2.1-5]', 0x50, '0000'],
    ['PUBREL', '[MQTT-2.2.1-5]', 0x62, '0000'],
    ['PUBCOMP', '[MQTT-2.2.1-5]', 0x70, '0000'],
  ] as const) {
    test(`v${version} ${statement} [MQTT-2.3.1-1@3.1.1] refuses ${name} with Packet Identifier 0`, async () => {
      const t = await testBroker();
      const client = await t.connect({ version });
      await client.sendBytes(frame(firstByte, body));
      expect(outcome(client)).toBe(refused);
    });
  }

  test(`v${version} [MQTT-2.2.1-2] QoS 0 has no Packet Identifier, either way`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.subscribe('a', { qos: 2 });
    const received = recordBytes(client);
    await client.sendBytes(frame(0x30, `<a> ${list} "12payload"`));
    expect(received()).toEqual(frame(0x30, `<a> ${list} "12payload"`));
  });

  test(`v${version} [MQTT-2.2.1-5] [MQTT-2.2.1-6] every answer carries the identifier of what it answers`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    for (const packetId of [1, 0xff, 0x100, 0xffff]) {
      await client.publish('a', 'x', { qos: 1, packetId });
      expect(client.take('puback')?.packetId).toBe(packetId);
      await client.publish('a', 'x', { qos: 2, packetId });
      expect(client.take('pubrec')?.packetId).toBe(packetId);
      await client.ack('pubrel', packetId);
      expect(client.take('pubcomp')?.packetId).toBe(packetId);
      expect((await client.subscribe('b', { packetId }))?.packetId).toBe(packetId);
      await client.send({ type: 'unsubscribe', packetId, filters: ['b'], properties: undefined });
      expect(client.take('unsuback')?.packetId).toBe(packetId);
    }
  });

  test(`v${version} [MQTT-2.2.1-4] [MQTT-2.3.1-4@3.1.1] messages in flight have different identifiers, none of them 0`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.subscribe('a/#', { qos: 2 });
    for (let i = 0; i < 100; i++) await t.broker.publish({ topic: `a/${i}`, payload: '', qos: i % 2 === 0 ? 1 : 2 });
    await t.run();
    const ids = client.takePublishes().map(({ packetId }) => packetId);
    expect(ids).toHaveLength(100);
    expect(new Set(ids).size).toBe(100);
    expect(Math.min(...ids)).toBeGreaterThan(0);
  });
}
