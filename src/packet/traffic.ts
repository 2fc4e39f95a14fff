/**
 * What went over links, as plain numbers: one object for each link, and one for all links of a broker together, so that
 * counting costs additions and nobody has to add up a hundred thousand links to show a sum.
 */

import type { ControlPacket } from './types.ts';

export type PacketName = ControlPacket['type'] | 'publish';

/** Names by the number in the fixed header (section 2.1.2); 0 is no packet. */
export const packetNames: readonly (PacketName | undefined)[] = [
  undefined,
  'connect',
  'connack',
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'subscribe',
  'suback',
  'unsubscribe',
  'unsuback',
  'pingreq',
  'pingresp',
  'disconnect',
  'auth',
];

/** The number of each packet in the fixed header. */
export const packetNumbers: Readonly<Record<PacketName, number>> = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
  auth: 15,
};

const PUBLISH: number = packetNumbers.publish;

/** All links together. */
export class TrafficTotals {
  bytesReceived = 0;
  bytesSent = 0;
  packetsReceived = 0;
  packetsSent = 0;
  /** Payloads of PUBLISH packets. */
  payloadBytesReceived = 0;
  payloadBytesSent = 0;
  /** Packets by their number in the fixed header. */
  readonly received: number[] = new Array<number>(16).fill(0);
  readonly sent: number[] = new Array<number>(16).fill(0);

  receivedOf(name: PacketName): number {
    return this.received[packetNumbers[name]]!;
  }

  sentOf(name: PacketName): number {
    return this.sent[packetNumbers[name]]!;
  }
}

/** One link. */
export class Traffic {
  /** Bytes of the protocol; those of TLS and WebSocket frames are not seen here. */
  bytesReceived = 0;
  bytesSent = 0;
  packetsReceived = 0;
  packetsSent = 0;
  /** PUBLISH packets. */
  messagesReceived = 0;
  messagesSent = 0;
  /** Where everything is counted again; set by whoever owns the link. */
  totals: TrafficTotals | undefined = undefined;

  bytesCame(bytes: number): void {
    this.bytesReceived += bytes;
    if (this.totals !== undefined) this.totals.bytesReceived += bytes;
  }

  packetCame(number: number): void {
    this.packetsReceived++;
    const { totals } = this;
    if (totals === undefined) return;
    totals.packetsReceived++;
    totals.received[number]!++;
  }

  messageCame(payloadBytes: number): void {
    this.messagesReceived++;
    this.packetCame(PUBLISH);
    if (this.totals !== undefined) this.totals.payloadBytesReceived += payloadBytes;
  }

  packetWent(number: number, bytes: number): void {
    this.packetsSent++;
    this.bytesSent += bytes;
    const { totals } = this;
    if (totals === undefined) return;
    totals.packetsSent++;
    totals.bytesSent += bytes;
    totals.sent[number]!++;
  }

  messageWent(bytes: number, payloadBytes: number): void {
    this.messagesSent++;
    this.packetWent(PUBLISH, bytes);
    if (this.totals !== undefined) this.totals.payloadBytesSent += payloadBytes;
  }
}
