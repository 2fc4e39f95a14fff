/**
 * A packet as somebody sees it who looks on: its fields by name, its payload as far as it is wanted. Passwords and
 * authentication data are never in it.
 */

import type { Message } from '../../packet/message.ts';
import type { PacketName } from '../../packet/traffic.ts';
import type { ControlPacket, Properties, Qos } from '../../packet/types.ts';
import type { Delivery } from '../../ports/link.ts';

export interface TappedPacket {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Empty for messages of the program itself. */
  readonly clientId: string;
  /** From the client, or to it. */
  readonly direction: 'in' | 'out';
  readonly type: PacketName;
  /** What a person wants to know of it besides the following, by the specification's names. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Of PUBLISH only, as the next ones. */
  readonly topic?: string;
  readonly qos?: Qos;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly packetId?: number;
  /** Of the whole payload. */
  readonly payloadBytes?: number;
  /** The beginning of the payload; nobody else's bytes. */
  readonly payload?: Buffer;
  /** Packets that were left out before this one because there were too many. */
  missed: number;
}

type Described = Omit<TappedPacket, 'atMs' | 'clientId' | 'direction' | 'missed'>;

/** @param payloadBytesMax of the payload that is copied */
export function describeMessage(message: Message, delivery: Delivery | undefined, payloadBytesMax: number): Described {
  const { topic, payloadBytes, properties } = message;
  const { qos, retain, dup, packetId } = delivery ?? message;
  return {
    type: 'publish',
    fields: { ...shown(properties), ...(delivery?.topicOmitted === true && { topicAlias: delivery.topicAlias }) },
    topic,
    qos,
    retain,
    dup,
    packetId,
    payloadBytes,
    payload: Buffer.from(message.payload.subarray(0, payloadBytesMax)),
  };
}

export function describePacket(packet: ControlPacket): Described {
  const { type } = packet;
  switch (packet.type) {
    case 'connect': {
      const { version, clientId, username, password, cleanStart, keepAlive, will, properties } = packet;
      const willFields = will && { topic: will.topic, qos: will.qos, retain: will.retain, bytes: will.payload.length };
      const hasPassword = password !== undefined;
      const fields = { version, clientId, username, hasPassword, cleanStart, keepAlive, will: willFields };
      return { type, fields: { ...fields, ...shown(properties) } };
    }
    case 'subscribe': {
      const { packetId, subscriptions, properties } = packet;
      return {
        type,
        fields: { packetId, subscriptions: subscriptions.map((one) => ({ ...one })), ...shown(properties) },
      };
    }
    case 'pingreq':
    case 'pingresp':
      return { type, fields: {} };
    default: {
      const { type: _type, properties, ...fields } = packet;
      return { type, fields: { ...structuredClone(fields), ...shown(properties) } };
    }
  }
}

/** Copied, since packets belong to others, and without what is secret. */
function shown(properties: Properties | undefined): Record<string, unknown> {
  if (properties === undefined) return {};
  const { authenticationData, correlationData, ...rest } = properties;
  return {
    ...structuredClone(rest),
    ...(correlationData !== undefined && { correlationData: correlationData.toString('hex') }),
    ...(authenticationData !== undefined && { authenticationDataBytes: authenticationData.length }),
  };
}
