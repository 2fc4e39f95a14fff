import { expect, test } from 'vitest';
import type { ProtocolVersion } from '../../src/packet/types.ts';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome } from './outcome.ts';

/** Every field that is a string, as a packet in which % stands for the string with its length; CONNECT is the first. */
const fields: [title: string, versions: ProtocolVersion[], firstByte: number, body: string][] = [
  ['[MQTT-3.1.3-4] the Client Identifier of 3.1', [3], 0x10, '<MQIsdp> 03 02 0000 %'],
  ['[MQTT-3.1.3-4] the Client Identifier of 3.1.1', [4], 0x10, '<MQTT> 04 02 0000 %'],
  ['[MQTT-3.1.3-4] the Client Identifier', [5], 0x10, '<MQTT> 05 02 0000 {} %'],
  ['[MQTT-3.1.3-10@3.1.1] the Will Topic of 3.1.1', [4], 0x10, '<MQTT> 04 06 0000 <c> % <>'],
  ['[MQTT-3.1.3-11] the Will Topic', [5], 0x10, '<MQTT> 05 06 0000 {} <c> {} % <>'],
  ['[MQTT-3.1.3-11@3.1.1] the User Name of 3.1.1', [4], 0x10, '<MQTT> 04 82 0000 <c> %'],
  ['[MQTT-3.1.3-12] the User Name', [5], 0x10, '<MQTT> 05 82 0000 {} <c> %'],
  ['the Authentication Method', [5], 0x10, '<MQTT> 05 02 0000 {15 %} <c>'],
  ['[MQTT-1.5.7-1] the name of a User Property of CONNECT', [5], 0x10, '<MQTT> 05 02 0000 {26 % <v>} <c>'],
  ['[MQTT-1.5.7-1] the value of a User Property of CONNECT', [5], 0x10, '<MQTT> 05 02 0000 {26 <n> %} <c>'],
  ['the Content Type of a will', [5], 0x10, '<MQTT> 05 06 0000 {} <c> {03 %} <w> <>'],
  ['the Response Topic of a will', [5], 0x10, '<MQTT> 05 06 0000 {} <c> {08 %} <w> <>'],
  ['[MQTT-1.5.7-1] the name of a User Property of a will', [5], 0x10, '<MQTT> 05 06 0000 {} <c> {26 % <v>} <w> <>'],
  ['[MQTT-3.3.2-1] the Topic Name', [3, 4], 0x30, '% "x"'],
  ['[MQTT-3.3.2-1] the Topic Name at QoS 2', [3, 4], 0x34, '% 0001 "x"'],
  ['[MQTT-3.3.2-1] the Topic Name', [5], 0x30, '% {} "x"'],
  ['[MQTT-3.3.2-13] the Response Topic', [5], 0x30, '<a> {08 %} "x"'],
  ['[MQTT-3.3.2-19] the Content Type', [5], 0x30, '<a> {03 %} "x"'],
  ['[MQTT-1.5.7-1] the name of a User Property of PUBLISH', [5], 0x30, '<a> {26 % <v>} "x"'],
  ['[MQTT-1.5.7-1] the value of a User Property of PUBLISH', [5], 0x30, '<a> {26 <n> %} "x"'],
  ['the Reason String of PUBACK', [5], 0x40, '0001 00 {1f %}'],
  ['the Reason String of PUBREC', [5], 0x50, '0001 00 {1f %}'],
  ['the Reason String of PUBREL', [5], 0x62, '0001 00 {1f %}'],
  ['the Reason String of PUBCOMP', [5], 0x70, '0001 00 {1f %}'],
  ['[MQTT-3.8.3-1] a Topic Filter of SUBSCRIBE', [3, 4], 0x82, '0001 <a> 00 % 00'],
  ['[MQTT-3.8.3-1] a Topic Filter of SUBSCRIBE', [5], 0x82, '0001 {} <a> 00 % 00'],
  ['[MQTT-1.5.7-1] the value of a User Property of SUBSCRIBE', [5], 0x82, '0001 {26 <n> %} <a> 00'],
  ['[MQTT-3.10.3-1] a Topic Filter of UNSUBSCRIBE', [3, 4], 0xa2, '0001 <a> %'],
  ['[MQTT-3.10.3-1] a Topic Filter of UNSUBSCRIBE', [5], 0xa2, '0001 {} <a> %'],
  ['[MQTT-1.5.7-1] the name of a User Property of UNSUBSCRIBE', [5], 0xa2, '0001 {26 % <v>} <a>'],
  ['the Reason String of DISCONNECT', [5], 0xe0, '00 {1f %}'],
  ['[MQTT-1.5.7-1] the value of a User Property of DISCONNECT', [5], 0xe0, '00 {26 <n> %}'],
  ['the Authentication Method of AUTH', [5], 0xf0, '18 {15 %}'],
  ['the Reason String of AUTH', [5], 0xf0, '18 {15 <m> 1f %}'],
];

const illFormed: [what: string, string: string][] = [
  ['the first surrogate, U+D800', '0003 eda080'],
  ['the last surrogate, U+DFFF', '0003 edbfbf'],
  ['a pair of surrogates', '0006 eda0bdedb280'],
  ['a slash in two bytes', '0002 c0af'],
  ['a slash in three bytes', '0003 e080af'],
  ['U+FFFF in four bytes', '0004 f08fbfbf'],
  ['U+110000, above the last code point', '0004 f4908080'],
  ['a first byte that does not exist', '0004 f8808080'],
  ['a continuation byte alone', '0001 80'],
  ['a character cut off by the end', '0003 61e282'],
  ['U+0000', '0003 610062'],
  ['U+0000 beside a character of two bytes', '0003 c3a400'],
  ['U+0000 in two bytes', '0002 c080'],
];

for (const [title, versions, firstByte, body] of fields) {
  for (const version of versions) {
    test(`${title} has to be well formed: v${version} [MQTT-1.5.4-1] [MQTT-1.5.4-2]`, async () => {
      for (const [what, string] of illFormed) {
        const t = await testBroker();
        const client = t.client({ version });
        if (firstByte !== 0x10) await client.connect();
        await client.sendBytes(frame(firstByte, body.replace('%', string)));
        expect([what, outcome(client)]).toEqual([what, version === 5 ? 0x81 : 'closed']);
      }
    });
  }
}

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-1.5.4-3] U+FEFF stays where it is, in front and within`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.subscribe('\ufeffa/#');
    await client.publish('\ufeffa/\ufeffb', 'kept');
    await client.publish('a/b', 'another topic');
    expect(client.takePublishes()).toMatchObject([{ topic: '\ufeffa/\ufeffb', text: 'kept' }]);
  });

  test(`v${version} [MQTT-1.5.4-1] accepts every boundary of what is well formed`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.subscribe('#');
    const topic = '\u0001\u007f\u0080\u07ff\u0800\ud7ff\ue000\ufffd\uffff\u{10000}\u{10ffff}';
    await client.publish(topic);
    expect(client.takePublishes()).toMatchObject([{ topic }]);
  });
}
