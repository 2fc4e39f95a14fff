/**
 * One network connection: what may come in which state, and how it ends. Each packet type has a file of its own
 * (`handle-<packet>.ts`); this one dispatches, sends, and owns the single funnel through which every connection ends.
 */

import { ConnectError, ProtocolError } from '../../packet/error.ts';
import type { Message } from '../../packet/message.ts';
import type { ControlPacket, ProtocolVersion, Qos } from '../../packet/types.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import type { BackendError } from '../../ports/backend-error.ts';
import type { Link, LinkOwner } from '../../ports/link.ts';
import type { ListenerRules } from '../../ports/rules.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { quote } from '../../std/shorten.ts';
import type { TokenBucket } from '../../std/token-bucket.ts';
import type { BrokerContext } from '../context.ts';
import type { BrokerOptions } from '../options.ts';
import { type Asker, mayReceive } from '../permission/authorize.ts';
import type { RouteMemory } from '../routing/router.ts';
import type { Sender } from '../session/outbox-context.ts';
import type { Session, SessionConnection } from '../session/session.ts';
import { dispatch, notConnected } from './dispatch.ts';
import { type End, logEnd } from './end.ts';
import { endOverdue } from './end-overdue.ts';
import { awaitAnswer } from './flow/awaited.ts';
import { Deadline, type DeadlineOwner } from './flow/deadline.ts';
import { TurnShare } from './flow/turn-share.ts';
import { UnreadAnswers, unreadBytesMax } from './flow/unread-answers.ts';
import type { AuthenticationStage } from './handle-auth.ts';
import { handlePublish } from './handle-publish.ts';
import type { LoginExpiry } from './login/login-expiry.ts';
import type { PermissionCache } from './permission-cache.ts';
import { refusalOf, unsendable, withoutProblemInformation } from './refusal.ts';
import { endUnreadable, storeFailed } from './store-failed.ts';
import type { InboundAliases } from './topic-alias.ts';
import { Transmitter } from './transmitter.ts';

export type { End } from './end.ts';

/** `opening` until CONNECT, `authenticating` during an exchange, `accepting` until CONNACK has left. */
export type ConnectionState = 'opening' | 'authenticating' | 'accepting' | 'connected' | 'ended';

export class Connection implements LinkOwner, Sender, SessionConnection, DeadlineOwner, Asker {
  readonly link: Link;
  readonly rules: ListenerRules;
  readonly context: BrokerContext;
  /** What holds for this client: the broker's options, or those of its listener's zone. */
  readonly options: BrokerOptions;
  readonly deadline: Deadline;
  readonly transmitter: Transmitter;
  readonly #unreadBytesMax: number;
  /** Made when first needed: a client that reads what it asked for never does. */
  #unreadAnswers: UnreadAnswers | undefined;
  state: ConnectionState = 'opening';
  version: ProtocolVersion = 4;
  identity: ClientIdentity;
  /** The user name that the login has checked; undefined for anonymous clients, whatever they claim. */
  verifiedUsername: string | undefined;
  superuser = false;
  /** Permissions that had to be waited for; see `authorize`. */
  permissions: PermissionCache | undefined;
  /** Ends the connection with its login, where that holds for a time only. */
  loginExpiry: LoginExpiry | undefined;
  subscriptionsMax = 0;
  /** The client says that it is a bridge: its subscriptions must not bring its own messages back. */
  bridge = false;
  session: Session | undefined;
  /** QoS 1 and 2 messages that may be in flight towards the client. */
  window = 0;
  /** False for a client that asked for no Reason Strings [MQTT-3.1.2-29]. */
  problemInformation = true;
  /** Seconds; 0 is off. */
  keepAlive = 0;
  cleanStart = true;
  /** Since when what is being handled has waited for answers, in monotonic milliseconds; 0 when it has not. */
  askedAtMs = 0;
  /** When CONNACK left, in milliseconds since the epoch; 0 before. */
  connectedAtMs = 0;
  /** The enhanced authentication that is under way. */
  stage: AuthenticationStage | undefined;
  authenticationMethod: string | undefined;
  inboundAliases: InboundAliases | undefined;
  /** QoS 1 and 2 messages of the client that are not acknowledged yet. */
  unacknowledged = 0;
  messageRate: TokenBucket | undefined;
  byteRate: TokenBucket | undefined;
  /** Ends the wait of a client that was above its rate. */
  stopRateWait: (() => void) | undefined;
  readonly routeMemory: RouteMemory = { topic: '', match: undefined, gathers: true };
  /** The last topic that passed the checks of a publish. */
  checkedTopic = '';
  #turnShare: TurnShare | undefined;
  #adopted = false;
  /** Packets that wait for a commit. */
  #promised = 0;

