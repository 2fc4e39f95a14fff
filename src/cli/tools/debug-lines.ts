/** The lines of `-d`, one for each packet, in the form of Mosquitto's tools. */

import type { Packet } from 'mqtt';

type Direction = 'sending' | 'received';

/**
 * Without the client's name in front. Payloads are counted, never shown.
 * @param number of a message without a packet identifier
 */
export function packetLine(packet: Packet, direction: Direction, number: number = 0): string[] {
  switch (packet.cmd) {
    case 'connack':
      return [`received CONNACK (${packet.reasonCode ?? packet.returnCode ?? 0})`];
    case 'publish': {
      const { dup, qos, retain, topic, payload } = packet;
      const messageId = packet.messageId || number;
      const flags = `d${dup === true ? 1 : 0}, q${qos}, r${retain === true ? 1 : 0}, m${messageId}`;
      return [`${direction} PUBLISH (${flags}, '${topic}', ... (${Buffer.byteLength(payload)} bytes))`];
    }
    case 'puback':
    case 'pubcomp':
      if (direction === 'sending') return [`sending ${packet.cmd.toUpperCase()} (m${packet.messageId}, rc0)`];
      return [`received ${packet.cmd.toUpperCase()} (Mid: ${packet.messageId}, RC:${packet.reasonCode ?? 0})`];
    case 'pubrec':
      if (direction === 'sending') return [`sending PUBREC (m${packet.messageId}, rc0)`];
      return [`received PUBREC (Mid: ${packet.messageId})`];
    case 'pubrel':
      if (direction === 'sending') return [`sending PUBREL (m${packet.messageId})`];
      return [`received PUBREL (Mid: ${packet.messageId})`];
    case 'subscribe':
      return packet.subscriptions.map(
        ({ topic, qos }) => `sending SUBSCRIBE (Mid: ${packet.messageId}, Topic: ${topic}, QoS: ${qos}, Options: 0x00)`,
      );
    case 'unsubscribe':
      return packet.unsubscriptions.map((topic) => `sending UNSUBSCRIBE (Mid: ${packet.messageId}, Topic: ${topic})`);
    default:
      return [`${direction} ${packet.cmd.toUpperCase()}`];
  }
}
