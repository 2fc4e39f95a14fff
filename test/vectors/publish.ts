/** PUBLISH: flags, topics, identifiers and the properties of a message. */

import type { PublishLike } from '../../src/packet/types.ts';
import { accepts, bytes, frame, refuses, type Vector } from './vector.ts';

const message: PublishLike = {
  type: 'publish',
  topic: 'a/b',
  payload: Buffer.from('hi'),
  qos: 0,
  retain: false,
  dup: false,
  packetId: 0,
  properties: undefined,
};

const longTopic = 't'.repeat(65535);

const older: Vector[] = [
  accepts('[MQTT-2.2.1-2] PUBLISH at QoS 0', [3, 4], frame(0x30, '<a/b> "hi"'), message),
  accepts('PUBLISH with RETAIN', [3, 4], frame(0x31, '<a/b> "hi"'), { ...message, retain: true }),
  accepts('PUBLISH at QoS 1', [3, 4], frame(0x32, '<a/b> 0007 "hi"'), { ...message, qos: 1, packetId: 7 }),
  accepts('PUBLISH at QoS 2', [3, 4], frame(0x34, '<a/b> ffff "hi"'), { ...message, qos: 2, packetId: 65535 }),
  accepts('PUBLISH at QoS 1 sent again', [3, 4], frame(0x3a, '<a/b> 0007 "hi"'), {
    ...message,
    qos: 1,
    packetId: 7,
    dup: true,
  }),
  accepts('PUBLISH at QoS 2 sent again with RETAIN', [3, 4], frame(0x3d, '<a/b> 0007 "hi"'), {
    ...message,
    qos: 2,
    packetId: 7,
    dup: true,
    retain: true,
  }),
  accepts('PUBLISH without a payload', [3, 4], frame(0x30, '<a/b>'), { ...message, payload: Buffer.alloc(0) }),
  accepts('PUBLISH with a payload that is no text', [3, 4], frame(0x30, '<a/b> 00ff80'), {
    ...message,
    payload: bytes('00ff80'),
  }),
  accepts('PUBLISH to a topic of one slash', [3, 4], frame(0x30, '</> "hi"'), { ...message, topic: '/' }),
  accepts('PUBLISH to a topic with empty levels', [3, 4], frame(0x30, '<//a//> "hi"'), { ...message, topic: '//a//' }),
  accepts('PUBLISH to a topic with a space', [3, 4], frame(0x30, '<a b> "hi"'), { ...message, topic: 'a b' }),
  accepts('PUBLISH to a topic in Chinese', [3, 4], frame(0x30, '<车间/温度> "hi"'), { ...message, topic: '车间/温度' }),
  accepts('PUBLISH to a topic beyond the basic plane', [3, 4], frame(0x30, '<a/🦆> "hi"'), {
    ...message,
    topic: 'a/🦆',
  }),
  accepts('[MQTT-1.5.4-3] PUBLISH to a topic that begins with U+FEFF', [3, 4], frame(0x30, '0004 efbbbf61 "hi"'), {
    ...message,
    topic: '\ufeffa',
  }),
  accepts('PUBLISH to a topic with control characters', [3, 4], frame(0x30, '0003 61017f "hi"'), {
    ...message,
    topic: 'a\u0001\u007f',
  }),
  accepts('PUBLISH to a topic with a character that is none', [3, 4], frame(0x30, '0003 efbfbf "hi"'), {
    ...message,
    topic: '\uffff',
  }),
  refuses('[MQTT-3.3.1-4] QoS 3', [3, 4], frame(0x36, '<a/b> 0007 "hi"'), 0x81),
  refuses('[MQTT-3.3.1-4] QoS 3 with DUP', [3, 4, 5], frame(0x3e, '<a/b> 0007 00 "hi"'), 0x81),
  refuses('[MQTT-3.3.1-2] DUP at QoS 0', [3, 4], frame(0x38, '<a/b> "hi"'), 0x81),
  refuses('[MQTT-3.3.1-2] DUP at QoS 0 with RETAIN', [3, 4, 5], frame(0x39, '<a/b> 00 "hi"'), 0x81),
  refuses('[MQTT-2.2.1-3] identifier 0 at QoS 1', [3, 4], frame(0x32, '<a/b> 0000 "hi"'), 0x82),
  refuses('[MQTT-2.2.1-3] identifier 0 at QoS 2', [3, 4], frame(0x34, '<a/b> 0000 "hi"'), 0x82),
  refuses('[MQTT-2.2.1-4] identifier 0 from a server', [3, 4], frame(0x32, '<a/b> 0000 "hi"'), 0x82, 'server'),
  refuses('[MQTT-3.3.2-2] a topic name with #', [3, 4], frame(0x30, '<a/#> "hi"'), 0x90),
  refuses('[MQTT-3.3.2-2] a topic name with +', [3, 4], frame(0x30, '<+/b> "hi"'), 0x90),
  refuses('[MQTT-3.3.2-2] a topic name with + within a level', [3, 4], frame(0x30, '<a+b> "hi"'), 0x90),
  refuses('[MQTT-4.7.3-1] an empty topic name', [3, 4], frame(0x30, '<> "hi"'), 0x82),
  refuses('[MQTT-1.5.4-1] a surrogate in the topic name', [3, 4], frame(0x30, '0003 edbfbf "hi"'), 0x81),
  refuses('[MQTT-1.5.4-1] an overlong slash', [3, 4], frame(0x30, '0002 c0af "hi"'), 0x81),
  refuses('[MQTT-1.5.4-1] a code point above U+10FFFF', [3, 4], frame(0x30, '0004 f4908080 "hi"'), 0x81),
  refuses('[MQTT-1.5.4-1] a lone continuation byte', [3, 4], frame(0x30, '0002 6180 "hi"'), 0x81),
  refuses(
    '[MQTT-1.5.4-1] a topic name that is no text and has a wildcard',
    [3, 4],
    frame(0x30, '0002 23ff "hi"'),
    0x81,
  ),
  refuses('[MQTT-1.5.4-2] U+0000 in the topic name', [3, 4], frame(0x30, '0003 610062 "hi"'), 0x81),
  refuses('[MQTT-1.5.4-2] U+0000 in a topic name in Chinese', [3, 4], frame(0x30, '0004 e6b0b400 "hi"'), 0x81),
  refuses('[MQTT-3.3.2-1] an empty PUBLISH', [3, 4, 5], frame(0x30, ''), 0x81),
  refuses('[MQTT-3.3.2-1] a topic name beyond the packet', [3, 4, 5], frame(0x30, '0005 "abcd"'), 0x81),
  refuses('[MQTT-3.3.2-1] half an identifier', [3, 4, 5], frame(0x32, '<a/b> 00'), 0x81),
];

