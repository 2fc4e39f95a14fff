/** What the log says of every packet where somebody wants to see it, in the words of Mosquitto: never what a payload holds. */

import type { BrokerEvents } from '../broker/events.ts';
import type { Message } from '../packet/message.ts';
import type { ConnackPacket, ControlPacket } from '../packet/types.ts';
import type { Delivery, Link, LinkTap } from '../ports/link.ts';
import type { Log } from '../ports/log.ts';
import type { EventSource } from './connections.ts';

/** Makes what looks at the packets of a new connection; undefined where nobody wants to see them. */
export type TapOfLink = (link: Link) => LinkTap | undefined;

/** Where the same packet tells more than its name. */
const numbered: Readonly<Record<string, (packetId: number, reasonCode: number) => string>> = {
  puback: (packetId, code) => `m${packetId}, rc${code}`,
  pubrec: (packetId, code) => `m${packetId}, rc${code}`,
  pubrel: (packetId) => `m${packetId}`,
  pubcomp: (packetId) => `m${packetId}`,
};

/** A connection as its lines name it. */
class PacketWords implements LinkTap {
  readonly #debug: (text: string) => void;
  clientId: string;
  #will: string[] = [];
  #version = 4;
  /** CONNACK, until it is known what the client is called in the end. */
  #connack: ConnackPacket | undefined;

  /** @param address stands for the name until CONNECT says one */
  constructor(address: string, debug: (text: string) => void) {
    this.clientId = address;
    this.#debug = debug;
  }

  received(packet: ControlPacket): void {
    if (packet.type === 'connect') {
      if (packet.clientId !== '') this.clientId = packet.clientId;
      this.#will = willWords(packet.will);
      this.#version = packet.version;
      return;
    }
    this.connected();
    this.#debug(`Received ${packet.type.toUpperCase()} from ${this.clientId}${numbersWords(packet)}`);
    for (const filter of filtersOf(packet)) this.#debug(`    ${filter}`);
  }

  sent(packet: ControlPacket): void {
    if (packet.type === 'connack' && packet.reasonCode === 0) {
      this.#connack = { ...packet };
      return;
    }
    this.connected();
    const name = `Sending ${packet.type.toUpperCase()} to ${this.clientId}`;
    if (packet.type === 'connack') {
      this.#debug(`${name} (${packet.sessionPresent ? 1 : 0}, ${packet.reasonCode})`);
    } else if (packet.type === 'disconnect') {
      this.#debug(`${name} (rc${packet.reasonCode})`);
    } else {
      const words = 'reasonCode' in packet && 'packetId' in packet ? numbered[packet.type] : undefined;
      const { packetId, reasonCode } = packet as { packetId: number; reasonCode: number };
      this.#debug(words === undefined ? name : `${name} (${words(packetId, reasonCode)})`);
    }
  }

  /** Tells of the CONNACK that has been sent. @param clientId what the client is called in the end */
  connected(clientId: string = this.clientId): void {
    this.clientId = clientId;
    const connack = this.#connack;
    if (connack === undefined) return;
    this.#connack = undefined;
    for (const line of this.#will) this.#debug(line);
    // MQTT 3.1 has no such flag.
    const isPresent = connack.sessionPresent && this.#version > 3;
    this.#debug(`Sending CONNACK to ${clientId} (${isPresent ? 1 : 0}, 0)`);
  }

  publishReceived(message: Message): void {
    this.connected();
    this.#debug(`Received PUBLISH from ${this.clientId} ${publishWords(message, message)}`);
  }

  publishDenied(message: Message): void {
    this.#debug(`Denied PUBLISH from ${this.clientId} ${publishWords(message, message)}`);
  }

  publishSent(message: Message, delivery: Delivery): void {
    this.connected();
    this.#debug(`Sending PUBLISH to ${this.clientId} ${publishWords(message, delivery)}`);
  }
}

function numbersWords(packet: ControlPacket): string {
  switch (packet.type) {
    case 'puback':
    case 'pubcomp':
      return ` (Mid: ${packet.packetId}, RC:${packet.reasonCode})`;
    case 'pubrec':
    case 'pubrel':
      return ` (Mid: ${packet.packetId})`;
    default:
      return '';
  }
}

/** What gets lines of its own. */
function filtersOf(packet: ControlPacket): readonly string[] {
  if (packet.type === 'subscribe') return packet.subscriptions.map(({ filter, qos }) => `${filter} (QoS ${qos})`);
  return packet.type === 'unsubscribe' ? packet.filters : [];
}

function willWords(will: Extract<ControlPacket, { type: 'connect' }>['will']): string[] {
  if (will === undefined) return ['No will message specified.'];
  const { payload, qos, retain, topic } = will;
  return [`Will message specified (${payload.length} bytes) (r${retain ? 1 : 0}, q${qos}).`, `    ${topic}`];
}

function publishWords({ topic, payloadBytes }: Message, { dup, qos, retain, packetId }: Message | Delivery): string {
  const flags = `d${dup ? 1 : 0}, q${qos}, r${retain ? 1 : 0}, m${packetId}`;
  return `(${flags}, '${topic}', ... (${payloadBytes} bytes))`;
}

/**
 * Has every packet told of, for connections that begin while that is wanted. To be called after `logConnections`, whose
 * line about a client that has come stands before that of its CONNACK.
 * @param watch takes what makes the taps of new connections
 * @param isWanted asked for each connection
 */
export function logPackets(
  source: EventSource,
  watch: (tapOf: TapOfLink) => void,
  log: Log,
  isWanted: () => boolean,
): void {
  const words = new WeakMap<Link['peer'], PacketWords>();
  watch((link) => {
    if (!isWanted()) return undefined;
    const one = new PacketWords(link.peer.address, (text) => log.debug(text));
    words.set(link.peer, one);
    return one;
  });
  // What a client is called in the end may be another name than the one in its CONNECT.
  source.on('connected', ({ client }: BrokerEvents['connected']) => {
    words.get(client.peer)?.connected(client.clientId);
  });
  source.on('publishDenied', ({ message, client }) => words.get(client.peer)?.publishDenied(message));
}
