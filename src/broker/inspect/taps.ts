/**
 * Looking on: the packets of one client, or the messages on topics, shown to whoever asks while they pass. Nobody pays
 * who is not looked at, nobody is slowed who is: above a rate packets are left out and counted.
 */

import type { Message } from '../../packet/message.ts';
import type { ControlPacket } from '../../packet/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Delivery, Link, LinkTap } from '../../ports/link.ts';
import type { Log } from '../../ports/log.ts';
import { quote } from '../../std/shorten.ts';
import { TokenBucket } from '../../std/token-bucket.ts';
import { matches, topicFilterProblem } from '../../topic/name.ts';
import type { Connection } from '../connection/connection.ts';
import type { Events } from '../events.ts';
import { InvalidRequest } from '../invalid-request.ts';
import { describeMessage, describePacket, type TappedPacket } from './tapped-packet.ts';

export interface TapRequest {
  /** All packets of this client, its next connections included. */
  readonly clientId?: string | undefined;
  /** Messages that are published to topics that it matches, whoever publishes them. */
  readonly filter?: string | undefined;
  /** 200 unless given, at most 10,000. */
  readonly packetsPerSecondMax?: number | undefined;
  /** Bytes of each payload that are shown; 4,096 unless given, at most 1,048,576. */
  readonly payloadBytesMax?: number | undefined;
}

/** What a tap needs of the broker. */
export interface TapsContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly events: Events;
  readonly open: Iterable<Connection>;
}

const TAPS_MAX = 100;

class Tap {
  readonly #receive: (packet: TappedPacket) => void;
  readonly #bucket: TokenBucket;
  readonly #context: TapsContext;
  readonly payloadBytesMax: number;
  #missed = 0;

  constructor(request: TapRequest, receive: (packet: TappedPacket) => void, context: TapsContext) {
    const { packetsPerSecondMax = 200, payloadBytesMax = 4_096 } = request;
    checkRange('packets per second', packetsPerSecondMax, 1, 10_000);
    checkRange('payload bytes', payloadBytesMax, 0, 1_048_576);
    this.#receive = receive;
    this.#bucket = new TokenBucket(packetsPerSecondMax, packetsPerSecondMax);
    this.#context = context;
    this.payloadBytesMax = payloadBytesMax;
  }

  /** @param describe called only if the packet is shown */
  show(
    clientId: string,
    direction: 'in' | 'out',
    describe: (payloadBytesMax: number) => ReturnType<typeof describePacket>,
  ): void {
    const { clock, log } = this.#context;
    if (this.#bucket.take(1, clock.monotonic()) > 0) {
      this.#missed++;
      return;
    }
    const missed = this.#missed;
    this.#missed = 0;
    try {
      this.#receive({ atMs: clock.now(), clientId, direction, ...describe(this.payloadBytesMax), missed });
    } catch (error) {
      log.error('Whoever looks at packets failed', { error: error instanceof Error ? error.stack : String(error) });
    }
  }
}

function checkRange(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new InvalidRequest(`Cannot look on: got ${value} ${what}; allowed: ${min} to ${max}`);
}

/** Shows what passes on the link of one client to all who look at it. */
class ClientTap implements LinkTap {
  readonly clientId: string;
  readonly taps: Set<Tap>;

  constructor(clientId: string, taps: Set<Tap>) {
    this.clientId = clientId;
    this.taps = taps;
  }

  received(packet: ControlPacket): void {
    for (const tap of this.taps) tap.show(this.clientId, 'in', () => describePacket(packet));
  }

  sent(packet: ControlPacket): void {
    for (const tap of this.taps) tap.show(this.clientId, 'out', () => describePacket(packet));
  }

  publishReceived(message: Message): void {
    for (const tap of this.taps) tap.show(this.clientId, 'in', (max) => describeMessage(message, undefined, max));
  }

  publishSent(message: Message, delivery: Delivery): void {
    for (const tap of this.taps) tap.show(this.clientId, 'out', (max) => describeMessage(message, delivery, max));
  }
}

/** What two look at: whoever looks at everybody, and those who look at one client. */
class SharedTap implements LinkTap {
  readonly always: LinkTap;
  readonly own: LinkTap;

  constructor(always: LinkTap, own: LinkTap) {
    this.always = always;
    this.own = own;
  }

  received(packet: ControlPacket): void {
    this.always.received(packet);
    this.own.received(packet);
  }

  sent(packet: ControlPacket): void {
    this.always.sent(packet);
    this.own.sent(packet);
  }

  publishReceived(message: Message): void {
    this.always.publishReceived(message);
    this.own.publishReceived(message);
  }

  publishSent(message: Message, delivery: Delivery): void {
    this.always.publishSent(message, delivery);
    this.own.publishSent(message, delivery);
  }
}

