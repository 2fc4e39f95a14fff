/**
 * Messages on their way in. Each is published here as the bridge's own client, under the packet identifier that the
 * other broker gave it, and acknowledged there when this broker has acknowledged it, which it does when it is durable.
 */

import type { Message } from '../packet/message.ts';
import type { ControlPacket } from '../packet/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Link } from '../ports/link.ts';
import type { TopicMap } from '../topic/bridge-rules.ts';
import type { RemoteFacts } from './handshake.ts';
import type { LocalEnd } from './local/end.ts';
import { goesRound, pathOf, propertiesWithPath } from './path.ts';
import type { Returns } from './returns.ts';
import type { BridgeCounters } from './spec.ts';

export interface InwardContext {
  readonly map: TopicMap;
  readonly counters: BridgeCounters;
  readonly remote: Link;
  readonly facts: RemoteFacts;
  readonly clock: Clock;
  readonly returns: Returns;
  /** What this broker is called in the paths of messages. */
  readonly brokerId: string;
  /** Whether this broker keeps retained messages; it ends a connection that brings one where it does not. */
  readonly retainAvailable: boolean;
  /** Whether no message may have that topic here. */
  refusesTopic(topic: string): boolean;
}

export class Inward {
  readonly #context: InwardContext;
  readonly #local: LocalEnd;
  /** Identifiers of QoS 2 that this connection has brought: what is remembered of them here is right. */
  readonly #known = new Set<number>();
  /** PUBCOMP for these answers a PUBREL of ours. */
  readonly #clearing = new Set<number>();
  /** QoS 2 messages that go no further. */
  readonly #unwanted = new Set<number>();

  constructor(context: InwardContext, local: LocalEnd) {
    this.#context = context;
    this.#local = local;
  }

  publish(message: Message): void {
    const { map, counters } = this.#context;
    if (this.#context.returns.isReturn(message)) {
      if (map.toLocal(message.topic) !== undefined) counters.loopsPrevented++;
      this.#drop(message);
      return;
    }
    const path = pathOf(message);
    const { facts, brokerId, clock } = this.#context;
    const nowMs = clock.now();
    if (goesRound(path, { from: facts.brokerId, to: brokerId }, nowMs)) {
      counters.loopsPrevented++;
      this.#drop(message);
      return;
    }
    const topic = map.toLocal(message.topic);
    if (topic === undefined) {
      counters.unmatched++;
      this.#drop(message);
      return;
    }
    if (this.#context.refusesTopic(topic)) {
      this.#drop(message);
      return;
    }
    // A client of the other broker does not see that broker in the path.
    const there = { brokerId: facts.brokerId, atMs: nowMs };
    message.properties = propertiesWithPath(message, topic, path, there);
    message.topic = topic;
    message.frameStart = -1;
    message.retain &&= this.#context.retainAvailable;
    // These belong to the connection that brought the message.
    if (message.properties !== undefined) {
      delete message.properties.subscriptionIdentifiers;
      delete message.properties.topicAlias;
    }
    if (message.qos === 2) this.#clear(message);
    counters.messagesIn++;
    counters.bytesIn += message.payloadBytes;
    this.#local.tell(message);
  }

  /** Acknowledges what goes nowhere, so that the other broker does not keep it. */
  #drop({ qos, packetId }: Message): void {
    if (qos === 0) return;
    if (qos === 2) this.#unwanted.add(packetId);
    this.#answer({ type: qos === 1 ? 'puback' : 'pubrec', packetId, reasonCode: 0, properties: undefined });
  }

  /**
   * A broker that has lost its session begins its identifiers anew, and the local session would take a new message
   * under one that it remembers for a repeat. What is new is not marked as a repeat, or comes in a new session; PUBREL
   * makes the local session forget the identifier first.
   */
  #clear({ packetId, dup }: Message): void {
    if (this.#known.has(packetId)) return;
    this.#known.add(packetId);
    if (dup && this.#context.facts.isResumed) return;
    this.#clearing.add(packetId);
    this.#local.tell({ type: 'pubrel', packetId, reasonCode: 0, properties: undefined });
  }

  /** PUBREL of the other broker. */
  release(packetId: number): void {
    this.#context.returns.released(packetId);
    if (this.#unwanted.delete(packetId)) {
      this.#answer({ type: 'pubcomp', packetId, reasonCode: 0, properties: undefined });
      return;
    }
    this.#local.tell({ type: 'pubrel', packetId, reasonCode: 0, properties: undefined });
  }

  /** PUBACK, PUBREC or PUBCOMP of this broker. */
  acknowledged(packet: ControlPacket & { packetId: number }): void {
    if (packet.type === 'pubcomp' && this.#clearing.delete(packet.packetId)) return;
    this.#answer(packet);
  }

  #answer(packet: ControlPacket): void {
    this.#context.remote.send(packet);
  }
}
