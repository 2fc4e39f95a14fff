/**
 * A client that does what the specification tells a client to do, over any line: its state outlives its connections,
 * what was not acknowledged is sent again with DUP in its order, PUBREL is repeated, and of each QoS 2 message one copy is
 * taken. It speaks through a codec that is not the broker's. When to connect and what to send is decided elsewhere.
 */

import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';

export type Version = 4 | 5;

/** A line to the broker. */
export interface Wire {
  write(bytes: Buffer): void;
  /** Ends it without a word. */
  destroy(): void;
}

/** A QoS 1 or 2 message that the client has to get rid of. */
export interface Sent {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 1 | 2;
  readonly retain: boolean;
  /** PUBREC has come: from now on PUBREL is what is repeated. */
  released: boolean;
}

export interface Arrived {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly packetId: number;
}

export interface ClientOptions {
  readonly cleanStart?: boolean;
  /** Version 5 alone; an hour unless given. */
  readonly expirySeconds?: number;
  readonly receiveMaximum?: number;
  readonly will?: IConnectPacket['will'];
}

type Filters = Readonly<Record<string, 0 | 1 | 2>>;

interface Request {
  readonly packet: Packet;
  readonly done: () => void;
}

/** What the broker says is wrong, in the reason codes of version 5. */
const REFUSED = 0x80;
const IDENTIFIER_NOT_FOUND = 0x92;

export class DurableClient {
  readonly clientId: string;
  readonly version: Version;
  readonly options: ClientOptions;
  /** CONNACK has come and said yes. */
  isConnected = false;
  sessionPresent = false;
  /** Of the last CONNACK, and of the last DISCONNECT; undefined when there was none on this connection. */
  connackCode: number | undefined;
  disconnectCode: number | undefined;
  /** How often a connection was accepted. */
  accepted = 0;
  /** False: it takes what comes and never answers. */
  answers = true;
  /** What a broker must not do to a client that keeps to the rules. */
  readonly complaints: string[] = [];
  /** DISCONNECT came. */
  onDisconnect: (code: number) => void = () => {};
  onReceived: (message: Arrived) => void = () => {};
  /** PUBACK or PUBREC: the broker has the message, or refuses it with a code of 0x80 or above. */
  onAcknowledged: (message: Sent, code: number, reason: string | undefined) => void = () => {};
  #wire: Wire | undefined;
  #lastPacketId = 0;
  readonly #unacknowledged = new Map<number, Sent>();
  readonly #requests = new Map<number, Request>();
  readonly #taken = new Set<number>();

  constructor(clientId: string, version: Version, options: ClientOptions = {}) {
    this.clientId = clientId;
    this.version = version;
    this.options = options;
  }

  get isOpen(): boolean {
    return this.#wire !== undefined;
  }

  /** Messages that the broker has not acknowledged to the end. */
  get unacknowledged(): number {
    return this.#unacknowledged.size;
  }

  /** SUBSCRIBE and UNSUBSCRIBE packets without an answer. */
  get unanswered(): number {
    return this.#requests.size;
  }

  /** Takes a new line and sends CONNECT. Whoever made the line calls `feed` with what arrives, and `lost` at its end. */
  open(wire: Wire): { feed(bytes: Buffer): void; lost(): void } {
    this.drop();
    this.#wire = wire;
    this.isConnected = false;
    this.connackCode = undefined;
    this.disconnectCode = undefined;
    const parser = mqttPacket.parser({ protocolVersion: this.version });
    parser.on('packet', (packet) => this.#handle(packet));
    parser.on('error', (error) => this.#complain(`cannot read a packet: ${error.message}`));
    this.#send(this.#connectPacket());
    return {
      feed: (bytes) => {
        if (this.#wire === wire) parser.parse(bytes);
      },
      lost: () => {
        if (this.#wire === wire) this.#forget();
      },
    };
  }

  #connectPacket(): IConnectPacket {
    const { cleanStart = false, expirySeconds = 3600, receiveMaximum, will } = this.options;
    return {
      cmd: 'connect',
      clientId: this.clientId,
      clean: cleanStart,
      keepalive: 0,
      protocolId: 'MQTT',
      protocolVersion: this.version,
      ...(will !== undefined && { will }),
      ...(this.version === 5 && {
        properties: { sessionExpiryInterval: expirySeconds, ...(receiveMaximum !== undefined && { receiveMaximum }) },
      }),
    };
  }

  /** Ends the connection without a word. */
  drop(): void {
    this.#forget()?.destroy();
  }

  /** Says goodbye; the session stays. */
  disconnect(): void {
    this.#send({ cmd: 'disconnect', ...(this.version === 5 && { reasonCode: 0 }) });
    this.#forget();
  }

  #forget(): Wire | undefined {
    const wire = this.#wire;
    this.#wire = undefined;
    this.isConnected = false;
    // A client does not know what became of a request without an answer, and may ask again.
    this.#requests.clear();
    return wire;
  }

  publish(topic: string, payload: string, qos: 0 | 1 | 2, retain: boolean = false): void {
    if (qos === 0) {
      this.#send({ cmd: 'publish', topic, payload, qos, retain, dup: false });
      return;
    }
    const messageId = this.#takePacketId();
    const message: Sent = { topic, payload, qos, retain, released: false };
    this.#unacknowledged.set(messageId, message);
    this.#sendMessage(messageId, message, false);
  }

  /** @param done when the broker has answered with yes */
  subscribe(filters: Filters, done: () => void = () => {}): void {
    const subscriptions = Object.entries(filters).map(([topic, qos]) => ({ topic, qos }));
    this.#request({ cmd: 'subscribe', messageId: this.#takePacketId(), subscriptions }, done);
  }

  unsubscribe(filters: readonly string[], done: () => void = () => {}): void {
    this.#request({ cmd: 'unsubscribe', messageId: this.#takePacketId(), unsubscriptions: [...filters] }, done);
  }

  #request(packet: Packet, done: () => void): void {
    this.#requests.set(packet.messageId ?? 0, { packet, done });
    this.#send(packet);
  }

  #takePacketId(): number {
    do this.#lastPacketId = (this.#lastPacketId % 65_535) + 1;
    while (this.#unacknowledged.has(this.#lastPacketId) || this.#requests.has(this.#lastPacketId));
    return this.#lastPacketId;
  }

  #send(packet: Packet): void {
    this.#wire?.write(mqttPacket.generate(packet, { protocolVersion: this.version }));
  }

