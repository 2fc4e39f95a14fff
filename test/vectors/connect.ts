/** CONNECT: names and levels, flags, credentials, wills and properties. */

import type { ConnectPacket, Will } from '../../src/packet/types.ts';
import { accepts, bytes, frame, refuses, type Vector } from './vector.ts';

const plainConnect: ConnectPacket = {
  type: 'connect',
  version: 4,
  bridge: false,
  cleanStart: true,
  keepAlive: 60,
  clientId: 'a',
  will: undefined,
  username: undefined,
  password: undefined,
  properties: undefined,
};
const five: ConnectPacket = { ...plainConnect, version: 5 };
const three: ConnectPacket = { ...plainConnect, version: 3 };

const will: Will = { topic: 'w', payload: Buffer.from('gone'), qos: 0, retain: false, properties: undefined };

function v4(body: string): Buffer {
  return frame(0x10, `<MQTT> 04 ${body}`);
}

function v5(body: string): Buffer {
  return frame(0x10, `<MQTT> 05 ${body}`);
}

function v5Properties(list: string): Buffer {
  return v5(`02 003c {${list}} <a>`);
}

const accepted: Vector[] = [
  accepts('CONNECT of 3.1.1', [4], v4('02 003c <a>'), plainConnect),
  accepts('CONNECT of 3.1', [3], frame(0x10, '<MQIsdp> 03 02 003c <a>'), three),
  accepts('CONNECT of 5.0', [5], v5('02 003c {} <a>'), five),
  accepts('CONNECT of a 3.1 bridge', [3], frame(0x10, '<MQIsdp> 83 02 003c <a>'), { ...three, bridge: true }),
  accepts('CONNECT of a 3.1.1 bridge', [4], frame(0x10, '<MQTT> 84 02 003c <a>'), { ...plainConnect, bridge: true }),
  accepts('CONNECT with an empty Client Identifier', [4], v4('02 003c <>'), { ...plainConnect, clientId: '' }),
  accepts('CONNECT that resumes its session', [4], v4('00 003c <a>'), { ...plainConnect, cleanStart: false }),
  accepts('CONNECT without keep alive', [4], v4('02 0000 <a>'), { ...plainConnect, keepAlive: 0 }),
  accepts('CONNECT with the longest keep alive', [4], v4('02 ffff <a>'), { ...plainConnect, keepAlive: 65535 }),
  accepts('CONNECT with a Client Identifier in Chinese', [4], v4('02 003c <水泵>'), {
    ...plainConnect,
    clientId: '水泵',
  }),
  accepts(
    'CONNECT with a Client Identifier of 30 characters in 3.1',
    [3],
    frame(0x10, `<MQIsdp> 03 02 003c <${'c'.repeat(30)}>`),
    {
      ...three,
      clientId: 'c'.repeat(30),
    },
  ),
  accepts('[MQTT-3.1.2-17] CONNECT with a User Name', [4], v4('82 003c <a> <u>'), { ...plainConnect, username: 'u' }),
  accepts('[MQTT-3.1.2-19] CONNECT with User Name and Password', [4], v4('c2 003c <a> <u> <p>'), {
    ...plainConnect,
    username: 'u',
    password: Buffer.from('p'),
  }),
  accepts('CONNECT with an empty User Name and Password', [4], v4('c2 003c <a> <> <>'), {
    ...plainConnect,
    username: '',
    password: Buffer.alloc(0),
  }),
  accepts('CONNECT with a Password that is no text', [4], v4('c2 003c <a> <u> 0003 ff00fe'), {
    ...plainConnect,
    username: 'u',
    password: bytes('ff00fe'),
  }),
  accepts('[MQTT-3.1.2-19] CONNECT of 5.0 with a Password alone', [5], v5('42 003c {} <a> <p>'), {
    ...five,
    password: Buffer.from('p'),
  }),
  accepts(
    'CONNECT of 3.1 with credentials',
    [3],
    frame(0x10, '<MQIsdp> 03 c2 003c <a> <u> <p>'),
    { ...three, username: 'u', password: Buffer.from('p') },
    { shorter: [15, 18] },
  ),
  accepts('CONNECT of 3.1 that ends before its User Name', [3], frame(0x10, '<MQIsdp> 03 82 003c <a>'), three, {
    canonical: false,
  }),
  accepts('[MQTT-3.1.2-9] CONNECT with a will', [4], v4('06 003c <a> <w> <gone>'), { ...plainConnect, will }),
  accepts('CONNECT with a retained will at QoS 1', [4], v4('2e 003c <a> <w> <gone>'), {
    ...plainConnect,
    will: { ...will, qos: 1, retain: true },
  }),
  accepts('CONNECT with a will at QoS 2', [4], v4('16 003c <a> <w> <gone>'), {
    ...plainConnect,
    will: { ...will, qos: 2 },
  }),
  accepts('CONNECT with an empty will', [4], v4('06 003c <a> <w> <>'), {
    ...plainConnect,
    will: { ...will, payload: Buffer.alloc(0) },
  }),
  accepts('[MQTT-3.1.3-1] CONNECT with everything', [4], v4('ee 003c <a> <w> <gone> <u> <p>'), {
    ...plainConnect,
    will: { ...will, qos: 1, retain: true },
    username: 'u',
    password: Buffer.from('p'),
  }),
  accepts(
    'CONNECT with every property',
    [5],
    v5Properties('11 00000e10 21 0014 27 00001000 22 000a 19 01 17 00 15 <m> 16 0002 0102 26 <k> <v>'),
    {
      ...five,
      properties: {
        sessionExpiryInterval: 3600,
        receiveMaximum: 20,
        maximumPacketSize: 4096,
        topicAliasMaximum: 10,
        requestResponseInformation: true,
        requestProblemInformation: false,
        authenticationMethod: 'm',
        authenticationData: bytes('0102'),
        userProperties: [['k', 'v']],
      },
    },
  ),
  accepts('CONNECT with a session that never expires', [5], v5Properties('11 ffffffff'), {
    ...five,
    properties: { sessionExpiryInterval: 0xffffffff },
  }),
  accepts(
    '[MQTT-3.1.3-10] CONNECT with a will with every property',
    [5],
    v5('06 003c {} <a> {18 00000005 01 01 02 0000000a 03 <t> 08 <r> 09 0001 ff 26 <a> <1> 26 <a> <2>} <w> <gone>'),
    {
      ...five,
      will: {
        ...will,
        properties: {
          willDelayInterval: 5,
          payloadFormatIndicator: 1,
          messageExpiryInterval: 10,
          contentType: 't',
          responseTopic: 'r',
          correlationData: bytes('ff'),
          userProperties: [
            ['a', '1'],
            ['a', '2'],
          ],
        },
      },
    },
  ),
];

