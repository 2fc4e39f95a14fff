/**
 * One connection of a bridge, from the socket to its end: the login there, the session here, subscriptions on both
 * sides, then packets that cross. It begins once and ends once; what comes after is the bridge's business.
 */

import type { ProtocolError } from '../packet/error.ts';
import type { Message } from '../packet/message.ts';
import type { ConnackPacket, ControlPacket, ProtocolVersion, SubackPacket } from '../packet/types.ts';
import type { Delivery, Link, LinkOwner } from '../ports/link.ts';
import { BridgeError, type FailureFields } from './bridge-error.ts';
import type { CrossingContext, Leave, Way } from './crossing-context.ts';
import {
  connectPacket,
  factsOf,
  type Introduction,
  localRefusal,
  type RemoteFacts,
  refusal,
  type Where,
} from './handshake.ts';
import { Inward } from './inward.ts';
import { Liveness, TICK_MS } from './liveness.ts';
import { LocalEnd, type LocalOwner } from './local/end.ts';
import { localConnect } from './local/packets.ts';
import { Outward } from './outward.ts';
import { Setup } from './setup.ts';
import { toldBridge } from './spec.ts';

export class Crossing implements LinkOwner, LocalOwner {
  readonly #context: CrossingContext;
  readonly #way: Introduction;
  #remote: Link | undefined;
  #local: LocalEnd | undefined;
  #facts: RemoteFacts | undefined;
  #setup: Setup | undefined;
  #outward: Outward | undefined;
  #inward: Inward | undefined;
  #isLocalThere = false;
  #isLocalSubscribed = false;
  #isUp = false;
  #isOver = false;
  /** What was written last is still sent. */
  #saidGoodbye = false;
  #holds = 0;
  #upSinceMs: number | undefined;
  #stopWaiting: () => void = () => {};
  readonly #liveness: Liveness;
  readonly #stopTicking: () => void;

  constructor(context: CrossingContext, way: Introduction) {
    this.#context = context;
    this.#way = way;
    const { clock } = context;
    this.#liveness = new Liveness(clock);
    this.#stopTicking = clock.every(TICK_MS, () => this.#tick());
  }

