/**
 * A client for tests: speaks real MQTT bytes over an in-memory connection, sends exactly what it is told, right or
 * wrong, and keeps what it gets. It answers nothing by itself.
 */

import { encodePacket } from '../packet/encode.ts';
import type { ProtocolError } from '../packet/error.ts';
import { Message } from '../packet/message.ts';
import { encodePublish } from '../packet/publish.ts';
import type {
  ConnackPacket,
  ConnectPacket,
  ControlPacket,
  Properties,
  ProtocolVersion,
  PublishLike,
  Qos,
  SubackPacket,
  SubscriptionRequest,
} from '../packet/types.ts';
import type { Link, LinkOwner } from '../ports/link.ts';
import { openMqtt } from '../protocols/mqtt.ts';
import type { MemoryPair } from './memory-connection.ts';

/** A PUBLISH as the client got it. */
export interface ReceivedPublish extends PublishLike {
  /** The payload as text. */
  readonly text: string;
}

export type Received = ControlPacket | ReceivedPublish;

/** The packet of a type; the four acknowledgements share one. */
type PacketOfType<T extends Received['type']> = Received extends infer P
  ? P extends { type: infer U }
    ? T extends U
      ? P
      : never
    : never
  : never;

export interface PublishOptions {
  qos?: Qos;
  retain?: boolean;
  dup?: boolean;
  /** 1 at QoS 1 and 2 unless given. */
  packetId?: number;
  properties?: Properties;
}

const GENEROUS = {
  packetBytesMax: 268_435_460,
  connectBytesMax: 268_435_460,
  userPropertiesMax: 100_000,
  filtersMax: 100_000,
};

export class TestClient implements LinkOwner {
  readonly version: ProtocolVersion;
  readonly clientId: string;
  readonly pair: MemoryPair;
  /** Everything received and not taken, oldest first. */
  readonly inbox: Received[] = [];
  /** What could not be decoded, if anything. */
  failure: ProtocolError | undefined;
  isClosed = false;
  closeError: Error | undefined;
  readonly #link: Link;
  readonly #run: () => Promise<void>;

  /** @param run lets everything happen that can happen without time passing */
  constructor(pair: MemoryPair, clientId: string, version: ProtocolVersion, run: () => Promise<void>) {
    this.pair = pair;
    this.clientId = clientId;
    this.version = version;
    this.#run = run;
    this.#link = openMqtt(pair.client, () => this, GENEROUS, 'server');
    this.#link.adopt(version, Number.POSITIVE_INFINITY);
  }

  receive(packet: ControlPacket): void {
    this.inbox.push(packet);
  }

  receivePublish(message: Message): void {
    const { topic, qos, retain, dup, packetId, properties } = message;
    const payload = Buffer.from(message.payload);
    this.inbox.push({
      type: 'publish',
      topic,
      payload,
      qos,
      retain,
      dup,
      packetId,
      properties,
      text: payload.toString('utf8'),
    });
  }

  failed(error: ProtocolError): void {
    this.failure = error;
  }

  closed(error: Error | undefined): void {
    this.isClosed = true;
    this.closeError = error;
  }

  drained(): void {}

  /** Lets everything happen that can happen without time passing. */
  async run(): Promise<void> {
    await this.#run();
  }

  async sendBytes(bytes: Uint8Array | string): Promise<void> {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes.replaceAll(' ', ''), 'hex') : Buffer.from(bytes);
    this.pair.client.output.push(buffer, 0, buffer.length);
    await this.#run();
  }

  async send(packet: ControlPacket): Promise<void> {
    await this.sendBytes(encodePacket(packet, this.version));
  }

  /** The CONNECT that `connect` would send. */
  connectPacket(options: Partial<ConnectPacket> = {}): ConnectPacket {
    return {
      type: 'connect',
      version: this.version,
      bridge: false,
      cleanStart: true,
      keepAlive: 0,
      clientId: this.clientId,
      will: undefined,
      username: undefined,
      password: undefined,
      properties: undefined,
      ...options,
    };
  }

  /** Sends CONNECT and returns the CONNACK, or undefined when none came. */
  async connect(options: Partial<ConnectPacket> = {}): Promise<ConnackPacket | undefined> {
    await this.send(this.connectPacket(options));
    return this.take('connack');
  }

  async publish(topic: string, payload: string | Buffer = '', options: PublishOptions = {}): Promise<void> {
    const { qos = 0, retain = false, dup = false, properties } = options;
    const message = Message.of(topic, Buffer.from(payload as string), qos, retain, properties);
    const form = {
      qos,
      retain,
      dup,
      packetId: options.packetId ?? (qos === 0 ? 0 : 1),
      subscriptionIdentifiers: properties?.subscriptionIdentifiers,
      messageExpiryInterval: properties?.messageExpiryInterval,
      topicAlias: properties?.topicAlias ?? 0,
      topicOmitted: topic === '',
    };
    await this.sendBytes(encodePublish(message, form, this.version));
  }

  /** Subscribes to one filter and returns the SUBACK, or undefined when none came. */
  async subscribe(
    filter: string,
    options: Partial<SubscriptionRequest> & { identifier?: number; packetId?: number } = {},
  ): Promise<SubackPacket | undefined> {
    const { identifier, packetId = 10, ...request } = options;
    await this.send({
      type: 'subscribe',
      packetId,
      subscriptions: [{ qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0, ...request, filter }],
      properties: identifier === undefined ? undefined : { subscriptionIdentifiers: [identifier] },
    });
    return this.take('suback');
  }

  async unsubscribe(...filters: string[]): Promise<Received | undefined> {
    await this.send({ type: 'unsubscribe', packetId: 11, filters, properties: undefined });
    return this.take('unsuback');
  }

  async ack(type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number, reasonCode: number = 0): Promise<void> {
    await this.send({ type, packetId, reasonCode, properties: undefined });
  }

  async disconnect(reasonCode: number = 0, properties?: Properties): Promise<void> {
    await this.send({ type: 'disconnect', reasonCode, properties });
  }

  /** Ends the connection without DISCONNECT, as a client that dies. */
  async drop(): Promise<void> {
    this.pair.client.destroy();
    await this.#run();
  }

  /** Takes the first packet of that type out of the inbox. */
  take<T extends Received['type']>(type: T): PacketOfType<T> | undefined {
    const index = this.inbox.findIndex((packet) => packet.type === type);
    return index < 0 ? undefined : (this.inbox.splice(index, 1)[0] as PacketOfType<T>);
  }

  /** Takes all PUBLISH packets out of the inbox. */
  takePublishes(): ReceivedPublish[] {
    const taken = this.inbox.filter((packet): packet is ReceivedPublish => packet.type === 'publish');
    const rest = this.inbox.filter((packet) => packet.type !== 'publish');
    this.inbox.splice(0, this.inbox.length, ...rest);
    return taken;
  }
}
