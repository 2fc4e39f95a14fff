/** The other broker of a bridge: it takes every connection, says yes to everything, and keeps what it is told. */

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer, type TLSSocket, type TlsOptions } from 'node:tls';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import { onTestFinished } from 'vitest';
import { pause, until } from '../../listeners/listening.ts';

const WITHIN_MS = 8_000;

export class Remote {
  /** Of all connections. */
  readonly packets: Packet[] = [];
  readonly sockets: Socket[] = [];
  readonly #server: Server;
  #last: Socket | undefined;
  #version = 4;

  static async open(port: number, tls?: TlsOptions): Promise<Remote> {
    const remote = new Remote(tls);
    await new Promise<void>((resolve) => remote.#server.listen(port, '127.0.0.1', resolve));
    onTestFinished(() => remote.close());
    return remote;
  }

  private constructor(tls: TlsOptions | undefined) {
    const take = (socket: Socket): void => this.#take(socket);
    this.#server = tls === undefined ? createServer(take) : createSecureServer(tls, take);
  }

  #take(socket: Socket): void {
    this.sockets.push(socket);
    this.#last = socket;
    const parser = mqttPacket.parser();
    parser.on('packet', (packet: Packet) => this.#answer(socket, packet));
    parser.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => parser.parse(chunk));
    socket.on('error', () => {});
  }

  #answer(socket: Socket, packet: Packet): void {
    const messageId = packet.messageId ?? 0;
    this.packets.push(packet);
    if (packet.cmd === 'connect') {
      this.#version = packet.protocolVersion ?? 4;
      this.send({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false }, socket);
    }
    if (packet.cmd === 'subscribe') {
      const granted = packet.subscriptions.map(({ qos }) => qos);
      this.send({ cmd: 'suback', messageId, granted }, socket);
    }
    if (packet.cmd === 'unsubscribe') this.send({ cmd: 'unsuback', messageId, granted: [0] } as Packet, socket);
    if (packet.cmd === 'publish' && packet.qos === 1) this.send({ cmd: 'puback', messageId }, socket);
    if (packet.cmd === 'pingreq') this.send({ cmd: 'pingresp' }, socket);
  }

  send(packet: Packet, to: Socket | undefined = this.#last): void {
    to?.write(mqttPacket.generate(packet, { protocolVersion: this.#version }));
  }

  /** The first CONNECT. */
  async connect(): Promise<IConnectPacket> {
    await until(() => this.connects.length > 0, 'a CONNECT', WITHIN_MS);
    return this.connects[0]!;
  }

  get connects(): IConnectPacket[] {
    return this.packets.filter((packet): packet is IConnectPacket => packet.cmd === 'connect');
  }

  /** What was published here, what tells of the bridge and what it asks aside. */
  get publishes(): IPublishPacket[] {
    const all = this.packets.filter((packet): packet is IPublishPacket => packet.cmd === 'publish');
    return all.filter(({ topic }) => !topic.startsWith('$'));
  }

  /** Waits for a message with that payload. */
  async published(payload: string): Promise<void> {
    await until(() => this.publishes.some((one) => one.payload.toString() === payload), payload, WITHIN_MS);
  }

  /** How many have connected after that time. */
  async connectsWithin(ms: number): Promise<number> {
    await pause(ms);
    return this.connects.length;
  }

  get socket(): TLSSocket {
    return this.#last as TLSSocket;
  }

  /** Ends all connections, and takes further ones. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
