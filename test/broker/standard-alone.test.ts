import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { recordBytes } from './outcome.ts';

/** Bytes that a client sends and those it gets, straight from the examples and tables of the standard. */
const dialogue: readonly [sent: string, answer: string][] = [
  ['10 0d 0004 4d515454 04 02 003c 0001 63', '20 02 00 00'],
  ['82 08 000a 0003 612f62 01', '90 03 000a 01'],
  ['30 07 0003 612f62 6869', '30 07 0003 612f62 6869'],
  ['32 09 0003 612f62 0001 6869', '32 09 0003 612f62 0001 6869 40 02 0001'],
  ['40 02 0001', ''],
  ['34 09 0003 612f62 0002 6869', '32 09 0003 612f62 0002 6869 50 02 0002'],
  ['40 02 0002 62 02 0002', '70 02 0002'],
  ['a2 07 000b 0003 612f62', 'b0 02 000b'],
  ['c0 00', 'd0 00'],
];

test('[MQTT-7.0.0-2@3.1.1] a client that knows nothing but the standard gets the bytes of the standard', async () => {
  const t = await testBroker();
  const client = t.client({ version: 4 });
  const received = recordBytes(client);
  for (const [sent, answer] of dialogue) {
    await client.sendBytes(sent);
    expect(received().toString('hex')).toBe(answer.replaceAll(' ', ''));
  }
  await client.sendBytes('e0 00');
  expect(client.pair.server.closed).toBe(true);
});

test('[MQTT-4.8.0-1@3.1.1] a violation that has no rule of its own closes the connection it came on, and no other', async () => {
  const t = await testBroker();
  for (const bytes of [
    '00 00',
    'f0 00',
    '20 02 00 00',
    '90 03 0001 00',
    'd0 00',
    '30 01 00',
    '30 ff ff ff ff 7f',
    '40 02 0000',
  ]) {
    const [client, other] = [await t.connect({ version: 4 }), await t.connect({ version: 4 })];
    await client.sendBytes(bytes);
    expect([bytes, client.isClosed, other.isClosed]).toEqual([bytes, true, false]);
    expect(client.inbox).toEqual([]);
  }
});
