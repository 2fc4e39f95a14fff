/**
 * Messages on their way to the other broker. Packet identifiers are those of the local session, which keeps them on
 * disk: a message that is repeated after a crash of either side is the same message to the other broker, and it is
 * acknowledged here only when it was acknowledged there.
 */

import { Message } from '../packet/message.ts';
import type { AckPacket, Properties, Qos } from '../packet/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Delivery, Link } from '../ports/link.ts';
import type { TopicMap } from '../topic/bridge-rules.ts';
import type { RemoteFacts } from './handshake.ts';
import type { LocalEnd } from './local/end.ts';
import { goesRound, type Passed, pathOf, propertiesWithPath } from './path.ts';
import type { Returns } from './returns.ts';
import type { BridgeCounters, BridgeSpec } from './spec.ts';
import type { Unanswered } from './stuck.ts';

export interface OutwardContext {
  readonly spec: BridgeSpec;
  readonly map: TopicMap;
  readonly counters: BridgeCounters;
  readonly clock: Clock;
  readonly remote: Link;
  readonly facts: RemoteFacts;
  readonly returns: Returns;
  /** What this broker is called in the paths of messages. */
  readonly brokerId: string;
  /** The session here is new, so its packet identifiers say nothing about what the other broker remembers. */
  readonly isLocalNew: boolean;
  /** Whether a message of that client came from the other broker. */
  isEcho(publisher: string): boolean;
  /** A refusal that may be none later. True: the connection ends and the message is sent again. */
  triesAgain(reasonCode: number): boolean;
  /** The other broker has taken something. */
  accepted(): void;
  /** A refusal that stands. */
  refused(topicOrId: string, reasonCode: number): void;
}

/** Implementation specific error and quota exceeded: a disk that is full, a queue that is. */
const TEMPORARY: ReadonlySet<number> = new Set([0x83, 0x97]);

