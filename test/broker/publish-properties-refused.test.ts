import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

/** Property lists, in hexadecimal, of a QoS 0 PUBLISH to `a` and the code of the DISCONNECT that they bring. */
const rows: readonly [title: string, properties: string, code: number][] = [
  ['[MQTT-3.3.2-13] a Response Topic that is no UTF-8', '08 0001 ff', 0x81],
  ['[MQTT-3.3.2-14] a Response Topic with #', '08 0003 61 2f 23', 0x82],
  ['[MQTT-3.3.2-14] a Response Topic with +', '08 0001 2b', 0x82],
  ['[MQTT-3.3.2-19] a Content Type that is no UTF-8', '03 0002 c0 80', 0x81],
  ['[MQTT-3.3.4-6] a Subscription Identifier', '0b 01', 0x82],
  ['a Payload Format Indicator of 2', '01 02', 0x82],
  ['a Content Type twice', '03 0001 61 03 0001 61', 0x82],
  ['a Session Expiry Interval', '11 00000001', 0x81],
  ['[MQTT-1.5.7-1] a User Property whose name is no UTF-8', '26 0001 ff 0001 61', 0x81],
  ['[MQTT-1.5.7-1] a User Property whose value is no UTF-8', '26 0001 61 0001 ff', 0x81],
];

for (const [title, hex, code] of rows) {
  test(`${title} ends the connection and nothing is delivered`, async () => {
    const t = await testBroker();
    const [client, watcher] = [await t.connect(), await t.connect()];
    await watcher.subscribe('#');
    const properties = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    await client.sendBytes(
      Buffer.concat([Buffer.from([0x30, 4 + properties.length, 0, 1, 0x61, properties.length]), properties]),
    );
    expect(outcome(client)).toBe(code);
    expect(watcher.takePublishes()).toEqual([]);
  });
}
