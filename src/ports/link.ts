/**
 * The seam between the broker and whoever turns packets into bytes. The broker sees packets, never bytes: MQTT over a
 * socket, a test's in-memory link and later gateways are equals behind it.
 */

import type { ProtocolError } from '../packet/error.ts';
import type { Message } from '../packet/message.ts';
import type { Traffic } from '../packet/traffic.ts';
import type { ControlPacket, ProtocolVersion, Qos } from '../packet/types.ts';
import type { Peer } from './listener.ts';

/** How one message goes to one receiver. The same object is used again for the next message: do not keep it. */
export interface Delivery {
  qos: Qos;
  retain: boolean;
  dup: boolean;
  /** 0 at QoS 0. */
  packetId: number;
  subscriptionIdentifiers: readonly number[] | undefined;
  /** Remaining Message Expiry Interval in seconds; undefined when the message has none. */
  messageExpiryInterval: number | undefined;
  /** 0 for none. */
  topicAlias: number;
  /** The alias is known to the peer already, so the topic is left out. */
  topicOmitted: boolean;
}

/** Looks on while packets pass. What it is given must neither be changed nor kept. */
export interface LinkTap {
  received(packet: ControlPacket): void;
  publishReceived(message: Message): void;
  sent(packet: ControlPacket): void;
  publishSent(message: Message, delivery: Delivery): void;
}

/** Our handle to send to one connection. */
export interface Link {
  readonly peer: Peer;
  /** What went over it, for links that count. */
  readonly traffic?: Traffic;
  /** Told of every packet while it is set, by links that can be tapped. */
  tap?: LinkTap | undefined;
  /** Bytes sent but not yet taken by the peer. */
  readonly bytesWaiting: number;
  /** Tells the version and the peer's Maximum Packet Size (bytes), both known from CONNECT, before anything is sent. */
  adopt(version: ProtocolVersion, maximumPacketSize: number): void;
  /**
   * Sends a packet, leaving out Reason String and User Properties where they would exceed the Maximum Packet Size.
   * A packet that is too large even so is not sent, and the answer is false.
   */
  send(packet: ControlPacket): boolean;
  /** False, with nothing sent, when the packet would exceed the peer's Maximum Packet Size. */
  sendPublish(message: Message, delivery: Delivery): boolean;
  /** No further packet reaches the owner until `release`. Holds count. */
  hold(): void;
  release(): void;
  /** Writes what was sent, half-closes, and drains for a moment so that the peer can read the last packet. */
  close(): void;
  /** Ends at once; what was not written is lost. */
  destroy(): void;
}

/** The broker's side: what a link tells. */
export interface LinkOwner {
  receive(packet: ControlPacket): void;
  receivePublish(message: Message): void;
  /**
   * Told after each run of packets, long or short: nothing further is handed over until more has come or `release` is
   * called. The owner may have put off what is cheaper to do for several messages at once.
   */
  caughtUp?(): void;
  /** The peer sent something that cannot be decoded or exceeds a limit. Nothing further is received. */
  failed(error: ProtocolError): void;
  /** The connection is gone, whoever ended it. Told once. `error` is set when it broke. */
  closed(error: Error | undefined): void;
  /** Bytes that waited have been taken; there is room again. */
  drained(): void;
}
