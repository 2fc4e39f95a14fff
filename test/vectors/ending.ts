/** PINGREQ, PINGRESP, DISCONNECT and AUTH, and first bytes that begin no packet. */

import { accepts, bytes, frame, refuses, type Vector } from './vector.ts';

const server = { sender: 'server' } as const;
const disconnect = { type: 'disconnect', reasonCode: 0, properties: undefined } as const;

const clientCodes = [0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99];
const serverCodes = [
  0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a,
  0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
];

function withCode(reasonCode: number, sender: 'client' | 'server'): Vector {
  const hex = reasonCode.toString(16).padStart(2, '0');
  const name = `DISCONNECT of a ${sender} with Reason Code 0x${hex}`;
  return accepts(name, [5], frame(0xe0, hex), { ...disconnect, reasonCode }, { sender, shorter: [0] });
}

const pings: Vector[] = [
  accepts('PINGREQ', [3, 4, 5], frame(0xc0, ''), { type: 'pingreq' }),
  accepts('PINGRESP', [3, 4, 5], frame(0xd0, ''), { type: 'pingresp' }, server),
  refuses('PINGREQ with a body', [3, 4, 5], frame(0xc0, '00'), 0x81),
  refuses('PINGRESP with a body', [3, 4, 5], frame(0xd0, '00'), 0x81, 'server'),
  refuses('[MQTT-2.1.3-1] PINGREQ with flags', [3, 4, 5], frame(0xc1, ''), 0x81),
  refuses('[MQTT-2.1.3-1] PINGRESP with flags', [3, 4, 5], frame(0xd8, ''), 0x81, 'server'),
  refuses('PINGRESP from a client', [3, 4, 5], frame(0xd0, ''), 0x82),
  refuses('PINGREQ from a server', [3, 4, 5], frame(0xc0, ''), 0x82, 'server'),
];

const disconnects: Vector[] = [
  accepts('DISCONNECT', [3, 4, 5], frame(0xe0, ''), disconnect),
  accepts('DISCONNECT of a server', [5], frame(0xe0, ''), disconnect, server),
  accepts('DISCONNECT with Reason Code 0 written out', [5], frame(0xe0, '00'), disconnect, {
    canonical: false,
    shorter: [0],
  }),
  accepts(
    'DISCONNECT with an empty property list',
    [5],
    frame(0xe0, '04 {}'),
    { ...disconnect, reasonCode: 4 },
    {
      canonical: false,
      shorter: [0, 1],
    },
  ),
  ...clientCodes.map((code) => withCode(code, 'client')),
  ...serverCodes.map((code) => withCode(code, 'server')),
  accepts(
    'DISCONNECT of a client with properties',
    [5],
    frame(0xe0, '00 {11 0000003c 1f <bye> 26 <k> <v>}'),
    {
      ...disconnect,
      properties: { sessionExpiryInterval: 60, reasonString: 'bye', userProperties: [['k', 'v']] },
    },
    { shorter: [0, 1] },
  ),
  accepts(
    'DISCONNECT of a server with properties',
    [5],
    frame(0xe0, '9d {1c <other:1883> 1f <moved>}'),
    {
      ...disconnect,
      reasonCode: 0x9d,
      properties: { serverReference: 'other:1883', reasonString: 'moved' },
    },
    { ...server, shorter: [0, 1] },
  ),
  refuses('[MQTT-3.14.2-1] DISCONNECT of a client with 0x8e', [5], frame(0xe0, '8e'), 0x82),
  refuses('[MQTT-3.14.2-1] DISCONNECT of a client with 0x01', [5], frame(0xe0, '01 {}'), 0x82),
  refuses('[MQTT-3.14.2-1] DISCONNECT of a server with 0x04', [5], frame(0xe0, '04'), 0x82, 'server'),
  refuses(
    '[MQTT-3.14.2-2] Session Expiry Interval from a server',
    [5],
    frame(0xe0, '80 {11 00000001}'),
    0x82,
    'server',
  ),
  refuses('Server Reference from a client', [5], frame(0xe0, '00 {1c <other>}'), 0x82),
  refuses('Receive Maximum in DISCONNECT', [5], frame(0xe0, '00 {21 0001}'), 0x81),
  refuses('DISCONNECT with bytes behind its properties', [5], frame(0xe0, '00 {} 00'), 0x81),
  refuses('DISCONNECT with a body below 5.0', [3, 4], frame(0xe0, '00'), 0x81),
  refuses('DISCONNECT of a server below 5.0', [3, 4], frame(0xe0, ''), 0x82, 'server'),
  refuses('[MQTT-3.14.1-1] DISCONNECT with flags', [3, 4, 5], frame(0xe1, ''), 0x81),
];

const auths: Vector[] = [
  accepts('AUTH that goes on', [5], frame(0xf0, '18 {15 <m> 16 0002 0102}'), {
    type: 'auth',
    reasonCode: 0x18,
    properties: { authenticationMethod: 'm', authenticationData: bytes('0102') },
  }),
  accepts('AUTH that authenticates again', [5], frame(0xf0, '19 {15 <m>}'), {
    type: 'auth',
    reasonCode: 0x19,
    properties: { authenticationMethod: 'm' },
  }),
  accepts(
    'AUTH of a server that goes on',
    [5],
    frame(0xf0, '18 {15 <m> 1f <more> 26 <k> <v>}'),
    {
      type: 'auth',
      reasonCode: 0x18,
      properties: { authenticationMethod: 'm', reasonString: 'more', userProperties: [['k', 'v']] },
    },
    { ...server, shorter: [0] },
  ),
  accepts(
    'AUTH of a server that succeeds',
    [5],
    frame(0xf0, ''),
    { type: 'auth', reasonCode: 0, properties: undefined },
    server,
  ),
  accepts(
    'AUTH of a server that succeeds with a method',
    [5],
    frame(0xf0, '00 {15 <m>}'),
    {
      type: 'auth',
      reasonCode: 0,
      properties: { authenticationMethod: 'm' },
    },
    { ...server, shorter: [0] },
  ),
  refuses('[MQTT-3.15.2-1] AUTH with code 0x01', [5], frame(0xf0, '01 {15 <m>}'), 0x82),
  refuses('[MQTT-3.15.2-1] AUTH of a client that succeeds', [5], frame(0xf0, ''), 0x82),
  refuses('[MQTT-3.15.2-1] AUTH of a server that authenticates again', [5], frame(0xf0, '19 {15 <m>}'), 0x82, 'server'),
  refuses('AUTH without a method', [5], frame(0xf0, '18 {}'), 0x82),
  refuses('AUTH with data without a method', [5], frame(0xf0, '18 {16 0001 00}'), 0x82),
  refuses('AUTH without a property list', [5], frame(0xf0, '18'), 0x81),
  refuses('AUTH with bytes behind its properties', [5], frame(0xf0, '18 {15 <m>} 00'), 0x81),
  refuses('AUTH with a Session Expiry Interval', [5], frame(0xf0, '18 {15 <m> 11 00000001}'), 0x81),
  refuses('[MQTT-3.15.1-1] AUTH with flags', [5], frame(0xf2, '18 {15 <m>}'), 0x81),
  refuses('AUTH before 5.0', [3, 4], frame(0xf0, '18 {15 <m>}'), 0x81),
  refuses('packet type 0', [3, 4, 5], frame(0x00, ''), 0x81),
  refuses('packet type 0 with flags', [3, 4, 5], frame(0x0f, '00'), 0x81),
];

export const endingVectors: readonly Vector[] = [...pings, ...disconnects, ...auths];