function five(list: string, firstByte = 0x30, topic = '<a/b>'): Buffer {
  return frame(firstByte, `${topic} ${firstByte & 6 ? '0007' : ''} {${list}} "hi"`);
}

const acceptedFive: Vector[] = [
  accepts('PUBLISH of 5.0 at QoS 0', [5], five(''), message),
  accepts('PUBLISH of 5.0 at QoS 1', [5], five('', 0x32), { ...message, qos: 1, packetId: 7 }),
  accepts('PUBLISH of 5.0 at QoS 2 sent again', [5], five('', 0x3c), { ...message, qos: 2, packetId: 7, dup: true }),
  accepts('PUBLISH of 5.0 with RETAIN', [5], five('', 0x31), { ...message, retain: true }),
  accepts(
    'PUBLISH of 5.0 with the properties of a message',
    [5],
    five('01 01 03 <text/plain> 08 <re/ply> 09 0002 beef 26 <k> <v>'),
    {
      ...message,
      properties: {
        payloadFormatIndicator: 1,
        contentType: 'text/plain',
        responseTopic: 're/ply',
        correlationData: bytes('beef'),
        userProperties: [['k', 'v']],
      },
    },
  ),
  accepts('[MQTT-3.3.2-18] PUBLISH with User Properties in order', [5], five('26 <b> <1> 26 <a> <2> 26 <b> <1>'), {
    ...message,
    properties: {
      userProperties: [
        ['b', '1'],
        ['a', '2'],
        ['b', '1'],
      ],
    },
  }),
  accepts(
    'PUBLISH with User Properties named like parts of an object',
    [5],
    five('26 <__proto__> <x> 26 <constructor> <y>'),
    {
      ...message,
      properties: {
        userProperties: [
          ['__proto__', 'x'],
          ['constructor', 'y'],
        ],
      },
    },
  ),
  accepts('PUBLISH with empty strings in its properties', [5], five('03 <> 09 0000 26 <> <>'), {
    ...message,
    properties: { contentType: '', correlationData: Buffer.alloc(0), userProperties: [['', '']] },
  }),
  accepts('PUBLISH with a Message Expiry Interval', [5], five('02 0000000a'), {
    ...message,
    properties: { messageExpiryInterval: 10 },
  }),
  accepts('PUBLISH that sets a Topic Alias', [5], five('23 0001'), { ...message, properties: { topicAlias: 1 } }),
  accepts('PUBLISH with a Topic Alias for its topic', [5], five('23 ffff', 0x30, '<>'), {
    ...message,
    topic: '',
    properties: { topicAlias: 65535 },
  }),
  accepts(
    '[MQTT-3.3.4-4] PUBLISH from a server with Subscription Identifiers',
    [5],
    five('0b 01 0b ff7f 0b ffffff7f'),
    { ...message, properties: { subscriptionIdentifiers: [1, 16383, 268435455] } },
    { sender: 'server' },
  ),
  accepts('PUBLISH with properties in another order', [5], five('26 <k> <v> 03 <t> 01 00'), {
    ...message,
    properties: { userProperties: [['k', 'v']], contentType: 't', payloadFormatIndicator: 0 },
  }),
  accepts(
    '[MQTT-3.3.2-18] PUBLISH with properties between User Properties',
    [5],
    five('26 <k> <v> 03 <t> 26 <l> <w>'),
    {
      ...message,
      properties: {
        userProperties: [
          ['k', 'v'],
          ['l', 'w'],
        ],
        contentType: 't',
      },
    },
    { canonical: false },
  ),
];