const refusedForm: Vector[] = [
  refuses('[MQTT-3.1.2-1] the protocol name HTTP', [4], frame(0x10, '<HTTP> 04 02 003c <a>'), 0x84),
  refuses('[MQTT-3.1.2-1] the protocol name in lower case', [4], frame(0x10, '<mqtt> 04 02 003c <a>'), 0x84),
  refuses('[MQTT-3.1.2-1] an empty protocol name', [4], frame(0x10, '<> 04 02 003c <a>'), 0x84),
  refuses('[MQTT-3.1.2-2] level 6', [4], frame(0x10, '<MQTT> 06 02 003c {} <a>'), 0x84),
  refuses('[MQTT-3.1.2-2] level 3 with the name of level 4', [4], frame(0x10, '<MQTT> 03 02 003c <a>'), 0x84),
  refuses('[MQTT-3.1.2-2] level 4 with the name of level 3', [4], frame(0x10, '<MQIsdp> 04 02 003c <a>'), 0x84),
  refuses('[MQTT-3.1.2-2] level 5 with the bit of a bridge', [5], frame(0x10, '<MQTT> 85 02 003c {} <a>'), 0x84),
  refuses('[MQTT-3.1.2-2] level 0', [4], frame(0x10, '<MQTT> 00 02 003c <a>'), 0x84),
  refuses('[MQTT-3.1.2-3] the reserved flag', [4], v4('03 003c <a>'), 0x81),
  refuses('[MQTT-3.1.2-3] the reserved flag in 5.0', [5], v5('03 003c {} <a>'), 0x81),
  refuses('[MQTT-3.1.2-3] the reserved flag in 3.1', [3], frame(0x10, '<MQIsdp> 03 03 003c <a>'), 0x81),
  refuses('[MQTT-3.1.2-11] Will QoS 1 without a will', [4], v4('0a 003c <a>'), 0x81),
  refuses('[MQTT-3.1.2-11] Will QoS 2 without a will', [5], v5('12 003c {} <a>'), 0x81),
  refuses('[MQTT-3.1.2-12] Will QoS 3', [4], v4('1e 003c <a> <w> <gone>'), 0x81),
  refuses('[MQTT-3.1.2-12] Will QoS 3 in 5.0', [5], v5('1e 003c {} <a> {} <w> <gone>'), 0x81),
  refuses('[MQTT-3.1.2-13] Will Retain without a will', [4], v4('22 003c <a>'), 0x81),
  refuses('[MQTT-3.1.2-13] Will Retain without a will in 5.0', [5], v5('22 003c {} <a>'), 0x81),
  refuses('[MQTT-3.1.2-22@3.1.1] a Password without a User Name', [4], v4('42 003c <a> <p>'), 0x81),
  refuses(
    '[MQTT-3.1.2-22@3.1.1] a Password without a User Name in 3.1',
    [3],
    frame(0x10, '<MQIsdp> 03 42 003c <a> <p>'),
    0x81,
  ),
  refuses('[MQTT-3.1.4-1] bytes behind the last field', [4], v4('02 003c <a> 00'), 0x81),
  refuses('[MQTT-3.1.4-1] a User Name without its flag', [4], v4('02 003c <a> <u>'), 0x81),
  refuses('[MQTT-3.1.4-1] a User Name that is missing', [4], v4('82 003c <a>'), 0x81),
  refuses('[MQTT-3.1.4-1] a will that is missing', [4], v4('06 003c <a>'), 0x81),
  refuses('[MQTT-3.1.4-1] a will without its flag', [5], v5('02 003c {} <a> {} <w> <gone>'), 0x81),
  refuses('[MQTT-3.1.4-1] a CONNECT of 5.0 without a property list', [5], v5('02 003c'), 0x81),
  refuses('[MQTT-3.1.4-1] an empty CONNECT', [4], frame(0x10, ''), 0x81),
  refuses('[MQTT-1.5.4-1] a surrogate in the Client Identifier', [4], v4('02 003c 0003 eda080'), 0x81),
  refuses('[MQTT-1.5.4-1] an overlong Client Identifier', [5], v5('02 003c {} 0002 c1bf'), 0x81),
  refuses('[MQTT-1.5.4-1] a User Name cut off within a character', [4], v4('82 003c <a> 0002 e6b0'), 0x81),
  refuses('[MQTT-1.5.4-1] a Will Topic that is no text', [4], v4('06 003c <a> 0001 ff <gone>'), 0x81),
  refuses('[MQTT-1.5.4-2] U+0000 in the Client Identifier', [4], v4('02 003c 0003 610062'), 0x81),
  refuses('[MQTT-1.5.4-2] U+0000 in the User Name', [5], v5('82 003c {} <a> 0001 00'), 0x81),
  refuses('[MQTT-1.5.4-1] a Protocol Name that is no text', [4], frame(0x10, '0002 fffe 04 02 003c <a>'), 0x81),
  refuses('[MQTT-4.7.3-1] an empty Will Topic', [4], v4('06 003c <a> <> <gone>'), 0x90),
  refuses('[MQTT-4.7.0-1] a Will Topic with #', [4], v4('06 003c <a> <w/#> <gone>'), 0x90),
  refuses('[MQTT-4.7.0-1] a Will Topic with +', [5], v5('06 003c {} <a> {} <+/w> <gone>'), 0x90),
  refuses('[MQTT-2.1.3-1] CONNECT with flags in its first byte', [4], frame(0x12, '<MQTT> 04 02 003c <a>'), 0x81),
  refuses('CONNECT from a server', [4], v4('02 003c <a>'), 0x82, 'server'),
];

