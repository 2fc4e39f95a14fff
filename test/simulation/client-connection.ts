/**
 * One network connection of a simulated client: real MQTT bytes, Topic Aliases both ways, and the checks that need no
 * more than the connection itself: Receive Maximum, Maximum Packet Size, packet identifiers in flight.
 */

import type { ProtocolError } from '../../src/packet/error.ts';
import type { Message } from '../../src/packet/message.ts';
import type { ControlPacket, ProtocolVersion } from '../../src/packet/types.ts';
import type { Delivery, Link, LinkOwner } from '../../src/ports/link.ts';
import { openMqtt } from '../../src/protocols/mqtt.ts';
import type { MemoryPair } from '../../src/testing/index.ts';
import type { SentMessage } from './facts.ts';
import type { Ledger } from './ledger.ts';

/** What a client asks for in its CONNECT. */
export interface ConnectChoice {
  readonly version: ProtocolVersion;
  readonly cleanStart: boolean;
  /** Session Expiry Interval in seconds; below 5.0 it follows from Clean Session. */
  readonly expirySeconds: number;
  readonly receiveMaximum: number;
  /** Bytes. */
  readonly maximumPacketSize: number | undefined;
  readonly topicAliasMaximum: number;
  /** Seconds. */
  readonly keepAlive: number;
  readonly will: SentMessage | undefined;
  /** Seconds. */
  readonly willDelay: number;
}

/** A PUBLISH with its Topic Alias resolved. */
export interface Arrival {
  readonly message: Message;
  readonly topic: string;
  /** The identifier at the front of the payload; empty for an empty payload. */
  readonly id: string;
}

export interface ConnectionOwner {
  readonly clientId: string;
  received(connection: ClientConnection, packet: ControlPacket): void;
  arrived(connection: ClientConnection, arrival: Arrival): void;
  lost(connection: ClientConnection): void;
}

const PACKET_BYTES_MAX = 268_435_460;

export class ClientConnection implements LinkOwner {
  readonly owner: ConnectionOwner;
  readonly choice: ConnectChoice;
  readonly pair: MemoryPair;
  /** Different for each connection, so that the broker's events tell which one they are about. */
  readonly address: string;
  phase: 'connecting' | 'connected' | 'over' = 'connecting';
  /** When the line went dead without telling anybody; 0 while it has not. */
  deadSinceMs = 0;
  /** The broker has told that it ended the connection. */
  isEnded = false;
  /** When it did; undefined also after a crash. */
  endedAtMs: number | undefined;
  /** CONNACK came. */
  isAccepted = false;
  /** The reader takes nothing, so what the broker writes stays with the broker. */
  isSlow = false;
  /** Session Expiry Interval of the DISCONNECT, in seconds. */
  askedExpiry: number | undefined;
  /** When the client last sent something. */
  lastSentMs = 0;
  /** Topic Alias Maximum of the broker. */
  theirAliasMaximum = 0;
  readonly #ourAliases = new Map<string, number>();
  readonly #theirAliases = new Map<number, string>();
  /** Messages taken from the broker and not acknowledged, by packet identifier. */
  readonly #open = new Map<number, string>();
  readonly #link: Link;
  readonly #ledger: Ledger;
  readonly #windowMax: number;

  constructor(
    owner: ConnectionOwner,
    choice: ConnectChoice,
    pair: MemoryPair,
    address: string,
    ledger: Ledger,
    inflightMax: number,
  ) {
    this.owner = owner;
    this.choice = choice;
    this.pair = pair;
    this.address = address;
    this.#ledger = ledger;
    this.#windowMax = choice.version === 5 ? Math.min(choice.receiveMaximum, inflightMax) : inflightMax;
    const limits = {
      packetBytesMax: choice.maximumPacketSize ?? PACKET_BYTES_MAX,
      connectBytesMax: PACKET_BYTES_MAX,
      userPropertiesMax: 100,
      filtersMax: 100,
    };
    this.#link = openMqtt(pair.client, () => this, limits, 'server');
    this.#link.adopt(choice.version, PACKET_BYTES_MAX);
  }

  get isUsable(): boolean {
    return this.phase === 'connected' && this.deadSinceMs === 0;
  }

  send(packet: ControlPacket, nowMs: number): void {
    this.lastSentMs = nowMs;
    this.#link.send(packet);
  }

  /** @param withAlias stand a Topic Alias for the topic, where the broker allows one */
  publish(
    message: Message,
    delivery: Omit<Delivery, 'topicAlias' | 'topicOmitted'>,
    withAlias: boolean,
    nowMs: number,
  ): void {
    this.lastSentMs = nowMs;
    let alias = 0;
    let topicOmitted = false;
    if (withAlias && this.choice.version === 5) {
      const known = this.#ourAliases.get(message.topic);
      alias = known ?? (this.#ourAliases.size < this.theirAliasMaximum ? this.#ourAliases.size + 1 : 0);
      topicOmitted = known !== undefined;
      if (alias !== 0) this.#ourAliases.set(message.topic, alias);
    }
    this.#link.sendPublish(message, { ...delivery, topicAlias: alias, topicOmitted });
  }

  /** The exchange of a message from the broker is complete on our side. */
  acknowledged(packetId: number): void {
    this.#open.delete(packetId);
  }

  /** Closes without a word. */
  abandon(): void {
    this.#link.destroy();
  }

  /** Writes what was sent and closes. */
  close(): void {
    this.#link.close();
  }

  receive(packet: ControlPacket): void {
    if (this.phase !== 'over') this.owner.received(this, packet);
  }

  receivePublish(message: Message): void {
    if (this.phase === 'over') return;
    const topic = this.#resolve(message);
    const id = message.payload.toString('utf8').split(' ', 1)[0]!;
    if (message.qos > 0) this.#checkWindow(message.packetId, id);
    if (this.phase !== 'connected') this.#fail(`got PUBLISH ${id} before CONNACK [MQTT-3.2.0-1]`, id);
    this.owner.arrived(this, { message, topic, id });
  }

  #resolve(message: Message): string {
    const alias = message.properties?.topicAlias;
    if (alias === undefined) return message.topic;
    if (alias > this.choice.topicAliasMaximum) this.#fail(`got Topic Alias ${alias} [MQTT-3.3.2-11]`);
    if (message.topic !== '') this.#theirAliases.set(alias, message.topic);
    const topic = this.#theirAliases.get(alias);
    if (topic === undefined) this.#fail(`got the unknown Topic Alias ${alias} [MQTT-3.3.2-8]`);
    return topic ?? '';
  }

  #checkWindow(packetId: number, id: string): void {
    const before = this.#open.get(packetId);
    if (before !== undefined) {
      this.#fail(`got ${id} with packet identifier ${packetId}, in use for ${before} [MQTT-2.2.1-4]`, id, before);
    }
    this.#open.set(packetId, id);
    if (this.#open.size <= this.#windowMax) return;
    this.#fail(
      `got ${id} as unacknowledged message ${this.#open.size}; the maximum is ${this.#windowMax} [MQTT-3.3.4-9]`,
      id,
    );
  }

  failed(error: ProtocolError): void {
    this.#fail(`cannot read what the broker sent: ${error.message}`);
  }

  closed(): void {
    if (this.phase === 'over') return;
    this.phase = 'over';
    this.owner.lost(this);
  }

  drained(): void {}

  #fail(text: string, ...about: string[]): void {
    const { clientId } = this.owner;
    this.#ledger.fail(`${clientId} (MQTT ${this.choice.version}, ${this.address}) ${text}`, clientId, ...about);
  }
}