  #sendMessage(messageId: number, { topic, payload, qos, retain }: Sent, dup: boolean): void {
    this.#send({ cmd: 'publish', topic, payload, qos, retain, dup, messageId });
  }

  #handle(packet: Packet): void {
    const messageId = packet.messageId ?? 0;
    switch (packet.cmd) {
      case 'connack':
        this.#connack(packet.sessionPresent, (this.version === 5 ? packet.reasonCode : packet.returnCode) ?? 0);
        break;
      case 'suback':
        this.#answered(messageId, packet.granted.map(Number));
        break;
      case 'unsuback':
        this.#answered(messageId, []);
        break;
      case 'publish':
        this.#publish(packet);
        break;
      case 'puback':
        this.#settled(messageId, packet.reasonCode ?? 0, packet.properties?.reasonString);
        break;
      case 'pubrec':
        this.#pubrec(messageId, packet.reasonCode ?? 0, packet.properties?.reasonString);
        break;
      case 'pubrel':
        if (!this.answers) return;
        this.#taken.delete(messageId);
        this.#send({ cmd: 'pubcomp', messageId });
        break;
      case 'pubcomp':
        this.#pubcomp(messageId, packet.reasonCode ?? 0);
        break;
      case 'disconnect':
        this.disconnectCode = packet.reasonCode ?? 0;
        this.onDisconnect(this.disconnectCode);
        break;
      default:
        if (packet.cmd !== 'pingresp') this.#complain(`got ${packet.cmd}`);
    }
  }

  #connack(sessionPresent: boolean, code: number): void {
    this.connackCode = code;
    this.sessionPresent = sessionPresent;
    if (code !== 0) return;
    if (!sessionPresent && this.accepted > 0 && this.options.cleanStart !== true) {
      this.#complain('came back and its session was gone');
    }
    this.accepted++;
    this.isConnected = true;
    if (!sessionPresent) this.#taken.clear();
    for (const [messageId, message] of this.#unacknowledged) {
      if (message.released) this.#send({ cmd: 'pubrel', messageId });
      else this.#sendMessage(messageId, message, true);
    }
  }

  #answered(messageId: number, codes: readonly number[]): void {
    const request = this.#requests.get(messageId);
    this.#requests.delete(messageId);
    if (request === undefined) this.#complain(`got an answer to ${messageId}, which it never asked`);
    else if (codes.some((code) => code >= REFUSED)) this.#complain(`got SUBACK ${codes}`);
    else request.done();
  }

  #publish(packet: IPublishPacket): void {
    const { topic, qos, retain, dup, messageId = 0 } = packet;
    const message: Arrived = { topic, payload: packet.payload.toString(), qos, retain, dup, packetId: messageId };
    if (qos !== 2 || !this.#taken.has(messageId)) this.onReceived(message);
    if (qos === 2) this.#taken.add(messageId);
    if (qos > 0 && this.answers) this.#send({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId });
  }

  #settled(messageId: number, code: number, reason: string | undefined): void {
    const message = this.#unacknowledged.get(messageId);
    if (message === undefined) {
      this.#complain(`got an acknowledgement of ${messageId}, which it does not know`);
      return;
    }
    this.#unacknowledged.delete(messageId);
    this.onAcknowledged(message, code, reason);
  }

  #pubrec(messageId: number, code: number, reason: string | undefined): void {
    if (code >= REFUSED) {
      this.#settled(messageId, code, reason);
      return;
    }
    const message = this.#unacknowledged.get(messageId);
    if (message !== undefined && !message.released) {
      message.released = true;
      this.onAcknowledged(message, code, reason);
    }
    this.#send({ cmd: 'pubrel', messageId });
  }

  #pubcomp(messageId: number, code: number): void {
    // 0x92 answers a PUBREL whose PUBCOMP was lost with the connection.
    if (code >= REFUSED && code !== IDENTIFIER_NOT_FOUND) this.#complain(`got PUBCOMP ${code}`);
    this.#unacknowledged.delete(messageId);
  }

  #complain(text: string): void {
    this.complaints.push(`${this.clientId} (version ${this.version}) ${text}`);
  }
}
