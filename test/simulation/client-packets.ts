/** Packets that a simulated client sends, from what it has chosen. */

import type { AckPacket, ControlPacket } from '../../src/packet/types.ts';
import type { ConnectChoice } from './client-connection.ts';

/** The answer of a client that has nothing to object to. */
export function answerTo(type: AckPacket['type'], packetId: number): AckPacket {
  return { type, packetId, reasonCode: 0, properties: undefined };
}

/** CONNECT as `choice` wants it. */
export function connectPacket(clientId: string, choice: ConnectChoice): ControlPacket {
  const { version, cleanStart, keepAlive, will, willDelay, expirySeconds, maximumPacketSize } = choice;
  const isFive = version === 5;
  return {
    type: 'connect',
    version,
    bridge: false,
    cleanStart,
    keepAlive,
    clientId,
    will: will && {
      topic: will.topic,
      payload: Buffer.from(`${will.id} will`),
      qos: will.qos,
      retain: will.retain,
      properties: isFive ? { willDelayInterval: willDelay } : undefined,
    },
    username: undefined,
    password: undefined,
    properties: isFive
      ? {
          sessionExpiryInterval: expirySeconds,
          receiveMaximum: choice.receiveMaximum,
          topicAliasMaximum: choice.topicAliasMaximum,
          ...(maximumPacketSize !== undefined && { maximumPacketSize }),
        }
      : undefined,
  };
}
