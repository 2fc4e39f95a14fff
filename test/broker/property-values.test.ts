import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome } from './outcome.ts';
import { type Carrier, packetOf } from './property-table.ts';

const refused: [what: string, carrier: Carrier, list: string, code: number][] = [
  ['Receive Maximum 0', 'CONNECT', '{21 0000}', 0x82],
  ['Maximum Packet Size 0', 'CONNECT', '{27 00000000}', 0x82],
  ['Request Problem Information 2', 'CONNECT', '{17 02}', 0x82],
  ['Request Response Information 2', 'CONNECT', '{19 02}', 0x82],
  ['Authentication Data without a method', 'CONNECT', '{16 0001 ff}', 0x82],
  ['Topic Alias 0', 'PUBLISH', '{23 0000}', 0x94],
  ['Subscription Identifier 0', 'SUBSCRIBE', '{0b 00}', 0x82],
  ['a Response Topic with #', 'PUBLISH', '{08 <a/#>}', 0x82],
  ['a Response Topic with +', 'will', '{08 <+/a>}', 0x82],
];

for (const [what, carrier, list, code] of refused) {
  test(`[MQTT-4.13.1-1] [MQTT-4.13.2-1] ${what} in ${carrier} gets 0x${code.toString(16)} and ends the connection`, async () => {
    const t = await testBroker();
    const client = t.client();
    const [firstByte, body] = packetOf[carrier];
    if (firstByte !== 0x10) await client.connect();
    await client.sendBytes(frame(firstByte, body.replace('%', list)));
    expect(outcome(client)).toBe(code);
    expect(t.broker.counters.protocolErrors).toBe(1);
  });
}

test('[MQTT-4.13.1-1] a Payload Format Indicator of 2 ends the connection', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.sendBytes(frame(0x30, '<a> {01 02} "x"'));
  expect(outcome(client)).toBeGreaterThanOrEqual(0x80);
});

test('more User Properties than allowed get 0x97', async () => {
  const t = await testBroker({ limits: { userPropertiesMax: 2 } });
  const client = await t.connect();
  await client.sendBytes(frame(0x30, '<a> {26 <n> <v> 26 <n> <v>} "x"'));
  expect(outcome(client)).toBe('open');
  await client.sendBytes(frame(0x30, '<a> {26 <n> <v> 26 <n> <v> 26 <n> <v>} "x"'));
  expect(outcome(client)).toBe(0x97);
});
