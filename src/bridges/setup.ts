/**
 * What a bridge asks of the other broker at the beginning of every connection: subscriptions, one packet for each, what
 * it no longer wants, and the message that it is there. Messages cross when all of it was answered.
 */

import { Message } from '../packet/message.ts';
import type { ControlPacket, Qos } from '../packet/types.ts';
import type { Delivery } from '../ports/link.ts';
import { BRIDGES_FILTER } from '../topic/bridge-list.ts';
import type { TopicMap } from '../topic/bridge-rules.ts';
import type { RemoteFacts } from './handshake.ts';
import { type BridgeSpec, STATE_FILTER, stateTopic } from './spec.ts';

export class Setup {
  readonly #spec: BridgeSpec;
  readonly #map: TopicMap;
  readonly #facts: RemoteFacts;
  readonly #isTaken: (packetId: number) => boolean;
  /** Filters, or what else waits for an answer, by packet identifier. */
  readonly #pending = new Map<number, string>();
  // The local session counts its identifiers upwards, so these are far away from them.
  #nextId = 65_535;

  /** @param isTaken whether a message in flight has this packet identifier */
  constructor(spec: BridgeSpec, map: TopicMap, facts: RemoteFacts, isTaken: (packetId: number) => boolean) {
    this.#spec = spec;
    this.#map = map;
    this.#facts = facts;
    this.#isTaken = isTaken;
  }

  /**
   * Where the other broker is asked which bridges it has: what one of them has brought here came from it, and must not
   * be sent back. Where it may not be told of our state, it is asked only if it is known to know bridges: there are
   * brokers that disconnect whoever asks for too much.
   */
  get watches(): readonly string[] {
    const { notifications, notificationsLocalOnly } = this.#spec;
    if (this.#map.localFilters.size === 0) return [];
    const filters: string[] = [];
    if (notifications && !notificationsLocalOnly) filters.push(STATE_FILTER);
    if (this.#facts.knowsBridges) filters.push(BRIDGES_FILTER);
    return filters.filter((filter) => !this.#map.remoteFilters.has(filter));
  }

  get isDone(): boolean {
    return this.#pending.size === 0;
  }

  filterOf(packetId: number): string | undefined {
    return this.#pending.get(packetId);
  }

  /** False: nobody here waited for it. */
  acknowledged(packetId: number): boolean {
    return this.#pending.delete(packetId);
  }

  begin(send: (packet: ControlPacket) => void, publish: (message: Message, delivery: Delivery) => void): void {
    for (const filter of this.watches) this.#subscribe(filter, 0, send);
    for (const [filter, qos] of this.#map.remoteFilters) this.#subscribe(filter, qos, send);
    if (this.#spec.unsubscribes) {
      for (const filter of this.#map.unwantedRemoteFilters) {
        send({ type: 'unsubscribe', packetId: this.#take(filter), filters: [filter], properties: undefined });
      }
    }
    const { notifications, notificationsLocalOnly } = this.#spec;
    if (notifications && !notificationsLocalOnly) this.#announce(publish);
  }

  #subscribe(filter: string, qos: Qos, send: (packet: ControlPacket) => void): void {
    const isShared = filter.startsWith('$share/');
    const options = { noLocal: !isShared, retainAsPublished: true, retainHandling: 0 } as const;
    const subscription = { filter, qos, ...options };
    send({ type: 'subscribe', packetId: this.#take(filter), subscriptions: [subscription], properties: undefined });
  }

  #announce(publish: (message: Message, delivery: Delivery) => void): void {
    const { retainAvailable, maximumQos } = this.#facts;
    const qos = Math.min(1, maximumQos) as Qos;
    const message = Message.of(stateTopic(this.#spec), Buffer.from('1'), qos, retainAvailable);
    publish(message, {
      qos,
      retain: retainAvailable,
      dup: false,
      packetId: qos === 0 ? 0 : this.#take('state'),
      subscriptionIdentifiers: undefined,
      messageExpiryInterval: undefined,
      topicAlias: 0,
      topicOmitted: false,
    });
  }

  #take(what: string): number {
    while (this.#isTaken(this.#nextId) || this.#pending.has(this.#nextId)) this.#nextId--;
    const packetId = this.#nextId--;
    this.#pending.set(packetId, what);
    return packetId;
  }
}
