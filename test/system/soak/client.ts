/**
 * A client whose session outlives its connections: it keeps what the specification tells a client to keep, repeats
 * what was not acknowledged, and takes each QoS 2 message once. It speaks through a codec that is not the broker's.
 * When to connect, publish and break down is decided elsewhere.
 */

import { connect, type Socket } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import type { Ledger, Stream } from './ledger.ts';

export type Version = 3 | 4 | 5;

interface Unacknowledged {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 1 | 2;
  /** PUBREC has come: from now on PUBREL is what is repeated. */
  released: boolean;
}

/** Below the Receive Maximum of the broker. */
const unacknowledgedMax = 20;

/** What a server may say to a client that did nothing wrong. */
const harmlessDisconnects = [0x8e];

export class SoakClient {
  readonly clientId: string;
  readonly filters: readonly string[];
  readonly ledger: Ledger;
  /** Of the connection. */
  version: Version;
  /** Of the next connection: a session may be resumed in another version. */
  nextVersion: Version;
  /** Accepted and subscribed: it may publish. */
  ready = false;
  /** For those who wait until it may come back. */
  reconnectAtMs = 0;
  connects = 0;
  #port: number;
  #socket: Socket | undefined;
  #subscribed = false;
  #lastPacketId = 0;
  readonly #unacknowledged = new Map<number, Unacknowledged>();
  readonly #taken = new Set<number>();

  constructor(clientId: string, version: Version, filters: readonly string[], port: number, ledger: Ledger) {
    this.clientId = clientId;
    this.version = version;
    this.nextVersion = version;
    this.filters = filters;
    this.#port = port;
    this.ledger = ledger;
  }

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  get settled(): boolean {
    return this.#unacknowledged.size === 0;
  }

  get mayPublish(): boolean {
    return this.ready && this.#unacknowledged.size < unacknowledgedMax;
  }

