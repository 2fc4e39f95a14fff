import { expect, test } from 'vitest';
import type { ProtocolVersion } from '../../src/packet/types.ts';
import { testBroker } from '../../src/testing/index.ts';
import { bytes, frame } from '../vectors/vector.ts';
import { outcome } from './outcome.ts';

interface Row {
  readonly name: string;
  readonly firstByte: number;
  readonly body: string;
  readonly versions: readonly ProtocolVersion[];
  /** Lengths of the body, besides the whole, that are a legal packet. */
  readonly legal?: readonly number[];
  /** The code of a body that is cut off so that something is missing altogether. */
  readonly codes?: Readonly<Record<number, number>>;
}

const rows: readonly Row[] = [
  { name: 'PUBLISH', firstByte: 0x30, body: '<ab>', versions: [3, 4] },
  { name: 'PUBLISH', firstByte: 0x30, body: '<ab> {26 <n> <v>}', versions: [5] },
  { name: 'PUBLISH', firstByte: 0x34, body: '<ab> 0001', versions: [3, 4] },
  { name: 'PUBLISH', firstByte: 0x34, body: '<ab> 0001 {26 <n> <v>}', versions: [5] },
  { name: 'PUBACK', firstByte: 0x40, body: '0001', versions: [3, 4] },
  { name: 'PUBACK', firstByte: 0x40, body: '0001 00 {26 <n> <v>}', versions: [5], legal: [2, 3] },
  { name: 'PUBREC', firstByte: 0x50, body: '0001', versions: [3, 4] },
  { name: 'PUBREC', firstByte: 0x50, body: '0001 00 {26 <n> <v>}', versions: [5], legal: [2, 3] },
  { name: 'PUBREL', firstByte: 0x62, body: '0001', versions: [3, 4] },
  { name: 'PUBREL', firstByte: 0x62, body: '0001 00 {26 <n> <v>}', versions: [5], legal: [2, 3] },
  { name: 'PUBCOMP', firstByte: 0x70, body: '0001', versions: [3, 4] },
  { name: 'PUBCOMP', firstByte: 0x70, body: '0001 00 {26 <n> <v>}', versions: [5], legal: [2, 3] },
  { name: 'SUBSCRIBE', firstByte: 0x82, body: '0001 <a> 01', versions: [3, 4] },
  { name: 'SUBSCRIBE', firstByte: 0x82, body: '0001 {26 <n> <v>} <a> 01', versions: [5], codes: { 10: 0x82 } },
  { name: 'UNSUBSCRIBE', firstByte: 0xa2, body: '0001 <a>', versions: [3, 4] },
  { name: 'UNSUBSCRIBE', firstByte: 0xa2, body: '0001 {26 <n> <v>} <a>', versions: [5], codes: { 10: 0x82 } },
];

for (const { name, firstByte, body, versions, legal = [], codes = {} } of rows) {
  for (const version of versions) {
    test(`v${version} [MQTT-4.13.1-1] [MQTT-4.8.0-1@3.1.1] ${name} ${firstByte.toString(16)} that ends too early`, async () => {
      const whole = bytes(body);
      for (let length = 0; length < whole.length; length++) {
        const t = await testBroker();
        const client = await t.connect({ version });
        await client.sendBytes(frame(firstByte, whole.subarray(0, length)));
        const code = legal.includes(length) ? 'open' : version === 5 ? (codes[length] ?? 0x81) : 'closed';
        expect([length, outcome(client)]).toEqual([length, code]);
      }
    });
  }
}

for (const version of [3, 4, 5] as const) {
  const list = version === 5 ? '{}' : '';
  const code = version === 5 ? '00 {}' : '';
  for (const [name, firstByte, body] of [
    ['PUBACK', 0x40, `0001 ${code} 00`],
    ['PUBREC', 0x50, `0001 ${code} 00`],
    ['PUBREL', 0x62, `0001 ${code} 00`],
    ['PUBCOMP', 0x70, `0001 ${code} 00`],
    ['SUBSCRIBE', 0x82, `0001 ${list} <a> 00 00`],
    ['UNSUBSCRIBE', 0xa2, `0001 ${list} <a> 00`],
    ['PINGREQ', 0xc0, '00'],
    ['DISCONNECT', 0xe0, `${version === 5 ? '00 {}' : ''} 00`],
  ] as const) {
    test(`v${version} [MQTT-4.13.1-1] [MQTT-4.8.0-1@3.1.1] bytes behind the last field of ${name}`, async () => {
      const t = await testBroker();
      const client = await t.connect({ version });
      await client.sendBytes(frame(firstByte, body));
      expect(outcome(client)).toBe(version === 5 ? 0x81 : 'closed');
      expect(t.broker.counters.protocolErrors).toBe(1);
    });
  }
}

test('[MQTT-4.13.1-1] bytes behind the last field of AUTH', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.sendBytes(frame(0xf0, '19 {15 <m>} 00'));
  expect(outcome(client)).toBe(0x81);
});