  constructor(link: Link, rules: ListenerRules, context: BrokerContext, options: BrokerOptions) {
    this.link = link;
    this.rules = rules;
    this.context = context;
    this.options = options;
    this.identity = { clientId: '', username: undefined, peer: link.peer, version: 4 };
    this.deadline = new Deadline(context, this, options.connectSecondsMax);
    this.transmitter = new Transmitter(link, context.clock, rules.mountpoint);
    this.#unreadBytesMax = unreadBytesMax(options);
  }

  /** How the client is called in sentences. */
  get label(): string {
    const { clientId, peer } = this.identity;
    return clientId === '' ? `Client at ${peer.address}:${peer.port}` : `Client ${quote(clientId)} (${peer.address})`;
  }

  /** Put before every topic of the client; before its login, as its listener says it. */
  get mountpoint(): string {
    return this.transmitter.mountpoint;
  }

  get isConnected(): boolean {
    return this.state === 'connected';
  }

  // What the link tells.

  receive(packet: ControlPacket): void {
    if (this.state === 'ended') return;
    this.deadline.active = true;
    try {
      this.context.router.deliverGathered();
      dispatch(this, packet);
    } catch (error) {
      this.#caught(error);
    }
  }

  receivePublish(message: Message): void {
    if (this.state === 'ended') return;
    this.deadline.active = true;
    try {
      if (this.state !== 'connected') notConnected(this, 'PUBLISH');
      handlePublish(this, message);
    } catch (error) {
      this.#caught(error);
    }
  }

  caughtUp(): void {
    try {
      this.context.router.deliverGathered();
    } catch (error) {
      this.#caught(error);
    }
  }

  /** Nothing that a packet sets off may reach beyond its own connection. */
  #caught(error: unknown): void {
    if (error instanceof ProtocolError) {
      this.failed(error);
      return;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.context.log.error('A packet handler failed; this is a defect of the broker', {
      client: this.label,
      error: text,
    });
    this.end({ name: 'protocol_error', reasonCode: 0x83, message: `${this.label} met an internal error` });
  }

  failed(error: ProtocolError): void {
    this.context.counters.protocolErrors++;
    if (error.limit !== undefined) this.context.counters.limit(error.limit);
    if (this.state === 'opening' && error instanceof ConnectError && error.answerVersion !== undefined) {
      this.adopt(error.answerVersion);
    }
    this.end({
      name: error.statement === '' ? 'limit' : 'protocol_error',
      reasonCode: error.reasonCode,
      message: `${this.label}: ${error.message}`,
      statement: error.statement,
      // Before a CONNECT that could be read nothing is known of the peer's version, so nothing can be said to it.
      silent: this.state === 'opening' && !this.#adopted,
    });
  }

  /** The version is known: from here on the client can be told why it is refused. */
  adopt(version: ProtocolVersion, maximumPacketSize: number = Number.POSITIVE_INFINITY): void {
    this.version = version;
    this.#adopted = true;
    this.link.adopt(version, maximumPacketSize);
  }

  closed(error: Error | undefined): void {
    this.context.counters.connectionsClosed++;
    this.context.open.delete(this);
    if (this.state === 'ended') return;
    const message = error === undefined ? 'closed its connection' : `lost its connection: ${error.message}`;
    this.end({
      name: error === undefined ? 'peer_closed' : 'connection_error',
      reasonCode: 0,
      message: `${this.label} ${message}`,
      silent: true,
    });
  }

  drained(): void {
    this.#unreadAnswers?.drained();
    if (this.state === 'connected') this.session?.pump();
  }

  // What handlers use.

  /**
   * Sends a packet; Reason Strings are left out for a client that does not want them. False: the client takes no packet
   * of that size and would wait for it for ever, so the connection was ended.
   */
  send(packet: ControlPacket): boolean {
    if (this.link.send(this.problemInformation ? packet : withoutProblemInformation(packet))) {
      if (this.link.bytesWaiting >= this.#unreadBytesMax) this.#tooManyUnread();
      return true;
    }
    this.end(unsendable(this.label, packet));
    return false;
  }

  #tooManyUnread(): void {
    this.#unreadAnswers ??= new UnreadAnswers(this.link, this.context);
    this.#unreadAnswers.tooMany();
  }