export class Taps {
  readonly #context: TapsContext;
  readonly #byClient = new Map<string, Set<Tap>>();
  readonly #byFilter = new Set<{ readonly filter: string; readonly tap: Tap }>();
  #stopConnected: (() => void) | undefined;
  #stopPublished: (() => void) | undefined;
  #size = 0;
  /** Makes what looks at every new connection. */
  #tapOf: ((link: Link) => LinkTap | undefined) | undefined;
  readonly #always = new WeakMap<Link, LinkTap>();

  constructor(context: TapsContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Begins to look on. Returns the function that ends it.
   * @throws InvalidRequest unless exactly one of client and filter is given, or when too many look on
   */
  add(request: TapRequest, receive: (packet: TappedPacket) => void): () => void {
    const { clientId, filter } = request;
    if ((clientId === undefined) === (filter === undefined)) {
      throw new InvalidRequest('Cannot look on: give either a client or a topic filter');
    }
    const problem = filter === undefined ? undefined : topicFilterProblem(filter);
    if (filter !== undefined && problem !== undefined) {
      throw new InvalidRequest(`Cannot look on: the topic filter ${quote(filter)} ${problem}`);
    }
    if (this.#size >= TAPS_MAX) throw new InvalidRequest(`Cannot look on: ${TAPS_MAX} look on already`);
    const tap = new Tap(request, receive, this.#context);
    this.#size++;
    const end = clientId === undefined ? this.#addFilter(filter!, tap) : this.#addClient(clientId, tap);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#size--;
      end();
    };
  }

  #addFilter(filter: string, tap: Tap): () => void {
    const entry = { filter, tap };
    this.#byFilter.add(entry);
    this.#stopPublished ??= this.#context.events.on('published', ({ message, client }) => {
      for (const one of this.#byFilter) {
        if (!matches(one.filter, message.topic)) continue;
        one.tap.show(client?.clientId ?? '', 'in', (max) => describeMessage(message, undefined, max));
      }
    });
    return () => {
      this.#byFilter.delete(entry);
      if (this.#byFilter.size > 0) return;
      this.#stopPublished?.();
      this.#stopPublished = undefined;
    };
  }

  #addClient(clientId: string, tap: Tap): () => void {
    const taps = this.#byClient.get(clientId) ?? new Set<Tap>();
    taps.add(tap);
    this.#byClient.set(clientId, taps);
    for (const { identity, link } of this.#context.open)
      if (identity.clientId === clientId) this.#attach(link, clientId);
    return () => {
      taps.delete(tap);
      if (taps.size > 0) return;
      this.#byClient.delete(clientId);
      for (const { link } of this.#context.open) if (isOf(link.tap, clientId)) this.#set(link, undefined);
    };
  }

  #attach(link: Link, clientId: string): void {
    const taps = this.#byClient.get(clientId);
    this.#set(link, taps === undefined ? undefined : new ClientTap(clientId, taps));
  }

  #set(link: Link, own: LinkTap | undefined): void {
    const always = this.#always.get(link);
    link.tap = always === undefined || own === undefined ? (own ?? always) : new SharedTap(always, own);
  }

  /** Has somebody look at every connection that begins from now on; there can be one such. */
  watchAll(tapOf: (link: Link) => LinkTap | undefined): void {
    this.#tapOf = tapOf;
  }

  /** To be called for each new link: while a client is looked at, it is seen who connects. */
  linkOpened(link: Link): void {
    const always = this.#tapOf?.(link);
    if (always !== undefined) this.#always.set(link, always);
    if (this.#byClient.size > 0) this.#awaitName(link, always);
    else if (always !== undefined) link.tap = always;
  }

  /** Looks at a link until CONNECT tells whose it is. */
  #awaitName(link: Link, always: LinkTap | undefined): void {
    const first: LinkTap = {
      received: (packet) => {
        if (packet.type !== 'connect') return;
        this.#attach(link, packet.clientId);
        const { tap } = link;
        // Whoever looks at everybody has it already.
        (tap instanceof SharedTap ? tap.own : tap === always ? undefined : tap)?.received(packet);
      },
      publishReceived: () => {},
      sent: () => {},
      publishSent: () => {},
    };
    this.#set(link, first);
    // What a client is called in the end may be another name than the one in its CONNECT.
    this.#stopConnected ??= this.#context.events.on('connected', ({ client }) => {
      if (this.#byClient.has(client.clientId)) this.#find(client.clientId);
    });
  }

  #find(clientId: string): void {
    for (const { identity, link } of this.#context.open) {
      if (identity.clientId === clientId && !isOf(link.tap, clientId)) this.#attach(link, clientId);
    }
  }
}

function isOf(tap: LinkTap | undefined, clientId: string): boolean {
  const own = tap instanceof SharedTap ? tap.own : tap;
  return own instanceof ClientTap && own.clientId === clientId;
}
