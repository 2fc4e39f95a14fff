/**
 * MQTT on a byte connection: bytes become packets for the owner, and what the owner sends becomes bytes. Packets reach
 * the owner one at a time and in order, never while it holds the link and never after either side ended it. Which
 * packet is legal when, apart from CONNECT being the first, is the owner's business.
 */

import { decodePacket } from '../packet/decode.ts';
import { appendPacket, PACKET_BYTES_MAX } from '../packet/encode.ts';
import { ConnectError, ProtocolError } from '../packet/error.ts';
import type { PacketLimits } from '../packet/limits.ts';
import type { Message } from '../packet/message.ts';
import { varintBytes } from '../packet/primitives.ts';
import type { Sender } from '../packet/properties.ts';
import { decodePublish, hasWholeHead } from '../packet/publish.ts';
import { TopicMemory } from '../packet/topic-memory.ts';
import { packetNumbers, Traffic } from '../packet/traffic.ts';
import type { ControlPacket, ProtocolVersion } from '../packet/types.ts';
import type { Delivery, Link, LinkOwner, LinkTap } from '../ports/link.ts';
import type { ByteConnection, ByteHandler, Peer } from '../ports/listener.ts';
import { type FrameLimits, FrameReader, wastefulLength } from './frame-reader.ts';
import { appendPublish } from './outgoing-publish.ts';

/** Bounds of what a peer may send. */
export interface MqttLimits extends PacketLimits, FrameLimits {}

const PUBLISH = 3;

/**
 * Speaks MQTT on `connection` for the owner that `accept` answers with, and begins to read.
 * @param sender who the peer is; a bridge, whose peer is a server, calls `adopt` before it sends its CONNECT
 */
export function openMqtt(
  connection: ByteConnection,
  accept: (link: Link) => LinkOwner,
  limits: MqttLimits,
  sender: Sender = 'client',
): MqttLink {
  const link = new MqttLink(connection, accept, limits, sender);
  connection.start(link);
  return link;
}

export class MqttLink implements Link, ByteHandler {
  readonly traffic: Traffic = new Traffic();
  tap: LinkTap | undefined = undefined;
  readonly #connection: ByteConnection;
  readonly #owner: LinkOwner;
  readonly #limits: MqttLimits;
  readonly #sender: Sender;
  readonly #reader: FrameReader;
  /** Made with the first message: many clients only listen. */
  #topics: TopicMemory | undefined = undefined;
  #version: ProtocolVersion = 4;
  /** No CONNECT has been decoded, so the version is not known. */
  #awaitsConnect: boolean;
  #maximumPacketSize: number = PACKET_BYTES_MAX;
  #holds = 0;
  #paused = false;
  /** Packets are being handed over further up the stack. */
  #pumping = false;
  /** Input is still wanted: nothing failed and nobody ended the connection. */
  #reading = true;
  /** Output is still wanted. */
  #writing = true;
  #closed = false;

  constructor(
    connection: ByteConnection,
    accept: (link: Link) => LinkOwner,
    limits: MqttLimits,
    sender: Sender = 'client',
  ) {
    this.#connection = connection;
    this.#limits = limits;
    this.#sender = sender;
    this.#awaitsConnect = sender === 'client';
    this.#reader = new FrameReader(limits, sender);
    this.#owner = accept(this);
  }

  get peer(): Peer {
    return this.#connection.peer;
  }

  get bytesWaiting(): number {
    return this.#connection.bytesWaiting;
  }