  /** Says hello over a link that is open. */
  begin(remote: Link): void {
    this.#remote = remote;
    remote.adopt(this.#way.version, Number.POSITIVE_INFINITY);
    this.#send(connectPacket(this.#context.spec, this.#way));
  }

  get version(): ProtocolVersion {
    return this.#way.version;
  }

  get inflight(): number {
    return this.#outward?.inflight ?? 0;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends a message that waits nowhere, at QoS 0. */
  sendUnkept(message: Message): void {
    if (this.#context.permissions.lets(message)) this.#outward?.publish(message, UNKEPT);
  }

  /** Subscribes here to what was denied before. */
  tryAgain(): void {
    const packet = this.#isUp ? this.#context.permissions.again() : undefined;
    if (packet !== undefined) this.#local?.tell(packet);
  }

  /** Ends it, telling the other broker: with its will where it is to learn that the bridge is down. */
  leave(cause: Leave): void {
    if (this.#isOver) return;
    const hasWill = this.#context.spec.notifications && !this.#context.spec.notificationsLocalOnly;
    if (this.#facts !== undefined && (this.version === 5 || !hasWill)) {
      const reasonCode = hasWill ? DISCONNECT_WITH_WILL : 0;
      this.#send({ type: 'disconnect', reasonCode: this.version === 5 ? reasonCode : 0, properties: undefined });
      this.#saidGoodbye = true;
      this.#remote!.close();
    }
    this.#end(cause);
  }

  // As the owner of the link to the other broker.

  receive(packet: ControlPacket): void {
    if (this.#isOver) return;
    this.#liveness.heard();
    if (this.#facts === undefined) {
      if (packet.type === 'connack') this.#answered(packet);
      else this.#unreadable(`sent ${packet.type.toUpperCase()} before CONNACK`);
      return;
    }
    switch (packet.type) {
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        if (packet.type === 'puback' && this.#setup?.acknowledged(packet.packetId)) this.#lookReady();
        else this.#outward?.acknowledged(packet);
        break;
      case 'pubrel':
        this.#inward?.release(packet.packetId);
        break;
      case 'suback':
        this.#subscribed(packet);
        break;
      case 'unsuback':
        this.#setup?.acknowledged(packet.packetId);
        this.#lookReady();
        break;
      case 'disconnect':
        this.#lost(`ended the connection with reason code ${packet.reasonCode}`, { reasonCode: packet.reasonCode });
        break;
      case 'pingresp':
        this.#setup?.answered();
        break;
      default:
        this.#unreadable(`sent ${packet.type.toUpperCase()}, which is not for a server to send`);
    }
  }

  receivePublish(message: Message): void {
    if (this.#isOver) return;
    this.#liveness.heard();
    if (this.#inward === undefined) {
      this.#unreadable('sent PUBLISH before CONNACK');
      return;
    }
    const bridge = toldBridge(message.topic);
    if (bridge !== undefined && this.#context.map.localFilters.size > 0) {
      this.#context.heard(bridge, message.payloadBytes > 0);
      if (message.qos === 0 && this.#context.map.toLocal(message.topic) === undefined) return;
    }
    this.#inward.publish(message);
    this.#setup?.came();
    this.#context.used();
  }

  failed(error: ProtocolError): void {
    // Brokers below 5 answer a CONNECT of MQTT 5 in their own form, which cannot be read as one of MQTT 5.
    const isOlder = this.#facts === undefined && this.version === 5;
    if (isOlder) this.#fail('BRIDGE_REFUSED_VERSION', 'answered the CONNECT of MQTT 5 in the form of an older version');
    else this.#unreadable(`sent something that cannot be read: ${error.message}`, error.message);
  }

  closed(error: Error | undefined): void {
    if (this.#isOver) return;
    const fields = error === undefined ? {} : { detail: error.message };
    const because = error === undefined ? '' : ` (${error.message})`;
    if (this.#facts !== undefined) this.#lost(`closed the connection${because}`, fields);
    else this.#fail('BRIDGE_REFUSED_SILENTLY', `closed the connection without an answer to CONNECT${because}`, fields);
  }

  drained(): void {
    if (this.#isUp) this.#local?.drained();
  }

  // As the owner of the local end.

  get bytesWaiting(): number {
    if (!this.#isUp || this.#outward?.isFull === true) return this.#context.congestedBytes;
    return this.#remote!.bytesWaiting;
  }

  told(packet: ControlPacket): void {
    if (this.#isOver) return;
    switch (packet.type) {
      case 'connack':
        this.#localAnswered(packet);
        break;
      case 'suback':
        this.#context.permissions.answered(packet);
        this.#isLocalSubscribed = true;
        this.#lookReady();
        break;
      case 'pubrel':
        this.#outward?.release(packet.packetId);
        break;
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        this.#liveness.sent();
        this.#inward?.acknowledged(packet);
        break;
      default:
    }
  }

  toldPublish(message: Message, delivery: Delivery): boolean {
    if (this.#isOver || this.#outward === undefined) return true;
    this.#liveness.sent();
    this.#context.used();
    return this.#outward.publish(message, delivery);
  }

  held(): void {
    this.#holds++;
    this.#remote!.hold();
  }

  released(): void {
    this.#holds--;
    // Its silence meanwhile was ours.
    this.#liveness.heard();
    this.#remote!.release();
  }

  ended(): void {
    const { label, address } = this.#where;
    this.#end(new BridgeError('BRIDGE_LOCAL_ENDED', `${label} lost its session in this broker`, { address }));
  }

  // The steps.

  #answered(packet: ConnackPacket): void {
    const { spec, broker, peer } = this.#context;
    if (packet.reasonCode !== 0) {
      this.#end(refusal(this.#where, packet, this.version));
      return;
    }
    this.#facts = factsOf(packet, spec, this.#way, this.#context.address);
    this.#remote!.adopt(this.version, this.#facts.packetBytesMax);
    // What it sends now has nowhere to go until the local session is there.
    this.#remote!.hold();
    this.#liveness.owes(true);
    this.#local = new LocalEnd(broker, peer, this, this.#context.localOptions);
    this.#local.tell(localConnect(spec));
  }

  #localAnswered(packet: ConnackPacket): void {
    const { spec, map, counters, returns, broker } = this.#context;
    const local = this.#local!;
    const facts = this.#facts!;
    if (packet.reasonCode !== 0) {
      this.#end(localRefusal(this.#where, spec.localClientId, packet.reasonCode));
      return;
    }
    this.#isLocalThere = true;
    const { clock, isEcho, refusesTopic, localOptions } = this.#context;
    const { brokerId } = broker.echoes;
    const { retainAvailable } = localOptions;
    const shared = { map, counters, remote: this.#remote!, facts, clock, returns, brokerId };
    this.#inward = new Inward({ ...shared, retainAvailable, refusesTopic }, local);
    this.#outward = new Outward(
      {
        ...shared,
        spec,
        isLocalNew: !packet.sessionPresent,
        isEcho,
        triesAgain: (reasonCode) => this.#triesAgain(reasonCode),
        accepted: () => this.#context.accepted(),
        refused: (packetId, reasonCode) => this.#context.refused(packetId, reasonCode),
      },
      local,
    );
    // The broker is in the middle of saying CONNACK; it goes on with what was in flight and then takes requests.
    this.#context.clock.soon(() => this.#begin(local));
  }

  #begin(local: LocalEnd): void {
    if (this.#isOver) return;
    const { permissions, map, returns, asks, clock } = this.#context;
    const facts = this.#facts!;
    this.#isLocalSubscribed = map.localFilters.size === 0;
    if (!this.#isLocalSubscribed) local.tell(permissions.begin());
    const asksForReturns = asks && facts.version < 5 && map.mayReturn;
    returns.begin(asksForReturns, facts.isResumed, this.#way.private);
    this.#setup = new Setup({
      ...this.#context,
      facts,
      echoFilters: asksForReturns ? returns.filters : [],
      isTaken: (packetId) => this.#outward?.isInflight(packetId) === true,
      returns,
      ready: () => this.#lookReady(),
      send: (packet) => this.#send(packet),
      publish: (message, delivery) => {
        this.#liveness.sent();
        this.#remote!.sendPublish(message, delivery);
      },
    });
    if (asksForReturns) this.#stopWaiting = clock.after(returns.questionMs, () => this.#asked());
    this.#setup.begin();
    this.#remote!.release();
    this.#lookReady();
  }

  #subscribed(packet: SubackPacket): void {
    const { setup, log, spec } = { setup: this.#setup, log: this.#context.log, spec: this.#context.spec };
    const filter = setup?.filterOf(packet.packetId);
    setup?.acknowledged(packet.packetId);
    const reasonCode = packet.reasonCodes[0] ?? 0x80;
    if (reasonCode >= 0x80 && filter !== undefined) {
      const fields = { bridge: spec.name, filter, reasonCode };
      if (setup?.isExtra(filter) === true) log.debug('The other broker does not tell of its bridges', fields);
      else log.warn('The other broker refuses a subscription of a bridge', fields);
    }
    this.#lookReady();
  }

  /** The other broker has had its time to send back what was sent to see whether it does. */
  #asked(): void {
    this.#context.returns.closeQuestion();
    this.#setup?.endQuestion();
  }

  #lookReady(): void {
    if (this.#isOver || this.#isUp || this.#setup === undefined || !this.#setup.isDone || !this.#isLocalSubscribed)
      return;
    this.#isUp = true;
    this.#upSinceMs = this.#context.clock.monotonic();
    this.#liveness.owes(false);
    this.#context.up();
    this.#local?.drained();
  }

  #triesAgain(reasonCode: number): boolean {
    if (!this.#context.triesAgain(reasonCode)) return false;
    const what = `could not keep a message (reason code ${reasonCode}), which is sent again`;
    this.#fail('BRIDGE_REMOTE_BUSY', what, { reasonCode });
    return true;
  }

  #send(packet: ControlPacket): void {
    this.#liveness.sent();
    this.#remote!.send(packet);
  }

  #tick(): void {
    const verdict = this.#liveness.look(this.#facts?.keepAliveSeconds ?? 0, this.#holds > 0);
    if (verdict === 'ask') this.#send({ type: 'pingreq' });
    else if (verdict !== 'fine') this.#fail(verdict.code, verdict.what, { seconds: verdict.seconds });
  }

  get #where(): Where {
    const { spec, address } = this.#context;
    return { label: `Bridge ${spec.name} to ${address}`, address };
  }

  #fail(code: string, what: string, fields: FailureFields = {}): void {
    const { label, address } = this.#where;
    this.#end(new BridgeError(code, `${label}: the other broker ${what}`, { address, ...fields }));
  }

  #lost(what: string, fields: FailureFields): void {
    this.#fail('BRIDGE_LOST', what, fields);
  }

  #unreadable(what: string, detail: string = what): void {
    this.#fail('BRIDGE_PROTOCOL', what, { detail });
  }

  get #wayCome(): Way {
    if (!this.#isLocalThere) return 'login';
    const isLater = this.#upSinceMs !== undefined && this.#context.clock.monotonic() - this.#upSinceMs > EARLY_MS;
    return isLater ? 'later' : 'early';
  }

  #end(cause: BridgeError | Leave): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTicking();
    this.#stopWaiting();
    this.#context.returns.ended();
    this.#local?.leave();
    if (!this.#saidGoodbye) this.#remote?.destroy();
    this.#context.ended(cause, this.#wayCome, this.#outward?.unanswered);
  }
}

/** A broker that does not like what it is asked ends the connection within this time. */
const EARLY_MS = 1_000;
const DISCONNECT_WITH_WILL = 0x04;

const UNKEPT: Delivery = {
  qos: 0,
  retain: false,
  dup: false,
  packetId: 0,
  subscriptionIdentifiers: undefined,
  messageExpiryInterval: undefined,
  topicAlias: 0,
  topicOmitted: false,
};
