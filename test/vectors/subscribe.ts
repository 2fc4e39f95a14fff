/** SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK. */

import type { SubscribePacket, SubscriptionRequest, UnsubscribePacket } from '../../src/packet/types.ts';
import { accepts, frame, refuses, type Vector } from './vector.ts';

const request: SubscriptionRequest = {
  filter: 'a/+',
  qos: 0,
  noLocal: false,
  retainAsPublished: false,
  retainHandling: 0,
};
const subscribe: SubscribePacket = { type: 'subscribe', packetId: 10, subscriptions: [request], properties: undefined };
const unsubscribe: UnsubscribePacket = { type: 'unsubscribe', packetId: 10, filters: ['a/+'], properties: undefined };

function options(fields: Partial<SubscriptionRequest>): SubscribePacket {
  return { ...subscribe, subscriptions: [{ ...request, ...fields }] };
}

const subscribes: Vector[] = [
  accepts('SUBSCRIBE at QoS 0', [3, 4], frame(0x82, '000a <a/+> 00'), subscribe),
  accepts('SUBSCRIBE at QoS 1', [3, 4], frame(0x82, '000a <a/+> 01'), options({ qos: 1 })),
  accepts('SUBSCRIBE at QoS 2', [3, 4], frame(0x82, '000a <a/+> 02'), options({ qos: 2 })),
  accepts(
    'SUBSCRIBE with two filters',
    [3, 4],
    frame(0x82, '000a <a/+> 01 <#> 02'),
    {
      ...subscribe,
      subscriptions: [
        { ...request, qos: 1 },
        { ...request, filter: '#', qos: 2 },
      ],
    },
    { shorter: [8] },
  ),
  accepts('SUBSCRIBE of 3.1 sent again with DUP', [3], frame(0x8a, '000a <a/+> 00'), subscribe, { canonical: false }),
  accepts('SUBSCRIBE to a filter in Chinese', [3, 4], frame(0x82, '000a <水/#> 00'), options({ filter: '水/#' })),
  accepts('SUBSCRIBE of 5.0', [5], frame(0x82, '000a {} <a/+> 00'), subscribe),
  accepts('SUBSCRIBE with No Local', [5], frame(0x82, '000a {} <a/+> 05'), options({ qos: 1, noLocal: true })),
  accepts(
    'SUBSCRIBE with Retain As Published',
    [5],
    frame(0x82, '000a {} <a/+> 0a'),
    options({ qos: 2, retainAsPublished: true }),
  ),
  accepts('SUBSCRIBE with Retain Handling 1', [5], frame(0x82, '000a {} <a/+> 10'), options({ retainHandling: 1 })),
  accepts(
    'SUBSCRIBE with every option',
    [5],
    frame(0x82, '000a {} <a/+> 2e'),
    options({
      qos: 2,
      noLocal: true,
      retainAsPublished: true,
      retainHandling: 2,
    }),
  ),
  accepts(
    'SUBSCRIBE to a shared subscription',
    [5],
    frame(0x82, '000a {} <$share/g/a> 01'),
    options({ filter: '$share/g/a', qos: 1 }),
  ),
  accepts('SUBSCRIBE with properties', [5], frame(0x82, '000a {0b 8001 26 <k> <v>} <a/+> 00'), {
    ...subscribe,
    properties: { subscriptionIdentifiers: [128], userProperties: [['k', 'v']] },
  }),
  refuses('[MQTT-2.2.1-3] SUBSCRIBE with identifier 0', [3, 4], frame(0x82, '0000 <a/+> 00'), 0x82),
  refuses('[MQTT-2.2.1-3] SUBSCRIBE of 5.0 with identifier 0', [5], frame(0x82, '0000 {} <a/+> 00'), 0x82),
  refuses('[MQTT-3.8.3-2] SUBSCRIBE without a filter', [3, 4], frame(0x82, '000a'), 0x82),
  refuses('[MQTT-3.8.3-2] SUBSCRIBE of 5.0 without a filter', [5], frame(0x82, '000a {}'), 0x82),
  refuses('[MQTT-3.8.3-4@3.1.1] SUBSCRIBE at QoS 3', [3, 4], frame(0x82, '000a <a/+> 03'), 0x81),
  refuses('[MQTT-3.8.3-4@3.1.1] SUBSCRIBE with reserved bits', [3, 4], frame(0x82, '000a <a/+> 04'), 0x81),
  refuses('SUBSCRIBE of 5.0 at QoS 3', [5], frame(0x82, '000a {} <a/+> 03'), 0x82),
  refuses('SUBSCRIBE with Retain Handling 3', [5], frame(0x82, '000a {} <a/+> 30'), 0x82),
  refuses('[MQTT-3.8.3-5] SUBSCRIBE with option bit 6', [5], frame(0x82, '000a {} <a/+> 40'), 0x81),
  refuses('[MQTT-3.8.3-5] SUBSCRIBE with option bit 7', [5], frame(0x82, '000a {} <a/+> 80'), 0x81),
  refuses('[MQTT-3.8.3-4] No Local on a shared subscription', [5], frame(0x82, '000a {} <$share/g/a> 04'), 0x82),
  refuses('SUBSCRIBE without options', [3, 4], frame(0x82, '000a <a/+>'), 0x81),
  refuses('SUBSCRIBE with two Subscription Identifiers', [5], frame(0x82, '000a {0b 01 0b 02} <a/+> 00'), 0x82),
  refuses('SUBSCRIBE with Subscription Identifier 0', [5], frame(0x82, '000a {0b 00} <a/+> 00'), 0x82),
  refuses('SUBSCRIBE with a Reason String', [5], frame(0x82, '000a {1f <a>} <a/+> 00'), 0x81),
  refuses('[MQTT-1.5.4-1] SUBSCRIBE to a filter that is no text', [3, 4], frame(0x82, '000a 0001 ff 00'), 0x81),
  refuses('[MQTT-1.5.4-2] SUBSCRIBE to a filter with U+0000', [3, 4], frame(0x82, '000a 0001 00 00'), 0x81),
  refuses('[MQTT-3.8.1-1] SUBSCRIBE with flags 0', [3, 4], frame(0x80, '000a <a/+> 00'), 0x81),
  refuses('[MQTT-3.8.1-1] SUBSCRIBE with DUP', [4, 5], frame(0x8a, '000a {} <a/+> 00'), 0x81),
  refuses('65 filters in one SUBSCRIBE', [3, 4], frame(0x82, `000a ${'<a> 00'.repeat(65)}`), 0x97),
  refuses('SUBSCRIBE from a server', [3, 4], frame(0x82, '000a <a/+> 00'), 0x82, 'server'),
];

