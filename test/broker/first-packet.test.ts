import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome } from './outcome.ts';

const firstPackets: [name: string, bytes: Buffer][] = [
  ['CONNACK', frame(0x20, '0000')],
  ['PUBLISH', frame(0x30, '<a> "x"')],
  ['PUBACK', frame(0x40, '0001')],
  ['PUBREC', frame(0x50, '0001')],
  ['PUBREL', frame(0x62, '0001')],
  ['PUBCOMP', frame(0x70, '0001')],
  ['SUBSCRIBE', frame(0x82, '0001 <#> 00')],
  ['SUBACK', frame(0x90, '0001 00')],
  ['UNSUBSCRIBE', frame(0xa2, '0001 <#>')],
  ['UNSUBACK', frame(0xb0, '0001')],
  ['PINGREQ', frame(0xc0, '')],
  ['PINGRESP', frame(0xd0, '')],
  ['DISCONNECT', frame(0xe0, '')],
  ['AUTH', frame(0xf0, '18 {15<method>}')],
  ['a packet of type 0', frame(0x00, '')],
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
];

for (const [name, bytes] of firstPackets) {
  test(`[MQTT-3.1.0-1] [MQTT-4.8.0-1@3.1.1] closes when ${name} comes first, without an answer`, async () => {
    const t = await testBroker();
    const client = t.client();
    await client.sendBytes(bytes);
    expect(outcome(client)).toBe('closed');
    expect(client.inbox).toEqual([]);
  });
}

test('[MQTT-3.1.0-1] closes before a first packet that is no CONNECT is complete', async () => {
  const t = await testBroker();
  const client = t.client();
  await client.sendBytes('30 ff ff ff 7f');
  expect(outcome(client)).toBe('closed');
});

test('[MQTT-3.1.0-1] routes nothing that came before CONNECT', async () => {
  const t = await testBroker();
  const subscriber = await t.connect();
  await subscriber.subscribe('#');
  const client = t.client();
  await client.sendBytes(Buffer.concat([frame(0x30, '<a> {} "x"'), frame(0x10, '<MQTT> 05 02 0000 {} <c>')]));
  expect(outcome(client)).toBe('closed');
  expect(subscriber.takePublishes()).toEqual([]);
});
