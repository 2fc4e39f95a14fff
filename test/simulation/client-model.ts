/**
 * A client as real ones are: it keeps its half of the session across connections, repeats with DUP what was not
 * acknowledged, answers in order when it gets round to it, and never breaks the protocol. When it does what is the
 * world's decision.
 */

import { Message } from '../../src/packet/message.ts';
import type { AckPacket, ConnackPacket, ControlPacket, Qos } from '../../src/packet/types.ts';
import type { SeededRandom } from '../../src/testing/index.ts';
import type { Arrival, ClientConnection, ConnectionOwner } from './client-connection.ts';
import { answerTo, connectPacket } from './client-packets.ts';
import type { DeliveryCheckers } from './delivery-checkers.ts';
import type { Moment, SentMessage, SubscriptionFact } from './facts.ts';
import type { Ledger } from './ledger.ts';
import { SessionGuess } from './session-guess.ts';

/** A QoS 1 or 2 message of the client that is not done. */
interface Outgoing {
  readonly sent: SentMessage;
  readonly message: Message;
  stage: 'publish' | 'release';
  /** Whether PUBREL left on an earlier connection, so that the broker may have forgotten the identifier. */
  isReleaseRepeated: boolean;
}

interface Asked {
  readonly facts: readonly SubscriptionFact[];
  readonly filters: readonly string[];
  readonly moment: Moment;
}

/** What a client needs of the world. */
export interface ClientWorld {
  readonly ledger: Ledger;
  readonly random: SeededRandom;
  readonly deliveries: DeliveryCheckers;
  readonly receiveMaximum: number;
  /** A publish without permission costs the connection. */
  readonly endsUnauthorized: boolean;
  now(): number;
  /** For MQTT 3.1, whose CONNACK does not say. */
  sessionPresent(connection: ClientConnection): boolean;
  isForbidden(topic: string): boolean;
}

const IDENTIFIER_MAX = 24;

export class SimulatedClient implements ConnectionOwner {
  readonly clientId: string;
  connection: ClientConnection | undefined;
  /** Messages made, published or not. */
  made = 0;
  readonly #world: ClientWorld;
  readonly #guess = new SessionGuess();
  /** Connections that were left and that the broker has not ended yet. */
  #earlier: ClientConnection[] = [];
  readonly #outgoing = new Map<number, Outgoing>();
  /** QoS 2 messages taken and not released, by packet identifier. */
  readonly #incoming = new Map<number, string>();
  #answers: AckPacket[] = [];
  #subscribes = new Map<number, Asked>();
  #unsubscribes = new Map<number, Asked>();

  constructor(clientId: string, world: ClientWorld) {
    this.clientId = clientId;
    this.#world = world;
  }

  get mayPublish(): boolean {
    return this.#outgoing.size < Math.min(this.#world.receiveMaximum, 8);
  }

  /** Few questions are open. */
  get mayAsk(): boolean {
    return this.#subscribes.size + this.#unsubscribes.size < 4;
  }

  /** Nothing is left to send or to wait for. */
  get isIdle(): boolean {
    return (
      this.#answers.length === 0 && this.#outgoing.size === 0 && this.#subscribes.size + this.#unsubscribes.size === 0
    );
  }

  get answersWaiting(): number {
    return this.#answers.length;
  }

  /** Whether the next CONNECT must start clean. Forgets what belonged to a session that is gone for certain. */
  mustStartClean(): boolean {
    const advice = this.#guess.advice(this.#world.now());
    if (advice === 'forget') {
      this.#beginSession();
      this.#guess.forgot();
    }
    return advice === 'start_clean';
  }