const unsubscribes: Vector[] = [
  accepts('UNSUBSCRIBE', [3, 4], frame(0xa2, '000a <a/+>'), unsubscribe),
  accepts(
    'UNSUBSCRIBE with two filters',
    [3, 4],
    frame(0xa2, '000a <a/+> <#>'),
    { ...unsubscribe, filters: ['a/+', '#'] },
    { shorter: [7] },
  ),
  accepts('UNSUBSCRIBE of 3.1 sent again with DUP', [3], frame(0xaa, '000a <a/+>'), unsubscribe, { canonical: false }),
  accepts('UNSUBSCRIBE of 5.0', [5], frame(0xa2, '000a {} <a/+>'), unsubscribe),
  accepts('UNSUBSCRIBE with properties', [5], frame(0xa2, '000a {26 <k> <v>} <a/+>'), {
    ...unsubscribe,
    properties: { userProperties: [['k', 'v']] },
  }),
  refuses('[MQTT-2.2.1-3] UNSUBSCRIBE with identifier 0', [3, 4], frame(0xa2, '0000 <a/+>'), 0x82),
  refuses('[MQTT-3.10.3-2] UNSUBSCRIBE without a filter', [3, 4], frame(0xa2, '000a'), 0x82),
  refuses('[MQTT-3.10.3-2] UNSUBSCRIBE of 5.0 without a filter', [5], frame(0xa2, '000a {}'), 0x82),
  refuses('[MQTT-3.10.1-1] UNSUBSCRIBE with flags 0', [3, 4, 5], frame(0xa0, '000a {} <a/+>'), 0x81),
  refuses('[MQTT-1.5.4-1] UNSUBSCRIBE from a filter that is no text', [3, 4], frame(0xa2, '000a 0001 ff'), 0x81),
  refuses('[MQTT-1.5.4-2] UNSUBSCRIBE from a filter with U+0000', [3, 4], frame(0xa2, '000a 0001 00'), 0x81),
  refuses('UNSUBSCRIBE with a Subscription Identifier', [5], frame(0xa2, '000a {0b 01} <a/+>'), 0x81),
  refuses('65 filters in one UNSUBSCRIBE', [3, 4], frame(0xa2, `000a ${'<a>'.repeat(65)}`), 0x97),
  refuses('UNSUBSCRIBE from a server', [3, 4], frame(0xa2, '000a <a/+>'), 0x82, 'server'),
];