const refusedProperties: Vector[] = [
  refuses('[MQTT-3.1.4-1] Session Expiry Interval twice', [5], v5Properties('11 00000001 11 00000001'), 0x82),
  refuses('[MQTT-3.1.4-1] Receive Maximum 0', [5], v5Properties('21 0000'), 0x82),
  refuses('[MQTT-3.1.4-1] Maximum Packet Size 0', [5], v5Properties('27 00000000'), 0x82),
  refuses('[MQTT-3.1.4-1] Request Problem Information 2', [5], v5Properties('17 02'), 0x82),
  refuses('[MQTT-3.1.4-1] Request Response Information 255', [5], v5Properties('19 ff'), 0x82),
  refuses('[MQTT-3.1.4-1] Authentication Data without a method', [5], v5Properties('16 0001 00'), 0x82),
  refuses('[MQTT-3.1.4-1] Topic Alias, which is not for CONNECT', [5], v5Properties('23 0001'), 0x81),
  refuses('[MQTT-3.1.4-1] Will Delay Interval outside of a will', [5], v5Properties('18 00000001'), 0x81),
  refuses('[MQTT-3.1.4-1] Session Expiry Interval in a will', [5], v5('06 003c {} <a> {11 00000001} <w> <gone>'), 0x81),
  refuses('[MQTT-3.1.4-1] property 0', [5], v5Properties('00'), 0x81),
  refuses('[MQTT-3.1.4-1] property 43', [5], v5Properties('2b 00'), 0x81),
  refuses('[MQTT-3.1.4-1] property 4', [5], v5Properties('04 00'), 0x81),
  refuses('[MQTT-3.1.4-1] property 268,435,455', [5], v5Properties('ffffff7f'), 0x81),
  refuses('[MQTT-1.5.5-1] an identifier in two bytes', [5], v5Properties('9100 00000001'), 0x81),
  refuses('[MQTT-1.5.5-1] a Property Length in two bytes', [5], v5('02 003c 8000 <a>'), 0x81),
  refuses('[MQTT-1.5.5-1] a Property Length of five bytes', [5], v5('02 003c 8080808001 <a>'), 0x81),
  refuses('[MQTT-3.1.4-1] a Property Length beyond the packet', [5], v5('02 003c 05 11 0000'), 0x81),
  refuses('[MQTT-3.1.4-1] a property that reaches beyond the list', [5], v5('02 003c 03 11 0000 0001 <a>'), 0x81),
  refuses('[MQTT-1.5.4-2] U+0000 in a User Property', [5], v5Properties('26 <k> 0001 00'), 0x81),
  refuses('[MQTT-1.5.4-1] a User Property name that is no text', [5], v5Properties('26 0001 80 <v>'), 0x81),
  refuses('65 User Properties in CONNECT', [5], v5Properties('26 <k> <v>'.repeat(65)), 0x97),
  refuses('[MQTT-4.7.3-1] an empty Response Topic of a will', [5], v5('06 003c {} <a> {08 <>} <w> <gone>'), 0x82),
  refuses(
    '[MQTT-3.3.2-14] a wildcard in the Response Topic of a will',
    [5],
    v5('06 003c {} <a> {08 <a/+>} <w> <gone>'),
    0x82,
  ),
];

export const connectVectors: readonly Vector[] = [...accepted, ...refusedForm, ...refusedProperties];