const refusedFive: Vector[] = [
  refuses('[MQTT-3.3.1-4] QoS 3 in 5.0', [5], five('', 0x36), 0x81),
  refuses('[MQTT-3.3.1-2] DUP at QoS 0 in 5.0', [5], five('', 0x38), 0x81),
  refuses('[MQTT-2.2.1-3] identifier 0 in 5.0', [5], frame(0x32, '<a/b> 0000 {} "hi"'), 0x82),
  refuses('[MQTT-3.3.2-2] a wildcard in 5.0', [5], five('', 0x30, '<a/#>'), 0x90),
  refuses('[MQTT-3.3.2-2] a wildcard beside a Topic Alias', [5], five('23 0001', 0x30, '<+>'), 0x90),
  refuses('[MQTT-4.7.3-1] neither a topic name nor a Topic Alias', [5], five('', 0x30, '<>'), 0x82),
  refuses('[MQTT-3.3.2-8] Topic Alias 0', [5], five('23 0000'), 0x94),
  refuses('two Topic Aliases', [5], five('23 0001 23 0001'), 0x82),
  refuses('[MQTT-3.3.4-6] a Subscription Identifier from a client', [5], five('0b 01'), 0x82),
  refuses('Subscription Identifier 0', [5], five('0b 00'), 0x82, 'server'),
  refuses('[MQTT-1.5.5-1] a Subscription Identifier in five bytes', [5], five('0b 8080808001'), 0x81, 'server'),
  refuses('[MQTT-1.5.5-1] a Subscription Identifier that wastes a byte', [5], five('0b 8100'), 0x81, 'server'),
  refuses('Payload Format Indicator 2', [5], five('01 02'), 0x82),
  refuses('two Payload Format Indicators', [5], five('01 00 01 00'), 0x82),
  refuses('two Message Expiry Intervals', [5], five('02 00000001 02 00000001'), 0x82),
  refuses('two Content Types', [5], five('03 <a> 03 <b>'), 0x82),
  refuses('two Response Topics', [5], five('08 <a> 08 <b>'), 0x82),
  refuses('two pieces of Correlation Data', [5], five('09 0000 09 0000'), 0x82),
  refuses('[MQTT-3.3.2-14] a Response Topic with #', [5], five('08 <a/#>'), 0x82),
  refuses('[MQTT-3.3.2-14] a Response Topic with +', [5], five('08 <+>'), 0x82),
  refuses('[MQTT-4.7.3-1] an empty Response Topic', [5], five('08 <>'), 0x82),
  refuses('[MQTT-1.5.4-1] a Response Topic that is no text', [5], five('08 0001 ff'), 0x81),
  refuses('[MQTT-1.5.4-1] a Content Type that is no text', [5], five('03 0001 c3'), 0x81),
  refuses('[MQTT-1.5.4-2] U+0000 in a Content Type', [5], five('03 0001 00'), 0x81),
  refuses('Session Expiry Interval in PUBLISH', [5], five('11 00000001'), 0x81),
  refuses('a Reason String in PUBLISH', [5], five('1f <a>'), 0x81),
  refuses('a Property Length beyond the packet', [5], frame(0x30, '<a/b> 7f 01 01'), 0x81),
  refuses('65 User Properties in PUBLISH', [5], five('26 <k> <v>'.repeat(65)), 0x97),
];

export const publishVectors: readonly Vector[] = [
  ...older,
  accepts('[MQTT-4.7.3-3] PUBLISH to the longest topic', [4], frame(0x30, `<${longTopic}> "hi"`), {
    ...message,
    topic: longTopic,
  }),
  ...acceptedFive,
  ...refusedFive,
];
