/** CONNACK, which servers send: return codes of 3.x, Reason Codes and properties of 5.0. */

import { accepts, bytes, frame, refuses, type Vector } from './vector.ts';

const server = { sender: 'server' } as const;
const accepted = { type: 'connack', sessionPresent: false, reasonCode: 0, properties: undefined } as const;

const returnCodes: Vector[] = [1, 2, 3, 4, 5].map((reasonCode) =>
  accepts(
    `CONNACK with return code ${reasonCode}`,
    [3, 4],
    frame(0x20, `00 0${reasonCode}`),
    { ...accepted, reasonCode },
    server,
  ),
);

const reasonCodes: Vector[] = [
  0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b, 0x9c,
  0x9d, 0x9f,
].map((reasonCode) => {
  const hex = reasonCode.toString(16);
  return accepts(
    `CONNACK with Reason Code 0x${hex}`,
    [5],
    frame(0x20, `00 ${hex} {}`),
    { ...accepted, reasonCode },
    server,
  );
});

export const connackVectors: readonly Vector[] = [
  accepts('CONNACK that accepts', [3, 4], frame(0x20, '0000'), accepted, server),
  accepts('CONNACK with a session', [4], frame(0x20, '0100'), { ...accepted, sessionPresent: true }, server),
  accepts('CONNACK of 3.1 whose first byte means nothing', [3], frame(0x20, 'ff00'), accepted, {
    ...server,
    canonical: false,
  }),
  accepts('[MQTT-2.2.2-1] CONNACK of 5.0 that accepts', [5], frame(0x20, '0000 {}'), accepted, server),
  accepts('CONNACK of 5.0 with a session', [5], frame(0x20, '0100 {}'), { ...accepted, sessionPresent: true }, server),
  ...returnCodes,
  ...reasonCodes,
  accepts(
    'CONNACK with every property',
    [5],
    frame(
      0x20,
      '00 00 {11 0000000a 21 0005 24 01 25 00 27 00010000 12 <id> 22 0003 1f <why> 26 <k> <v> 28 00 29 01 2a 00 13 001e 1a <info> 1c <other> 15 <m> 16 0001 09}',
    ),
    {
      ...accepted,
      properties: {
        sessionExpiryInterval: 10,
        receiveMaximum: 5,
        maximumQos: 1,
        retainAvailable: false,
        maximumPacketSize: 65536,
        assignedClientIdentifier: 'id',
        topicAliasMaximum: 3,
        reasonString: 'why',
        userProperties: [['k', 'v']],
        wildcardSubscriptionAvailable: false,
        subscriptionIdentifiersAvailable: true,
        sharedSubscriptionAvailable: false,
        serverKeepAlive: 30,
        responseInformation: 'info',
        serverReference: 'other',
        authenticationMethod: 'm',
        authenticationData: bytes('09'),
      },
    },
    server,
  ),
  refuses('[MQTT-3.2.2-1] reserved acknowledge flags', [4], frame(0x20, '0200'), 0x81, 'server'),
  refuses('[MQTT-3.2.2-1] reserved acknowledge flags in 5.0', [5], frame(0x20, '8000 {}'), 0x81, 'server'),
  refuses('[MQTT-3.2.2-6] a session with a refusal', [4], frame(0x20, '0105'), 0x82, 'server'),
  refuses('[MQTT-3.2.2-6] a session with a refusal in 5.0', [5], frame(0x20, '0187 {}'), 0x82, 'server'),
  refuses('[MQTT-3.2.2-8] return code 6', [3, 4], frame(0x20, '0006'), 0x82, 'server'),
  refuses('[MQTT-3.2.2-8] Reason Code 0x01', [5], frame(0x20, '0001 {}'), 0x82, 'server'),
  refuses('[MQTT-3.2.2-8] Reason Code 0x8e', [5], frame(0x20, '008e {}'), 0x82, 'server'),
  refuses('CONNACK of 5.0 without a property list', [5], frame(0x20, '0000'), 0x81, 'server'),
  refuses('CONNACK of 3.1.1 with three bytes', [3, 4], frame(0x20, '000000'), 0x81, 'server'),
  refuses('Maximum QoS 2', [5], frame(0x20, '0000 {24 02}'), 0x82, 'server'),
  refuses('Retain Available 2', [5], frame(0x20, '0000 {25 02}'), 0x82, 'server'),
  refuses('Receive Maximum 0 of a server', [5], frame(0x20, '0000 {21 0000}'), 0x82, 'server'),
  refuses('two Reason Strings', [5], frame(0x20, '0000 {1f <a> 1f <b>}'), 0x82, 'server'),
  refuses('Subscription Identifier in CONNACK', [5], frame(0x20, '0000 {0b 01}'), 0x81, 'server'),
  refuses('[MQTT-2.1.3-1] CONNACK with flags in its first byte', [3, 4], frame(0x21, '0000'), 0x81, 'server'),
  refuses('CONNACK from a client', [3, 4], frame(0x20, '0000'), 0x82),
  refuses('CONNACK of 5.0 from a client', [5], frame(0x20, '0000 {}'), 0x82),
];
