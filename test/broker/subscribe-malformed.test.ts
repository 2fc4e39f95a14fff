import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

/** A SUBSCRIBE or UNSUBSCRIBE with this body behind its packet identifier. */
function request(firstByte: number, version: number, rest: string): Buffer {
  const body = Buffer.from(`0001 ${version === 5 ? '00' : ''} ${rest}`.replaceAll(' ', ''), 'hex');
  return Buffer.concat([Buffer.from([firstByte, body.length]), body]);
}

const rows: readonly [title: string, firstByte: number, rest: string, code: number][] = [
  ['[MQTT-3.8.1-1] SUBSCRIBE with flags 0', 0x80, '0001 61 00', 0x81],
  ['[MQTT-3.8.1-1] SUBSCRIBE with flags 3', 0x83, '0001 61 00', 0x81],
  ['[MQTT-3.8.3-2] SUBSCRIBE without a filter', 0x82, '', 0x82],
  ['[MQTT-3.8.3-1] SUBSCRIBE with a filter that is no UTF-8', 0x82, '0001 ff 00', 0x81],
  ['[MQTT-4.7.3-2] SUBSCRIBE with U+0000 in its filter', 0x82, '0003 61 00 62 00', 0x81],
  ['[MQTT-3.8.3-4@3.1.1] SUBSCRIBE at QoS 3', 0x82, '0001 61 03', 0x82],
  ['[MQTT-3.8.3-4@3.1.1] [MQTT-3.8.3-5] SUBSCRIBE with the reserved bit 7', 0x82, '0001 61 80', 0x81],
  ['[MQTT-3.8.3-4@3.1.1] [MQTT-3.8.3-5] SUBSCRIBE with the reserved bit 6', 0x82, '0001 61 41', 0x81],
  ['SUBSCRIBE without the options of its filter', 0x82, '0001 61', 0x81],
  ['[MQTT-3.10.1-1] UNSUBSCRIBE with flags 0', 0xa0, '0001 61', 0x81],
  ['[MQTT-3.10.1-1] UNSUBSCRIBE with flags 6', 0xa6, '0001 61', 0x81],
  ['[MQTT-3.10.3-2] UNSUBSCRIBE without a filter', 0xa2, '', 0x82],
  ['[MQTT-3.10.3-1] UNSUBSCRIBE with a filter that is no UTF-8', 0xa2, '0003 eda080', 0x81],
  ['UNSUBSCRIBE with a filter that is longer than the packet', 0xa2, '0009 61', 0x81],
];

for (const version of [3, 4, 5] as const) {
  for (const [title, firstByte, rest, code] of rows) {
    test(`${title} ends the connection in v${version}`, async () => {
      const t = await testBroker();
      const client = await t.connect({ version });
      await client.sendBytes(request(firstByte, version, rest));
      expect(outcome(client)).toBe(version === 5 ? code : 'closed');
      expect(client.inbox.filter(({ type }) => type !== 'disconnect')).toEqual([]);
      expect(t.broker.gauges.subscriptions).toBe(0);
    });
  }

  test(`v${version} [MQTT-3.6.1-1] PUBREL with flags other than 2 ends the connection`, async () => {
    for (const flags of [0, 1, 3, 6]) {
      const t = await testBroker();
      const client = await t.connect({ version });
      await client.sendBytes(Buffer.from([0x60 | flags, 2, 0, 1]));
      expect(outcome(client)).toBe(version === 5 ? 0x81 : 'closed');
    }
  });
}

for (const [version, filter] of [
  [4, '0004'],
  [4, '0008'],
  [4, '0010'],
  [3, '0020'],
] as const) {
  const options = filter.slice(2);
  test(`v${version} [MQTT-3.8.3-4@3.1.1] options of MQTT 5 (${options}) are reserved bits`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.sendBytes(request(0x82, version, `0001 61 ${options}`));
    expect(outcome(client)).toBe('closed');
  });
}
