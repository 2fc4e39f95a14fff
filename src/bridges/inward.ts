/**
 * Messages on their way in. Each is published here as the bridge's own client, under the packet identifier that the
 * other broker gave it, and acknowledged there when this broker has acknowledged it, which it does when it is durable.
 */

import type { Message } from '../packet/message.ts';
import type { ControlPacket } from '../packet/types.ts';
import type { Link } from '../ports/link.ts';
import type { TopicMap } from '../topic/bridge-rules.ts';
import type { RemoteFacts } from './handshake.ts';
import type { LocalEnd } from './local-end.ts';
import type { BridgeCounters } from './spec.ts';

export interface InwardContext {
  readonly map: TopicMap;
  readonly counters: BridgeCounters;
  readonly remote: Link;
  readonly facts: RemoteFacts;
}

export class Inward {
  readonly #context: InwardContext;
  readonly #local: LocalEnd;
  /** Identifiers of QoS 2 that this connection has brought: what is remembered of them here is right. */
  readonly #known = new Set<number>();
  /** PUBCOMP for these answers a PUBREL of ours. */
  readonly #clearing = new Set<number>();
  /** QoS 2 messages that no rule wants. */
  readonly #unwanted = new Set<number>();

  constructor(context: InwardContext, local: LocalEnd) {
    this.#context = context;
    this.#local = local;
  }

  publish(message: Message): void {
    const { map, counters } = this.#context;
    const topic = map.toLocal(message.topic);
    if (topic === undefined) {
      counters.unmatched++;
      this.#drop(message);
      return;
    }
    if (topic !== message.topic) {
      message.topic = topic;
      message.frameStart = -1;
    }
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
