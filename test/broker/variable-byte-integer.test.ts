import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome, recordBytes } from './outcome.ts';

const refused: [what: string, bytes: string][] = [
  ['a Remaining Length of 0 in two bytes', 'c0 80 00'],
  ['a Remaining Length in one byte more than it needs', '30 85 00 00 01 61 00 78'],
  ['a Remaining Length in four bytes where one would do', 'c0 80 80 80 00'],
  ['a Remaining Length of five bytes', '30 ff ff ff ff 01'],
  ['a Property Length in two bytes where one would do', '30 06 00 01 61 80 00 78'],
  ['a Property Identifier in two bytes', '30 08 00 01 61 03 81 00 00 78'],
  ['a Subscription Identifier in two bytes where one would do', '82 0a 00 01 03 0b 81 00 00 01 61 00'],
  ['a Subscription Identifier of five bytes', '82 0d 00 01 06 0b 80 80 80 80 01 00 01 61 00'],
];

for (const [what, bytes] of refused) {
  test(`[MQTT-1.5.5-1] refuses ${what} as malformed`, async () => {
    const t = await testBroker();
    const client = await t.connect();
    await client.sendBytes(bytes);
    expect(outcome(client)).toBe(0x81);
  });
}

test('[MQTT-1.5.5-1] refuses a CONNECT of MQTT 5 whose Remaining Length wastes a byte', async () => {
  const t = await testBroker();
  const client = t.client();
  await client.sendBytes('10 8e 00 00 04 4d 51 54 54 05 02 00 00 00 00 01 61');
  expect(outcome(client)).toBe(0x81);
});

for (const version of [3, 4, 5] as const) {
  test(`v${version} refuses a Remaining Length of five bytes and one without end`, async () => {
    for (const bytes of ['c0 80 80 80 80 00', '30 ff ff ff ff ff ff ff']) {
      const t = await testBroker();
      const client = await t.connect({ version });
      await client.sendBytes(bytes);
      expect(outcome(client)).toBe(version === 5 ? 0x81 : 'closed');
    }
  });
}

for (const [payloadBytes, length] of [
  [127 - 4, '7f'],
  [128 - 4, '8001'],
  [16_383 - 4, 'ff7f'],
  [16_384 - 4, '808001'],
] as const) {
  test(`[MQTT-1.5.5-1] writes a Remaining Length of ${payloadBytes + 4} in the fewest bytes`, async () => {
    const t = await testBroker();
    const client = await t.connect();
    await client.subscribe('a');
    const received = recordBytes(client);
    await t.broker.publish({ topic: 'a', payload: Buffer.alloc(payloadBytes, 1) });
    await t.run();
    const bytes = received();
    expect(bytes.toString('hex', 0, 1 + length.length / 2)).toBe(`30${length}`);
    expect(bytes).toHaveLength(1 + length.length / 2 + payloadBytes + 4);
  });
}
