/**
 * A bridge's end in this broker: a client without a socket, whose session is as durable as any other's. Packets are
 * handed over as values, so nothing is encoded. What the broker wants to say goes to a `LocalOwner`.
 */

import type { BrokerOptions } from '../../broker/options.ts';
import type { Message } from '../../packet/message.ts';
import type { ControlPacket, ProtocolVersion } from '../../packet/types.ts';
import type { Delivery, Link, LinkOwner } from '../../ports/link.ts';
import type { Peer } from '../../ports/listener.ts';
import type { ListenerRules } from '../../ports/rules.ts';

/** Whoever is behind the local end. */
export interface LocalOwner {
  /** What `Link.bytesWaiting` says to the broker. */
  readonly bytesWaiting: number;
  /** A packet of the broker. */
  told(packet: ControlPacket): void;
  /** A message for the bridge. False: it is larger than the receiver takes. */
  toldPublish(message: Message, delivery: Delivery): boolean;
  /** The broker takes nothing more for now; holds count. */
  held(): void;
  released(): void;
  /** The broker ended the connection. */
  ended(): void;
}

/** The part of the broker that a bridge uses to be a client. */
export interface Accepting {
  accept(link: Link, rules: ListenerRules, options: BrokerOptions): LinkOwner;
}

/**
 * A bridge's topics are the broker's own. A message that it may not publish is dropped: were the connection ended, the
 * other broker would send it again for ever.
 */
const RULES: ListenerRules = {
  name: 'bridge',
  anonymous: 'deny',
  mountpoint: '',
  maximumQos: 2,
  topicAliasMaximum: 0,
  unauthorizedPublish: 'drop',
};

/**
 * A peer of its own for each bridge: by this very object its login is known. It has no address, since what it brings was
 * published elsewhere, and a name that no listener can have, so that every source is asked.
 */
export function bridgePeer(): Peer {
  return { address: '', port: 0, localAddress: '', localPort: 0, listener: '$bridge', transport: 'memory' };
}

export class LocalEnd implements Link {
  readonly peer: Peer;
  readonly #owner: LocalOwner;
  readonly #broker: LinkOwner;
  /** What came while the broker held. */
  readonly #inbox: (ControlPacket | Message)[] = [];
  #holds = 0;
  #pumping = false;
  #closed = false;
  /** The bridge itself ends the connection, so nobody has to be told. */
  #leaving = false;

  constructor(broker: Accepting, peer: Peer, owner: LocalOwner, options: BrokerOptions) {
    this.peer = peer;
    this.#owner = owner;
    this.#broker = broker.accept(this, RULES, options);
  }

  get bytesWaiting(): number {
    return this.#owner.bytesWaiting;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  // What the owner does.

  /** Says something to the broker, in order with what was said before. */
  tell(packet: ControlPacket | Message): void {
    if (this.#closed) return;
    this.#inbox.push(packet);
    this.#pump();
  }

  /** There is room again; the broker goes on where it had to stop. */
  drained(): void {
    if (!this.#closed) this.#broker.drained();
  }

  /** Ends the connection as a client does that says goodbye, unless the broker is in the middle of something. */
  leave(): void {
    if (this.#closed) return;
    const isBusy = this.#holds > 0 || this.#pumping || this.#inbox.length > 0;
    this.#inbox.length = 0;
    this.#leaving = true;
    if (!isBusy) this.#broker.receive({ type: 'disconnect', reasonCode: 0, properties: undefined });
    this.#gone();
  }

  // What the broker does.

  adopt(_version: ProtocolVersion, _maximumPacketSize: number): void {}

  send(packet: ControlPacket): boolean {
    if (!this.#closed) this.#owner.told(packet);
    return true;
  }

  sendPublish(message: Message, delivery: Delivery): boolean {
    return this.#closed || this.#owner.toldPublish(message, delivery);
  }

  hold(): void {
    this.#holds++;
    if (!this.#closed) this.#owner.held();
  }

  release(): void {
    this.#holds--;
    if (this.#closed) return;
    this.#owner.released();
    this.#pump();
  }

  close(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#gone();
    if (!this.#leaving) this.#owner.ended();
  }

  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    // The broker may be in the middle of ending the connection itself; it learns of the end once that is done.
    queueMicrotask(() => this.#broker.closed(undefined));
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#holds === 0 && !this.#closed) {
        const next = this.#inbox.shift();
        if (next === undefined) break;
        if ('type' in next) this.#broker.receive(next);
        else this.#broker.receivePublish(next);
      }
    } finally {
      this.#pumping = false;
    }
    this.#broker.caughtUp?.();
  }
}