  /** Connects; an earlier connection is forgotten where it stands, still open, as when a network goes away. */
  connect(): void {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    this.#socket?.pause();
    this.#socket = socket;
    this.version = this.nextVersion;
    this.ready = false;
    this.connects++;
    const parser = mqttPacket.parser({ protocolVersion: this.version });
    const isCurrent = (): boolean => this.#socket === socket;
    parser.on('packet', (packet) => {
      if (isCurrent()) this.#handle(packet);
    });
    parser.on('error', (error) => this.ledger.complain(`${this.clientId} cannot read a packet: ${error.message}`));
    socket.on('data', (chunk) => {
      if (isCurrent()) parser.parse(chunk);
    });
    // A broken connection is what all of this is about.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!isCurrent()) return;
      this.#socket = undefined;
      this.ready = false;
    });
    this.#send({
      cmd: 'connect',
      clientId: this.clientId,
      clean: false,
      keepalive: 30,
      protocolId: this.version === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion: this.version,
      ...(this.version === 5 && { properties: { sessionExpiryInterval: 3600, topicAliasMaximum: 0 } }),
    });
  }

  /** Ends the connection without a word, by FIN or by RST. */
  drop(how: 'end' | 'reset'): void {
    const socket = this.#forget();
    if (how === 'reset') socket?.resetAndDestroy();
    else socket?.destroy();
  }

  /** Says goodbye; the session stays. */
  disconnect(): void {
    this.#send({ cmd: 'disconnect', ...(this.version === 5 && { reasonCode: 0 }) });
    this.#forget()?.end();
  }

  /** Reads nothing for a while. */
  pause(ms: number): void {
    const socket = this.#socket;
    socket?.pause();
    setTimeout(() => {
      if (this.#socket === socket) socket?.resume();
    }, ms).unref();
  }

  /** Sends the next message of a stream. */
  publish(stream: Stream, padding: string, isShared: boolean): void {
    const { topic, qos } = stream;
    const payload = `${this.ledger.next(stream, isShared)} ${padding}`;
    if (qos === 0) {
      this.#send({ cmd: 'publish', topic, payload, qos, retain: false, dup: false });
      return;
    }
    do this.#lastPacketId = (this.#lastPacketId % 65_535) + 1;
    while (this.#unacknowledged.has(this.#lastPacketId));
    const message = { topic, payload, qos, released: false };
    this.#unacknowledged.set(this.#lastPacketId, message);
    this.#sendMessage(this.#lastPacketId, message, false);
  }

  destroy(): void {
    this.#forget()?.destroy();
  }

  #forget(): Socket | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    this.ready = false;
    return socket;
  }

  #send(packet: Packet): void {
    this.#socket?.write(mqttPacket.generate(packet, { protocolVersion: this.version }));
  }

  #sendMessage(messageId: number, { topic, payload, qos }: Unacknowledged, dup: boolean): void {
    this.#send({ cmd: 'publish', topic, payload, qos, retain: false, dup, messageId });
  }

  #handle(packet: Packet): void {
    switch (packet.cmd) {
      case 'connack':
        this.#accepted(packet.sessionPresent, (this.version === 5 ? packet.reasonCode : packet.returnCode) ?? 0);
        break;
      case 'suback':
        if (packet.granted.some((code) => Number(code) >= 0x80)) this.#complain(`got SUBACK ${packet.granted}`);
        this.#subscribed = true;
        this.ready = true;
        break;
      case 'publish':
        this.#received(packet.topic, packet.payload.toString(), packet.qos, packet.messageId ?? 0);
        break;
      case 'puback':
        this.#acknowledged(packet.messageId ?? 0, packet.reasonCode ?? 0);
        break;
      case 'pubrec':
        this.#recorded(packet.messageId ?? 0, packet.reasonCode ?? 0);
        break;
      case 'pubrel':
        this.#taken.delete(packet.messageId ?? 0);
        this.#send({ cmd: 'pubcomp', messageId: packet.messageId ?? 0 });
        break;
      case 'pubcomp':
        this.#acknowledged(packet.messageId ?? 0, packet.reasonCode ?? 0);
        break;
      case 'disconnect':
        if (!harmlessDisconnects.includes(packet.reasonCode ?? 0))
          this.#complain(`got DISCONNECT ${packet.reasonCode}`);
        break;
      default:
        this.#complain(`got ${packet.cmd}`);
    }
  }

  #accepted(sessionPresent: boolean, code: number): void {
    if (code !== 0) {
      this.#complain(`got CONNACK ${code}`);
      return;
    }
    if (!this.#subscribed) {
      this.#send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: this.filters.map((topic) => ({ topic, qos: 2 })),
      });
      return;
    }
    if (!sessionPresent && this.version !== 3) this.#complain('came back and its session was gone');
    for (const [messageId, message] of this.#unacknowledged) {
      if (message.released) this.#send({ cmd: 'pubrel', messageId });
      else this.#sendMessage(messageId, message, true);
    }
    this.ready = true;
  }

  #received(topic: string, payload: string, qos: 0 | 1 | 2, messageId: number): void {
    const number = Number.parseInt(payload, 10);
    if (qos !== 2) {
      this.ledger.received(this.clientId, topic, number);
      if (qos === 1) this.#send({ cmd: 'puback', messageId });
      return;
    }
    if (!this.#taken.has(messageId)) {
      this.#taken.add(messageId);
      this.ledger.received(this.clientId, topic, number);
    }
    this.#send({ cmd: 'pubrec', messageId });
  }

  #recorded(messageId: number, code: number): void {
    if (code >= 0x80) this.#complain(`got PUBREC ${code}`);
    const message = this.#unacknowledged.get(messageId);
    if (message !== undefined) message.released = true;
    this.#send({ cmd: 'pubrel', messageId });
  }

  #acknowledged(messageId: number, code: number): void {
    // 0x92 answers a PUBREL whose PUBCOMP was lost with the connection.
    if (code >= 0x80 && code !== 0x92) this.#complain(`got an acknowledgement with ${code}`);
    this.#unacknowledged.delete(messageId);
  }

  #complain(text: string): void {
    this.ledger.complain(`${this.clientId} (version ${this.version}) ${text}`);
  }
}