  #beginSession(): void {
    this.#outgoing.clear();
    this.#incoming.clear();
    this.#world.ledger.sessionBegins(this.clientId);
  }

  brokerCrashed(): void {
    this.#guess.brokerCrashed();
  }

  /** Takes `connection` into use, the earlier one having been left, and sends CONNECT on it. */
  connect(connection: ClientConnection): void {
    this.connection = connection;
    connection.send(connectPacket(this.clientId, connection.choice), this.#world.now());
  }

  publish(sent: SentMessage, filling: number, withAlias: boolean): void {
    const connection = this.connection!;
    const payload = Buffer.from(`${sent.id} ${'.'.repeat(filling)}`);
    const message = Message.of(sent.topic, payload, sent.qos, sent.retain);
    let packetId = 0;
    if (sent.qos > 0) {
      packetId = this.#freeIdentifier();
      this.#outgoing.set(packetId, { sent, message, stage: 'publish', isReleaseRepeated: false });
    }
    this.#sendPublish(connection, sent, message, packetId, false, withAlias);
  }

  /** Clears what is retained on a topic. */
  clearRetained(topic: string): void {
    const message = Message.of(topic, Buffer.alloc(0), 0, true);
    const form = { qos: 0 as Qos, retain: true, dup: false, packetId: 0, subscriptionIdentifiers: undefined };
    this.connection!.publish(message, { ...form, messageExpiryInterval: undefined }, false, this.#world.now());
  }

  #sendPublish(
    connection: ClientConnection,
    sent: SentMessage,
    message: Message,
    packetId: number,
    dup: boolean,
    withAlias: boolean,
  ): void {
    const { qos, retain, expirySeconds: messageExpiryInterval } = sent;
    const form = { qos, retain, dup, packetId, subscriptionIdentifiers: undefined, messageExpiryInterval };
    connection.publish(message, form, withAlias, this.#world.now());
  }

  subscribe(facts: readonly SubscriptionFact[], identifier: number): void {
    const packetId = this.#freeIdentifier();
    const permitted = facts.filter(({ filter }) => !this.#world.isForbidden(filter));
    this.#world.ledger.subscribing(this.clientId, permitted);
    this.#subscribes.set(packetId, { facts, filters: [], moment: this.#world.ledger.moment });
    const subscriptions = facts.map(({ fullFilter, qos, noLocal, retainHandling }) => ({
      filter: fullFilter,
      qos,
      noLocal,
      retainAsPublished: this.connection!.choice.version === 5 && this.#world.random.chance(0.3),
      retainHandling,
    }));
    const properties = identifier === 0 ? undefined : { subscriptionIdentifiers: [identifier] };
    this.#send({ type: 'subscribe', packetId, subscriptions, properties });
  }

  unsubscribe(filters: readonly string[]): void {
    const packetId = this.#freeIdentifier();
    for (const filter of filters) this.#world.ledger.unsubscribing(this.clientId, filter);
    this.#unsubscribes.set(packetId, { facts: [], filters, moment: this.#world.ledger.moment });
    this.#send({ type: 'unsubscribe', packetId, filters: [...filters], properties: undefined });
  }

  /** Sends up to `count` of the acknowledgements that are due, in order [MQTT-4.6.0-2] [MQTT-4.6.0-3]. */
  answer(count: number): void {
    for (const packet of this.#answers.splice(0, count)) {
      if (packet.type === 'puback' || packet.type === 'pubcomp' || packet.reasonCode >= 0x80) {
        this.connection!.acknowledged(packet.packetId);
      }
      if (packet.type === 'pubcomp') this.#incoming.delete(packet.packetId);
      this.#send(packet);
    }
  }

  ping(): void {
    this.#send({ type: 'pingreq' });
  }

  /** Says goodbye. `expirySeconds` changes the Session Expiry Interval. */
  disconnect(reasonCode: number, expirySeconds: number | undefined): void {
    const properties = expirySeconds === undefined ? undefined : { sessionExpiryInterval: expirySeconds };
    this.#send({ type: 'disconnect', reasonCode, properties });
    const { connection } = this;
    connection!.askedExpiry = expirySeconds;
    connection!.close();
    this.#left(connection!);
  }

  /** Has no more to do with its connection. Unless it closes it, or cannot, the broker is left to find out. */
  leave(closes: boolean): void {
    const { connection } = this;
    if (connection === undefined) return;
    if (closes && connection.deadSinceMs === 0) connection.abandon();
    this.#left(connection);
  }

  #left(connection: ClientConnection): void {
    const { choice, askedExpiry, endedAtMs, isAccepted } = connection;
    const nowMs = this.#world.now();
    const expirySeconds = Math.min(choice.expirySeconds, askedExpiry ?? Number.POSITIVE_INFINITY);
    connection.phase = 'over';
    if (isAccepted) this.#guess.left(expirySeconds, nowMs, askedExpiry === undefined ? endedAtMs : undefined);
    else this.#guess.gaveUp(choice.cleanStart, expirySeconds, nowMs);
    // A CONNECT that was given up may still come through, and do to the session what it likes.
    this.#earlier = this.#earlier.filter(({ isEnded }) => !isEnded);
    if (this.#earlier.length > 0) this.#guess.gaveUp(true, 0, nowMs);
    this.#earlier.push(connection);
    if (expirySeconds === 0 || !isAccepted) this.#world.ledger.sessionMayEnd(this.clientId);
    this.connection = undefined;
    this.#answers = [];
    this.#subscribes = new Map();
    this.#unsubscribes = new Map();
    // Whoever was thrown out for a message does not try it again for ever.
    for (const [packetId, { sent }] of this.#outgoing) {
      if (this.#world.endsUnauthorized && !sent.isPermitted) this.#outgoing.delete(packetId);
    }
  }

  #send(packet: ControlPacket): void {
    this.connection!.send(packet, this.#world.now());
  }

  /** From a small range, so that identifiers are used again soon. */
  #freeIdentifier(): number {
    for (;;) {
      const id = 1 + this.#world.random.integer(IDENTIFIER_MAX);
      if (!this.#outgoing.has(id) && !this.#subscribes.has(id) && !this.#unsubscribes.has(id)) return id;
    }
  }

  lost(connection: ClientConnection): void {
    this.#world.ledger.note(`${this.clientId} loses ${connection.address}`);
    if (this.connection === connection) this.#left(connection);
  }

  received(connection: ClientConnection, packet: ControlPacket): void {
    if (connection !== this.connection) return;
    switch (packet.type) {
      case 'connack':
        this.#connack(connection, packet);
        break;
      case 'puback':
        this.#outgoingDone(packet, 'publish', 1);
        break;
      case 'pubrec':
        this.#pubrec(packet);
        break;
      case 'pubcomp':
        this.#outgoingDone(packet, 'release', 2);
        break;
      case 'pubrel':
        this.#answers.push({ ...answerTo('pubcomp', packet.packetId), reasonCode: this.#pubcompCode(packet) });
        break;
      case 'suback':
        this.#suback(packet.packetId, packet.reasonCodes);
        break;
      case 'unsuback':
        this.#unsuback(packet.packetId);
        break;
      case 'disconnect':
        this.#world.ledger.note(`${this.clientId} is told DISCONNECT 0x${packet.reasonCode.toString(16)}`);
        return;
      case 'pingresp':
        return;
      default:
        this.#fail(`got ${packet.type}`);
    }
  }

  #connack(connection: ClientConnection, packet: ConnackPacket): void {
    const { ledger } = this.#world;
    ledger.note(`${this.clientId} on ${connection.address} gets CONNACK ${packet.reasonCode}`);
    if (connection.phase !== 'connecting') this.#fail('got CONNACK twice [MQTT-3.2.0-2]');
    if (packet.reasonCode !== 0) return;
    connection.phase = 'connected';
    connection.theirAliasMaximum = packet.properties?.topicAliasMaximum ?? 0;
    const { version } = connection.choice;
    const isPresent = version === 3 ? this.#world.sessionPresent(connection) : packet.sessionPresent;
    connection.isAccepted = true;
    this.#guess.accepted();
    if (!isPresent) {
      this.#beginSession();
      return;
    }
    // Everything unacknowledged again, in its order, with the identifiers it had [MQTT-4.4.0-1] [MQTT-4.6.0-1].
    for (const [packetId, outgoing] of this.#outgoing) {
      const { sent, message, stage } = outgoing;
      if (stage === 'publish') {
        this.#sendPublish(connection, sent, message, packetId, true, false);
      } else {
        outgoing.isReleaseRepeated = true;
        this.#send(answerTo('pubrel', packetId));
      }
    }
  }

  #pubrec(packet: AckPacket): void {
    const outgoing = this.#outgoing.get(packet.packetId);
    if (outgoing === undefined || outgoing.stage !== 'publish' || outgoing.sent.qos !== 2) {
      this.#fail(`got PUBREC ${packet.packetId}, for which it had not asked`);
    } else if (packet.reasonCode >= 0x80) {
      this.#world.ledger.answered(outgoing.sent.id, 'refused');
      this.#outgoing.delete(packet.packetId);
    } else {
      this.#world.ledger.answered(outgoing.sent.id, 'accepted');
      outgoing.stage = 'release';
      this.#answers.push(answerTo('pubrel', packet.packetId));
    }
  }

  #outgoingDone(packet: AckPacket, stage: Outgoing['stage'], qos: Qos): void {
    const { packetId, reasonCode } = packet;
    const outgoing = this.#outgoing.get(packetId);
    if (outgoing === undefined || outgoing.stage !== stage || outgoing.sent.qos !== qos) {
      this.#fail(`got ${packet.type} ${packetId}, for which it had not asked`);
      return;
    }
    this.#outgoing.delete(packetId);
    if (qos === 1) this.#world.ledger.answered(outgoing.sent.id, reasonCode >= 0x80 ? 'refused' : 'accepted');
    else if (reasonCode >= 0x80 && !outgoing.isReleaseRepeated) {
      this.#fail(`got PUBCOMP ${packetId} with 0x${reasonCode.toString(16)} for ${outgoing.sent.id}`, outgoing.sent.id);
    }
  }

  #pubcompCode(packet: AckPacket): number {
    const isKnown = this.#incoming.has(packet.packetId);
    return isKnown || this.connection!.choice.version < 5 ? 0 : 0x92;
  }

  #suback(packetId: number, codes: readonly number[]): void {
    const asked = this.#subscribes.get(packetId);
    if (asked === undefined || asked.facts.length !== codes.length) {
      this.#fail(`got SUBACK ${packetId} with ${codes.length} codes [MQTT-3.8.4-6]`);
      return;
    }
    this.#subscribes.delete(packetId);
    for (const [i, fact] of asked.facts.entries()) {
      const code = codes[i]!;
      const expected = this.#world.isForbidden(fact.filter) ? 0x80 : fact.qos;
      if (Math.min(code, 0x80) !== expected)
        this.#fail(`got code ${code} for ${fact.fullFilter}; right is ${expected}`);
      if (code < 0x80) this.#world.ledger.subscribed(this.clientId, fact);
    }
  }

  #unsuback(packetId: number): void {
    const asked = this.#unsubscribes.get(packetId);
    if (asked === undefined) {
      this.#fail(`got UNSUBACK ${packetId}, for which it had not asked`);
      return;
    }
    this.#unsubscribes.delete(packetId);
    for (const filter of asked.filters) this.#world.ledger.unsubscribed(this.clientId, filter, asked.moment);
  }

  arrived(connection: ClientConnection, { message, topic, id }: Arrival): void {
    if (connection !== this.connection) return;
    const { qos, packetId, retain, dup, properties } = message;
    if (qos === 2) {
      const known = this.#incoming.get(packetId);
      if (known !== undefined && known !== id) {
        this.#fail(`got ${id} with identifier ${packetId}, which it holds for ${known} [MQTT-4.3.3-4]`, id, known);
      }
      this.#incoming.set(packetId, id);
      this.#answers.push(answerTo('pubrec', packetId));
      if (known !== undefined) {
        this.#world.ledger.note(`${this.clientId} has ${id} already`);
        return;
      }
    } else if (qos === 1) {
      this.#answers.push(answerTo('puback', packetId));
    }
    // Nothing but the topic is known of a message without payload.
    if (id === '') return;
    const receipt = {
      id,
      topic,
      qos,
      retain,
      dup,
      identifiers: properties?.subscriptionIdentifiers ?? [],
      expiryInterval: properties?.messageExpiryInterval,
    };
    this.#world.deliveries.received(this.clientId, receipt, {
      isOver: () => connection.phase === 'over' || connection.isEnded,
    });
  }

  #fail(text: string, ...about: string[]): void {
    this.#world.ledger.fail(`${this.clientId} ${text}`, this.clientId, ...about);
  }
}