  adopt(version: ProtocolVersion, maximumPacketSize: number): void {
    this.#version = version;
    this.#maximumPacketSize = Math.min(maximumPacketSize, PACKET_BYTES_MAX);
    if (this.#sender === 'server') this.#reader.adopt(version);
  }

  send(packet: ControlPacket): boolean {
    if (!this.#writing) return true;
    const { arena, output } = this.#connection;
    const before = output.bytes;
    if (!appendPacket(packet, this.#version, this.#maximumPacketSize, arena, output)) return false;
    this.traffic.packetWent(packetNumbers[packet.type], output.bytes - before);
    this.tap?.sent(packet);
    this.#connection.wake();
    return true;
  }

  sendPublish(message: Message, delivery: Delivery): boolean {
    if (!this.#writing) return true;
    const { arena, output } = this.#connection;
    const before = output.bytes;
    if (!appendPublish(message, delivery, this.#version, this.#maximumPacketSize, arena, output)) return false;
    this.traffic.messageWent(output.bytes - before, message.payloadEnd - message.payloadStart);
    this.tap?.publishSent(message, delivery);
    this.#connection.wake();
    return true;
  }

  hold(): void {
    this.#holds++;
  }

  release(): void {
    if (this.#holds === 0) throw new RangeError('MqttLink.release was called without a hold to end');
    this.#holds--;
    this.#pump();
  }

  close(): void {
    if (!this.#writing) return;
    this.#stopReading();
    this.#writing = false;
    // What the peer still sends is read and dropped by the connection, which it cannot do while it is paused.
    this.#resume();
    this.#connection.end();
  }

  destroy(): void {
    this.#stopReading();
    this.#writing = false;
    this.#connection.destroy();
  }

  onBytes(chunk: Buffer): void {
    if (!this.#reading) return;
    this.traffic.bytesCame(chunk.length);
    this.#reader.feed(chunk);
    if (this.#holds === 0) this.#pump();
    else this.#pause();
  }

  onDrain(): void {
    if (!this.#closed) this.#owner.drained();
  }

  onClose(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopReading();
    this.#writing = false;
    this.#owner.closed(error);
  }

  /** Hands packets over until there is none or the owner holds. A loop and no recursion, however often it holds. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#holds === 0 && this.#reading && this.#handNextOver()) {
        // Everything is done in the condition.
      }
    } finally {
      this.#pumping = false;
    }
    this.#owner.caughtUp?.();
    if (this.#holds === 0) this.#resume();
  }

  #handNextOver(): boolean {
    let packet: ControlPacket | undefined;
    let message: Message | undefined;
    try {
      const reader = this.#reader;
      if (!reader.next()) return false;
      if (reader.firstByte >> 4 === PUBLISH && !this.#awaitsConnect) message = this.#decodePublish(reader);
      else packet = this.#decodePacket(reader);
    } catch (error) {
      this.#fail(error);
      return false;
    }
    // Outside of the try: an error of the owner is not the peer's fault.
    if (message !== undefined) {
      this.traffic.messageCame(message.payloadEnd - message.payloadStart);
      this.tap?.publishReceived(message);
      this.#owner.receivePublish(message);
      return true;
    }
    this.traffic.packetCame(packetNumbers[packet!.type]);
    this.tap?.received(packet!);
    this.#owner.receive(packet!);
    return true;
  }

  #decodePublish(reader: FrameReader): Message {
    if (reader.pieces !== undefined) {
      const { firstByte, bytes, bodyStart } = reader;
      if (!hasWholeHead(firstByte, bytes, bodyStart, reader.pieces[0]!.end, this.#version)) reader.join();
    }
    this.#topics ??= new TopicMemory();
    const message = decodePublish(
      reader.firstByte,
      reader.bytes,
      reader.frameStart,
      reader.bodyStart,
      reader.end,
      this.#version,
      this.#limits,
      this.#topics,
      this.#sender,
    );
    if (reader.pieces !== undefined) message.cameIn(reader.pieces);
    return message;
  }

  #decodePacket(reader: FrameReader): ControlPacket {
    reader.join();
    const { firstByte, bytes, bodyStart, end } = reader;
    const packet = decodePacket(firstByte, bytes, bodyStart, end, this.#version, this.#limits, this.#sender);
    if (this.#awaitsConnect && packet.type === 'connect') {
      const headerBytes = bodyStart - reader.frameStart;
      if (packet.version === 5 && headerBytes !== 1 + varintBytes(end - bodyStart)) {
        const error = wastefulLength();
        throw new ConnectError(error.reasonCode, error.statement, error.message, 5);
      }
      this.#awaitsConnect = false;
      this.#version = packet.version;
      reader.adopt(packet.version);
    }
    return packet;
  }

  #fail(error: unknown): void {
    this.#stopReading();
    if (!(error instanceof ProtocolError)) throw error;
    this.#owner.failed(error);
  }

  #stopReading(): void {
    this.#reading = false;
    this.#reader.clear();
  }

  /** Only when bytes come during a hold: most holds end before, and pausing costs system calls. */
  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#connection.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!this.#closed) this.#connection.resume();
  }
}