export class Outward {
  readonly #context: OutwardContext;
  readonly #local: LocalEnd;
  /** Sent there and not finished. */
  readonly #inflight = new Map<number, Unanswered | undefined>();
  /** Finished here without the other broker; PUBREL for these is answered here. */
  readonly #finishedHere = new Set<number>();
  /** At QoS 2 here and QoS 1 there. */
  readonly #lowered = new Set<number>();
  /** Identifiers of QoS 2 that this connection has used, while the local session is new. */
  readonly #used = new Set<number>();
  /** PUBCOMP for these answers a PUBREL of ours. */
  readonly #clearing = new Set<number>();
  #isAnswered = false;
  readonly #delivery: Delivery = {
    qos: 0,
    retain: false,
    dup: false,
    packetId: 0,
    subscriptionIdentifiers: undefined,
    messageExpiryInterval: undefined,
    topicAlias: 0,
    topicOmitted: false,
  };

  constructor(context: OutwardContext, local: LocalEnd) {
    this.#context = context;
    this.#local = local;
  }

  get inflight(): number {
    return this.#inflight.size;
  }

  /** The other broker takes no further QoS 1 or 2 message until it has acknowledged one. */
  get isFull(): boolean {
    return this.#inflight.size >= this.#context.facts.receiveMaximum;
  }

  /** What was sent first, where nothing was acknowledged at all. */
  get unanswered(): Unanswered | undefined {
    return this.#isAnswered ? undefined : this.#inflight.values().next().value;
  }

  isInflight(packetId: number): boolean {
    return this.#inflight.has(packetId);
  }

  /** Sends a message. False: it is larger than the other broker takes. */
  publish(message: Message, delivery: Delivery): boolean {
    const { map, counters, facts, remote, returns } = this.#context;
    const topic = map.toRemote(message.topic);
    const path = pathOf(message);
    const isEcho = topic !== undefined && (this.#context.isEcho(message.publisher) || this.#goesRound(path));
    if (topic === undefined || isEcho) {
      if (isEcho) counters.loopsPrevented++;
      else counters.unmatched++;
      this.#finishHere(delivery);
      return true;
    }
    const form = this.#form(message, delivery);
    if (form.qos === 2) this.#clear(form);
    const properties = this.#properties(message, topic, path);
    const isSent =
      remote.sendPublish(renamed(message, topic, properties), form) ||
      // The path may be what makes it larger than the other broker takes.
      (properties !== message.properties && remote.sendPublish(renamed(message, topic, message.properties), form));
    if (!isSent) {
      counters.tooLarge++;
      return false;
    }
    returns.sent(topic, message, form);
    counters.messagesOut++;
    counters.bytesOut += message.payloadBytes;
    if (form.qos > 0) this.#inflight.set(form.packetId, { topic, payloadBytes: message.payloadBytes });
    else if (delivery.qos > 0) this.#finishHere(delivery);
    if (form.qos === 1 && delivery.qos === 2) this.#lowered.add(form.packetId);
    if (form.qos === 0 && facts.version === 5) this.#context.accepted();
    return true;
  }

  #goesRound(path: readonly Passed[]): boolean {
    const { brokerId, facts, clock } = this.#context;
    return goesRound(path, { from: brokerId, to: facts.brokerId }, clock.now());
  }

  #properties(message: Message, topic: string, path: readonly Passed[]): Properties | undefined {
    const { brokerId, facts, clock } = this.#context;
    if (facts.version < 5) return message.properties;
    return propertiesWithPath(message, topic, path, { brokerId, atMs: clock.now() });
  }

  #form(message: Message, { qos, retain, dup, packetId }: Delivery): Delivery {
    const { spec, facts, clock } = this.#context;
    const form = this.#delivery;
    form.qos = Math.min(qos, facts.maximumQos) as Qos;
    form.retain = retain && spec.outgoingRetain && facts.retainAvailable;
    form.dup = dup && form.qos > 0;
    form.packetId = form.qos === 0 ? 0 : packetId;
    form.messageExpiryInterval =
      facts.version < 5 || message.expiresAtMs === 0
        ? undefined
        : Math.max(0, Math.ceil((message.expiresAtMs - clock.now()) / 1000));
    return form;
  }

  /**
   * The other broker may remember an identifier of a former local session, and would take a new message under it for a
   * repeat. PUBREL makes it forget.
   */
  #clear({ packetId, dup }: Delivery): void {
    const { isLocalNew, facts, remote } = this.#context;
    if (!isLocalNew || !facts.isResumed || dup || this.#used.has(packetId)) return;
    this.#used.add(packetId);
    this.#clearing.add(packetId);
    remote.send({ type: 'pubrel', packetId, reasonCode: 0, properties: undefined });
  }

  /** Acknowledges a message that does not go there, once the broker has noted that it was sent. */
  #finishHere({ qos, packetId }: Pick<Delivery, 'qos' | 'packetId'>): void {
    if (qos === 0) return;
    if (qos === 2) this.#finishedHere.add(packetId);
    this.#context.clock.soon(() => {
      this.#local.tell({ type: qos === 1 ? 'puback' : 'pubrec', packetId, reasonCode: 0, properties: undefined });
    });
  }

  /** PUBREL of the local session. */
  release(packetId: number): void {
    if (this.#finishedHere.delete(packetId)) {
      this.#context.clock.soon(() => {
        this.#local.tell({ type: 'pubcomp', packetId, reasonCode: 0, properties: undefined });
      });
      return;
    }
    this.#inflight.set(packetId, undefined);
    this.#context.remote.send({ type: 'pubrel', packetId, reasonCode: 0, properties: undefined });
  }

  /** PUBACK, PUBREC or PUBCOMP of the other broker. */
  acknowledged(packet: AckPacket): void {
    const { packetId, type } = packet;
    this.#isAnswered = true;
    if (type === 'pubcomp' && this.#clearing.delete(packetId)) return;
    if (packet.reasonCode >= 0x80 && type !== 'pubcomp') {
      if (TEMPORARY.has(packet.reasonCode) && this.#context.triesAgain(packet.reasonCode)) return;
      this.#context.counters.refused++;
      this.#context.refused(String(packetId), packet.reasonCode);
    } else {
      this.#context.accepted();
    }
    if (type === 'pubrec' && packet.reasonCode < 0x80) {
      this.#local.tell({ type, packetId, reasonCode: 0, properties: undefined });
      return;
    }
    const wasFull = this.isFull;
    this.#inflight.delete(packetId);
    if (this.#lowered.delete(packetId)) {
      this.#finishedHere.add(packetId);
      this.#local.tell({ type: 'pubrec', packetId, reasonCode: 0, properties: undefined });
    } else if (type === 'pubrec') {
      this.#local.tell({ type, packetId, reasonCode: packet.reasonCode, properties: undefined });
    } else {
      this.#local.tell({ type, packetId, reasonCode: 0, properties: undefined });
    }
    if (wasFull) this.#local.drained();
  }
}

/** The message under another name and with other properties; the payload is shared. */
function renamed(message: Message, topic: string, properties: Properties | undefined): Message {
  if (topic === message.topic && properties === message.properties) return message;
  const { source, payloadStart, payloadEnd, qos, retain } = message;
  return new Message(topic, source, payloadStart, payloadEnd, qos, retain, properties);
}