const server = { sender: 'server' } as const;
const suback = { type: 'suback', packetId: 10, reasonCodes: [0], properties: undefined } as const;
const unsuback = { type: 'unsuback', packetId: 10, reasonCodes: [], properties: undefined } as const;

const answers: Vector[] = [
  accepts('SUBACK', [3, 4], frame(0x90, '000a 00'), { ...suback, reasonCodes: [0] }, server),
  accepts(
    'SUBACK with all codes of 3.1.1',
    [3, 4],
    frame(0x90, '000a 00010280'),
    { ...suback, reasonCodes: [0, 1, 2, 0x80] },
    {
      ...server,
      shorter: [3, 4, 5],
    },
  ),
  accepts('SUBACK of 5.0', [5], frame(0x90, '000a {} 02'), { ...suback, reasonCodes: [2] }, server),
  accepts(
    'SUBACK of 5.0 with all codes',
    [5],
    frame(0x90, '000a {} 00010280 83878f91 979ea1a2'),
    {
      ...suback,
      reasonCodes: [0, 1, 2, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2],
    },
    { ...server, shorter: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] },
  ),
  accepts(
    'SUBACK with properties',
    [5],
    frame(0x90, '000a {1f <why> 26 <k> <v>} 87'),
    {
      ...suback,
      reasonCodes: [0x87],
      properties: { reasonString: 'why', userProperties: [['k', 'v']] },
    },
    server,
  ),
  refuses('[MQTT-3.9.3-2] SUBACK of 3.1.1 with code 3', [3, 4], frame(0x90, '000a 03'), 0x82, 'server'),
  refuses('[MQTT-3.9.3-2] SUBACK of 3.1.1 with a code of 5.0', [3, 4], frame(0x90, '000a 87'), 0x82, 'server'),
  refuses('[MQTT-3.9.3-2] SUBACK of 5.0 with code 3', [5], frame(0x90, '000a {} 03'), 0x82, 'server'),
  refuses('[MQTT-3.8.4-6] SUBACK without a code', [3, 4], frame(0x90, '000a'), 0x81, 'server'),
  refuses('[MQTT-2.2.1-6] SUBACK with identifier 0', [3, 4], frame(0x90, '0000 00'), 0x82, 'server'),
  refuses('SUBACK from a client', [3, 4], frame(0x90, '000a 00'), 0x82),
  accepts('UNSUBACK', [3, 4], frame(0xb0, '000a'), { ...unsuback, reasonCodes: [] }, server),
  accepts(
    'UNSUBACK of 5.0 with all codes',
    [5],
    frame(0xb0, '000a {} 0011 80 83 87 8f 91'),
    {
      ...unsuback,
      reasonCodes: [0, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91],
    },
    { ...server, shorter: [4, 5, 6, 7, 8, 9] },
  ),
  accepts(
    'UNSUBACK with properties',
    [5],
    frame(0xb0, '000a {1f <why>} 00'),
    {
      ...unsuback,
      reasonCodes: [0],
      properties: { reasonString: 'why' },
    },
    server,
  ),
  refuses('[MQTT-3.11.3-2] UNSUBACK with a granted QoS', [5], frame(0xb0, '000a {} 01'), 0x82, 'server'),
  refuses('[MQTT-3.11.3-1] UNSUBACK of 5.0 without a code', [5], frame(0xb0, '000a {}'), 0x81, 'server'),
  refuses('UNSUBACK of 3.1.1 with a code', [3, 4], frame(0xb0, '000a 00'), 0x81, 'server'),
  refuses('[MQTT-2.2.1-6] UNSUBACK with identifier 0', [3, 4], frame(0xb0, '0000'), 0x82, 'server'),
  refuses('UNSUBACK from a client', [3, 4], frame(0xb0, '000a'), 0x82),
];

export const subscribeVectors: readonly Vector[] = [...subscribes, ...unsubscribes, ...answers];
