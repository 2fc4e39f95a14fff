/**
 * A client that says what it is told and keeps what it gets, on any stream, through a codec that is not the broker's. It
 * acknowledges what it receives unless it is told not to.
 */

import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import { onTestFinished } from 'vitest';
import { until } from '../../listeners/listening.ts';

const WITHIN_MS = 8_000;

export interface GuestOptions {
  /** 5 unless given. */
  readonly version?: 3 | 4 | 5;
  /** False: what comes is never acknowledged. */
  readonly answers?: boolean;
  readonly connect?: Partial<IConnectPacket>;
}

export class Guest {
  readonly packets: Packet[] = [];
  isClosed = false;
  readonly #stream: Duplex;
  readonly #version: 3 | 4 | 5;
  readonly #answers: boolean;
  #packetId = 0;

  constructor(stream: Duplex, { version = 5, answers = true }: GuestOptions = {}) {
    this.#stream = stream;
    this.#version = version;
    this.#answers = answers;
    const parser = mqttPacket.parser({ protocolVersion: version });
    parser.on('packet', (packet: Packet) => this.#take(packet));
    // Whoever speaks something else has no more to say.
    parser.on('error', () => stream.destroy());
    stream.on('data', (chunk: Buffer) => parser.parse(chunk));
    stream.on('error', () => {});
    stream.on('close', () => {
      this.isClosed = true;
    });
    onTestFinished(() => {
      stream.destroy();
    });
  }

  #take(packet: Packet): void {
    this.packets.push(packet);
    if (!this.#answers) return;
    if (packet.cmd === 'publish' && packet.qos === 1) this.send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
    if (packet.cmd === 'publish' && packet.qos === 2) this.send({ cmd: 'pubrec', messageId: packet.messageId ?? 0 });
    if (packet.cmd === 'pubrel') this.send({ cmd: 'pubcomp', messageId: packet.messageId ?? 0 });
  }

  send(packet: Packet): void {
    this.#stream.write(mqttPacket.generate(packet, { protocolVersion: this.#version }));
  }

  /** The first packet of a kind, as soon as there is one; undefined when the connection ends before. */
  async first<C extends Packet['cmd']>(cmd: C): Promise<Extract<Packet, { cmd: C }> | undefined> {
    const found = (): Packet | undefined => this.packets.find((packet) => packet.cmd === cmd);
    await until(() => found() !== undefined || this.isClosed, `${cmd}; got ${this.#kinds()}`, WITHIN_MS);
    return found() as Extract<Packet, { cmd: C }> | undefined;
  }

  #kinds(): string {
    return this.packets.map(({ cmd }) => cmd).join(' ');
  }

  /** CONNECT; the answer is the first packet of the kind `connack`. */
  async connect(fields: Partial<IConnectPacket> = {}): Promise<number | 'closed'> {
    this.send({
      cmd: 'connect',
      clientId: 'guest',
      protocolId: this.#version === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion: this.#version,
      clean: true,
      keepalive: 60,
      ...fields,
    });
    const connack = await this.first('connack');
    return connack === undefined ? 'closed' : ((this.#version === 5 ? connack.reasonCode : connack.returnCode) ?? 0);
  }

  /** Resolves when the broker has done everything that was sent before; at once where the connection has ended. */
  async settled(): Promise<void> {
    const before = this.packets.filter(({ cmd }) => cmd === 'pingresp').length;
    if (!this.isClosed) this.send({ cmd: 'pingreq' });
    const pings = (): number => this.packets.filter(({ cmd }) => cmd === 'pingresp').length;
    await until(() => pings() > before || this.isClosed, `PINGRESP; got ${this.#kinds()}`, WITHIN_MS);
  }

  /** What was granted. */
  async subscribe(filter: string, qos: 0 | 1 | 2 = 0): Promise<readonly number[]> {
    const messageId = ++this.#packetId;
    this.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic: filter, qos }] });
    const suback = await this.first('suback');
    return (suback?.granted ?? []).map(Number);
  }

  /** Publishes, and waits until the broker has done it. */
  async publish(topic: string, payload: string | Buffer = 'x', more: Partial<IPublishPacket> = {}): Promise<void> {
    const { qos = 0 } = more;
    const messageId = qos === 0 ? {} : { messageId: ++this.#packetId };
    this.send({ cmd: 'publish', topic, payload, qos, dup: false, retain: false, ...messageId, ...more });
    await this.settled();
  }

  get publishes(): IPublishPacket[] {
    return this.packets.filter((packet): packet is IPublishPacket => packet.cmd === 'publish');
  }

  get payloads(): string[] {
    return this.publishes.map(({ payload }) => payload.toString());
  }

  /** Ends the connection without DISCONNECT. */
  async drop(): Promise<void> {
    this.#stream.destroy();
    await until(() => this.isClosed, 'the end of the connection', WITHIN_MS);
  }

  /** Ends the connection as it should be. */
  async leave(): Promise<void> {
    this.send({ cmd: 'disconnect' });
    await until(() => this.isClosed, 'the end of the connection', WITHIN_MS);
  }
}

/** A client of a port of the loopback; rejects with the system's code where nobody listens. */
export async function guestAt(port: number, options: GuestOptions = {}, host: string = '127.0.0.1'): Promise<Guest> {
  const socket = connect({ port, host, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return new Guest(socket, options);
}