  /**
   * Whether something recorded since the journal stood at `since`, or an earlier promise of this connection, has to
   * become durable before a promise may leave.
   */
  mustWait(since: number): boolean {
    const { journal } = this.context;
    return journal !== undefined && (journal.operations !== since || this.#promised > 0);
  }

  /**
   * Calls `done` once everything recorded so far is durable, in the order of the calls, unless the connection has ended;
   * `failed` if the store refuses, even then: what was recorded may have to be taken back.
   */
  afterCommit(done: () => void, failed: () => void): void {
    this.#promised++;
    this.context.journal!.onCommitted(
      () => {
        this.#promised--;
        if (this.state === 'connected') done();
      },
      () => {
        this.#promised--;
        failed();
      },
    );
  }

  /** Sends a packet that promises what was recorded since `since`, once that is durable. */
  promise(packet: ControlPacket, since: number): void {
    if (this.mustWait(since))
      this.afterCommit(
        () => this.send(packet),
        () => this.end(storeFailed(this)),
      );
    else this.send(packet);
  }

  /** Continues with a value that is here or still to come. While it is to come no packet is received. */
  settle<T>(value: T | PromiseLike<T>, then: (value: T) => void, otherwise: (error: unknown) => void): void {
    if (!isPromiseLike(value)) {
      then(value);
      return;
    }
    awaitAnswer(this, value, then, otherwise);
  }

  /** Runs what an answer sets off, which may find that the client has broken a rule. */
  guard(task: () => void): void {
    if (this.state === 'ended') return;
    try {
      task();
    } catch (error) {
      this.#caught(error);
    }
  }

  /** Accounts for work that a packet caused; see `TurnShare`. Made when first needed: most clients never do. */
  spend(units: number): void {
    this.#turnShare ??= new TurnShare(this.link, this.context.clock);
    this.#turnShare.spend(units);
  }

  deadlineOver(silenceMs: number): void {
    endOverdue(this, silenceMs);
  }

  // As sender of an outbox.

  get congested(): boolean {
    return this.link.bytesWaiting >= this.options.writeBufferBytesMax;
  }

  transmit(
    message: Message,
    qos: Qos,
    retain: boolean,
    dup: boolean,
    packetId: number,
    identifiers: readonly number[] | undefined,
  ): boolean {
    const isSent = this.transmitter.transmit(message, qos, retain, dup, packetId, identifiers);
    const { events } = this.context;
    if (isSent && events.wantsDelivered) events.emit('delivered', { message, client: this.identity, qos });
    return isSent;
  }

  permits(message: Message, qos: Qos, retain: boolean): boolean {
    return mayReceive(this, message, qos, retain);
  }

  sendPubrel(packetId: number): void {
    this.send({ type: 'pubrel', packetId, reasonCode: 0, properties: undefined });
  }

  unreadable(error: BackendError): void {
    endUnreadable(this, error);
  }

  supersede(): void {
    this.context.counters.sessionsTakenOver++;
    this.end({
      name: 'taken_over',
      reasonCode: 0x8e,
      message: `${this.label} connected again; the earlier connection ends`,
      statement: 'MQTT-3.1.4-3',
    });
  }

  /** The one way out: tells the client, closes, and settles session, will, event, log and counters. */
  end(end: End): void {
    if (this.state === 'ended') return;
    // What it published comes before its will, and what it is to receive before the end.
    this.context.router.deliverGathered();
    const before = this.state;
    this.state = 'ended';
    this.deadline.cancel();
    this.loginExpiry?.cancel();
    this.stopRateWait?.();
    if (!end.silent) this.#tell(before, end);
    if (end.silent && end.name !== 'normal') this.link.destroy();
    else this.link.close();
    const { events, sessions, counters } = this.context;
    if (this.session !== undefined) sessions.release(this.session, this, end);
    logEnd(this.context.log, end, this.identity, this.rules.name, before === 'connected');
    if (before === 'connected') {
      const { name: reason, reasonCode, message } = end;
      const { identity: client, connectedAtMs } = this;
      events.emit('disconnected', { client, reason, reasonCode, message, connectedAtMs });
      return;
    }
    counters.connectionsRefused++;
    const { clientId, username, peer } = this.identity;
    events.emit('refused', {
      clientId,
      username,
      address: peer.address,
      reason: end.name,
      reasonCode: end.reasonCode,
      message: end.message,
    });
  }

  #tell(before: ConnectionState, end: End): void {
    const packet = refusalOf(before, this.version, end);
    if (packet !== undefined) this.link.send(packet);
  }
}
