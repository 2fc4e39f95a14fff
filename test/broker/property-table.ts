/**
 * The properties of MQTT 5 as table 2-4 of the standard has them, written down a second time so that the tests do not
 * believe the broker, and every packet in which a client can send them.
 */

/** Packets from a client that have properties; a will has a list of its own. */
export type Carrier =
  | 'CONNECT'
  | 'will'
  | 'PUBLISH'
  | 'PUBACK'
  | 'PUBREC'
  | 'PUBREL'
  | 'PUBCOMP'
  | 'SUBSCRIBE'
  | 'UNSUBSCRIBE'
  | 'DISCONNECT'
  | 'AUTH';

export interface PropertyRow {
  readonly name: string;
  /** The identifier as a byte. */
  readonly id: string;
  /** A legal value, in the notation of packet vectors. */
  readonly value: string;
  readonly carriers: readonly Carrier[];
  /** Legal in packets from the server only, so that a client's packet with it is a Protocol Error. */
  readonly serverOnly?: readonly Carrier[];
}

const acks: readonly Carrier[] = ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'];
const messages: readonly Carrier[] = ['PUBLISH', 'will'];

export const propertyRows: readonly PropertyRow[] = [
  { name: 'Payload Format Indicator', id: '01', value: '01', carriers: messages },
  { name: 'Message Expiry Interval', id: '02', value: '0000003c', carriers: messages },
  { name: 'Content Type', id: '03', value: '<t>', carriers: messages },
  { name: 'Response Topic', id: '08', value: '<r>', carriers: messages },
  { name: 'Correlation Data', id: '09', value: '0001ff', carriers: messages },
  { name: 'Subscription Identifier', id: '0b', value: '01', carriers: ['SUBSCRIBE'], serverOnly: ['PUBLISH'] },
  { name: 'Session Expiry Interval', id: '11', value: '0000003c', carriers: ['CONNECT', 'DISCONNECT'] },
  { name: 'Assigned Client Identifier', id: '12', value: '<a>', carriers: [] },
  { name: 'Server Keep Alive', id: '13', value: '003c', carriers: [] },
  { name: 'Authentication Method', id: '15', value: '<m>', carriers: ['CONNECT', 'AUTH'] },
  { name: 'Authentication Data', id: '16', value: '0001ff', carriers: ['CONNECT', 'AUTH'] },
  { name: 'Request Problem Information', id: '17', value: '00', carriers: ['CONNECT'] },
  { name: 'Will Delay Interval', id: '18', value: '0000003c', carriers: ['will'] },
  { name: 'Request Response Information', id: '19', value: '01', carriers: ['CONNECT'] },
  { name: 'Response Information', id: '1a', value: '<i>', carriers: [] },
  { name: 'Server Reference', id: '1c', value: '<s>', carriers: [], serverOnly: ['DISCONNECT'] },
  { name: 'Reason String', id: '1f', value: '<s>', carriers: [...acks, 'DISCONNECT', 'AUTH'] },
  { name: 'Receive Maximum', id: '21', value: '0001', carriers: ['CONNECT'] },
  { name: 'Topic Alias Maximum', id: '22', value: '0001', carriers: ['CONNECT'] },
  { name: 'Topic Alias', id: '23', value: '0001', carriers: ['PUBLISH'] },
  { name: 'Maximum QoS', id: '24', value: '01', carriers: [] },
  { name: 'Retain Available', id: '25', value: '01', carriers: [] },
  { name: 'Maximum Packet Size', id: '27', value: '000003e8', carriers: ['CONNECT'] },
  { name: 'Wildcard Subscription Available', id: '28', value: '01', carriers: [] },
  { name: 'Subscription Identifier Available', id: '29', value: '01', carriers: [] },
  { name: 'Shared Subscription Available', id: '2a', value: '01', carriers: [] },
];

/** What a property needs beside it to be legal. */
export const companions: Partial<Record<string, string>> = { '16': '15 <m>' };

/** The packet of each carrier with % where the property list, its length included, has to be. */
export const packetOf: Readonly<Record<Carrier, readonly [firstByte: number, body: string]>> = {
  CONNECT: [0x10, '<MQTT> 05 02 0000 % <c>'],
  will: [0x10, '<MQTT> 05 06 0000 {} <c> % <w> <>'],
  PUBLISH: [0x30, '<a> % "1"'],
  PUBACK: [0x40, '0001 00 %'],
  PUBREC: [0x50, '0001 00 %'],
  PUBREL: [0x62, '0001 00 %'],
  PUBCOMP: [0x70, '0001 00 %'],
  SUBSCRIBE: [0x82, '0001 % <a> 00'],
  UNSUBSCRIBE: [0xa2, '0001 % <a>'],
  DISCONNECT: [0xe0, '00 %'],
  AUTH: [0xf0, '18 %'],
};

export const carriers: readonly Carrier[] = Object.keys(packetOf) as Carrier[];
