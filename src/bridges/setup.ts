/**
 * What a bridge asks of the other broker at the beginning of every connection: subscriptions, one packet for each, what
 * it no longer wants, and the message that it is there. Messages cross when all of it was answered.
 */

import { Message } from '../packet/message.ts';
import type { ControlPacket, Qos } from '../packet/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Delivery } from '../ports/link.ts';
import { BRIDGES_FILTER } from '../topic/bridge-list.ts';
import type { TopicMap } from '../topic/bridge-rules.ts';
import type { RemoteFacts } from './handshake.ts';
import type { Returns } from './returns.ts';
import { type BridgeSpec, STATES_FILTER, stateTopic } from './spec.ts';

/** How long after PINGRESP the question may still be on its way back, in milliseconds. */
const AFTER_FENCE_MS = 200;

export interface SetupContext {
  readonly spec: BridgeSpec;
  readonly map: TopicMap;
  readonly facts: RemoteFacts;
  /** Whether the other broker is asked for what bridges tell each other. */
  readonly asks: boolean;
  /** What is subscribed to, to find out whether messages come back; empty where that is not asked. */
  readonly echoFilters: readonly string[];
  readonly returns: Returns;
  readonly clock: Clock;
  /** Something was answered that nothing may cross without. */
  ready(): void;
  /** Whether a message in flight has this packet identifier. */
  isTaken(packetId: number): boolean;
  send(packet: ControlPacket): void;
  publish(message: Message, delivery: Delivery): void;
}

export class Setup {
  readonly #context: SetupContext;
  /** Filters, or what else waits for an answer, by packet identifier. */
  readonly #pending = new Map<number, string>();
  /** What of `echoFilters` was not answered. */
  readonly #echoPending: Set<string>;
  /** Whether it is asked for echoes: not yet, asked, heard of everything before, or done. */
  #question: 'to_come' | 'asked' | 'fenced' | 'done';
  // The local session counts its identifiers upwards, so these are far away from them.
  #nextId = 65_535;

  constructor(context: SetupContext) {
    this.#context = context;
    this.#echoPending = new Set(context.echoFilters);
    this.#question = context.echoFilters.length === 0 ? 'done' : 'to_come';
  }

  /**
   * Where the other broker is asked which bridges it has: what one of them has brought here came from it, and must not
   * be sent back. Of ours it is known over MQTT 5 that they have a list; others tell the state of each bridge.
   */
  get watches(): readonly string[] {
    const { map, facts, asks } = this.#context;
    if (map.localFilters.size === 0 || !asks) return [];
    const filters = facts.isOurs
      ? [BRIDGES_FILTER]
      : facts.version === 5
        ? [STATES_FILTER]
        : [STATES_FILTER, BRIDGES_FILTER];
    return filters.filter((filter) => !map.remoteFilters.has(filter));
  }

  get isDone(): boolean {
    return this.#pending.size === 0 && this.#question === 'done';
  }

  filterOf(packetId: number): string | undefined {
    return this.#pending.get(packetId);
  }

  /** Whether a filter is asked for besides those of the rules. */
  isExtra(filter: string): boolean {
    return this.watches.includes(filter) || this.#context.echoFilters.includes(filter);
  }

  /** False: nobody here waited for it. */
  acknowledged(packetId: number): boolean {
    this.#echoPending.delete(this.#pending.get(packetId) ?? '');
    const isKnown = this.#pending.delete(packetId);
    if (this.#question === 'to_come' && this.#echoPending.size === 0) this.#askForEcho();
    return isKnown;
  }

  /** PINGRESP: what was said before PINGREQ has been taken. */
  answered(): void {
    if (this.#question !== 'asked') return;
    this.#question = 'fenced';
    this.#context.clock.after(AFTER_FENCE_MS, () => this.#endWait());
  }

  /** A message of the other broker came, perhaps the question. */
  came(): void {
    if (this.#question !== 'done' && this.#context.returns.isAnswered) this.#endWait();
  }

  #endWait(): void {
    if (this.#question === 'done') return;
    this.#question = 'done';
    this.#context.ready();
  }

  begin(): void {
    const { spec, map, send, echoFilters } = this.#context;
    for (const filter of [...this.watches, ...echoFilters]) this.#subscribe(filter, 0);
    for (const [filter, qos] of map.remoteFilters) this.#subscribe(filter, qos);
    if (spec.unsubscribes) for (const filter of map.unwantedRemoteFilters) this.#unsubscribe(filter, send);
    if (spec.notifications && !spec.notificationsLocalOnly) this.#announce();
  }

  /** Asks whether messages come back, once it would be seen; nothing is sent that may come back before that is known. */
  #askForEcho(): void {
    this.#question = 'asked';
    this.#context.publish(this.#context.returns.question(), delivery(0, false, 0));
    this.#context.send({ type: 'pingreq' });
  }

  /** The answer is known, so what it would have come through is not needed any more. */
  endQuestion(): void {
    const { send, echoFilters } = this.#context;
    for (const filter of echoFilters) this.#unsubscribe(filter, send);
  }

  #subscribe(filter: string, qos: Qos): void {
    const isShared = filter.startsWith('$share/');
    const options = { noLocal: !isShared, retainAsPublished: true, retainHandling: 0 } as const;
    const subscriptions = [{ filter, qos, ...options }];
    this.#context.send({ type: 'subscribe', packetId: this.#take(filter), subscriptions, properties: undefined });
  }

  #unsubscribe(filter: string, send: (packet: ControlPacket) => void): void {
    send({ type: 'unsubscribe', packetId: this.#take(filter), filters: [filter], properties: undefined });
  }

  #announce(): void {
    const { spec, facts, publish } = this.#context;
    const { retainAvailable, maximumQos } = facts;
    const qos = Math.min(1, maximumQos) as Qos;
    const message = Message.of(stateTopic(spec), Buffer.from('1'), qos, retainAvailable);
    publish(message, delivery(qos, retainAvailable, qos === 0 ? 0 : this.#take('state')));
  }

  #take(what: string): number {
    while (this.#context.isTaken(this.#nextId) || this.#pending.has(this.#nextId)) this.#nextId--;
    const packetId = this.#nextId--;
    this.#pending.set(packetId, what);
    return packetId;
  }
}

function delivery(qos: Qos, retain: boolean, packetId: number): Delivery {
  return {
    qos,
    retain,
    dup: false,
    packetId,
    subscriptionIdentifiers: undefined,
    messageExpiryInterval: undefined,
    topicAlias: 0,
    topicOmitted: false,
  };
}
