/**
 * One bridge: when it connects, to which address, how long it waits after a failure, and what it tells of itself. What
 * happens on a connection is the business of `Crossing`.
 */

import type { Socket } from 'node:net';
import type { Broker } from '../broker/broker.ts';
import type { BrokerOptions } from '../broker/options.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Link, LinkOwner } from '../ports/link.ts';
import type { Peer } from '../ports/listener.ts';
import type { Log } from '../ports/log.ts';
import { bridgeDigest } from '../topic/bridge-list.ts';
import { TopicMap } from '../topic/bridge-rules.ts';
import { Announcements } from './announcements.ts';
import { BridgeError, type FailureFields } from './bridge-error.ts';
import { Crossing } from './crossing.ts';
import type { CrossingContext, Leave, Way } from './crossing-context.ts';
import { addressText, answers, type Dialling, dial } from './dial.ts';
import { type Introduction, introductions, isForNow } from './handshake.ts';
import { LazyStart } from './lazy-start.ts';
import { bridgePeer } from './local/end.ts';
import { LocalLosses } from './local/losses.ts';
import { localOptions } from './local/options.ts';
import { LocalPermissions } from './local/permissions.ts';
import type { BridgeLogins } from './logins.ts';
import { PatienceOfOther } from './patience.ts';
import { prime } from './priming.ts';
import { RetryDelay } from './retry-delay.ts';
import { Returns } from './returns.ts';
import {
  type BridgeAddress,
  type BridgeCounters,
  type BridgeFailure,
  type BridgeSpec,
  type BridgeState,
  type BridgeStatus,
  newCounters,
} from './spec.ts';
import { Stuck, type Unanswered } from './stuck.ts';

export type BridgeBroker = Pick<
  Broker,
  'accept' | 'publish' | 'subscribe' | 'disconnectClient' | 'options' | 'echoes' | 'on' | 'inspect'
>;

export interface BridgeDependencies {
  readonly broker: BridgeBroker;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly logins: BridgeLogins;
  /** Speaks MQTT, as a client does, over a socket that is open; what comes in goes to `owner`. */
  speak(socket: Socket, peer: Peer, owner: LinkOwner): Link;
}

/** How often the first address is looked at while another one is used. */
const PROBE_MS = 5_000;
/** Times that a message is sent again which the other broker cannot keep for now; then it is given up. */
const PATIENCE = 5;
const IDLE_LOOK_MS = 500;

export class Bridge {
  readonly spec: BridgeSpec;
  readonly counters: BridgeCounters = newCounters();
  readonly #dependencies: BridgeDependencies;
  readonly #map: TopicMap;
  readonly #peer: Peer = bridgePeer();
  readonly #localOptions: BrokerOptions;
  readonly #ways: readonly Introduction[];
  readonly #delay: RetryDelay;
  /** Digests of the client identifiers of bridges that the other broker knows. */
  readonly #echoes = new Set<string>();
  readonly #permissions: LocalPermissions;
  readonly #losses: LocalLosses;
  readonly #announcements: Announcements;
  readonly #returns: Returns;
  readonly #patienceOfOther: PatienceOfOther;
  readonly #stuck = new Stuck();
  #state: BridgeState = 'stopped';
  #addressIndex = 0;
  #wayIndex = 0;
  #patience = PATIENCE;
  #dialling: Dialling | undefined;
  #crossing: Crossing | undefined;
  #lazy: LazyStart | undefined;
  #connectedSinceMs: number | undefined;
  #retryAtMs: number | undefined;
  #lastFailure: BridgeFailure | undefined;
  /** Why it is down, as it was told; undefined while it is not. */
  #toldCode: string | undefined;
  #lastUsedMs = 0;
  /** Ends whatever timer belongs to the present state. */
  #cancel: () => void = () => {};
  /** Grows with every start and stop, so that what was begun before is known to be out of date. */
  #run = 0;

  constructor(spec: BridgeSpec, dependencies: BridgeDependencies) {
    this.spec = spec;
    this.#dependencies = dependencies;
    this.#localOptions = localOptions(dependencies.broker.options, spec);
    this.#map = new TopicMap(spec.rules);
    this.#ways = introductions(spec);
    this.#delay = new RetryDelay(spec.retry, dependencies.random);
    dependencies.logins.admit(this.#peer, spec.localClientId, spec.localUsername);
    const owner = {
      spec,
      map: this.#map,
      peer: this.#peer,
      counters: this.counters,
      failed: (code: string, message: string, fields: FailureFields): void => this.#noteFailure(code, message, fields),
      mayTryAgain: (): void => this.#crossing?.tryAgain(),
    };
    this.#permissions = new LocalPermissions(owner, dependencies);
    this.#losses = new LocalLosses(owner, dependencies);
    this.#announcements = new Announcements(spec, dependencies.broker, dependencies.log);
    this.#returns = new Returns(this.#map, spec.remoteClientId, dependencies.clock, dependencies.random);
    this.#patienceOfOther = new PatienceOfOther(spec.name, dependencies.log);
  }

  get status(): BridgeStatus {
    const { name, startType, remoteClientId, localClientId } = this.spec;
    return {
      name,
      state: this.#state,
      startType,
      address: addressText(this.#address),
      protocolVersion: this.#state === 'connected' ? this.#crossing?.version : undefined,
      remoteClientId,
      localClientId,
      connectedSinceMs: this.#connectedSinceMs,
      retryAtMs: this.#retryAtMs,
      inflight: this.#crossing?.inflight ?? 0,
      queued: this.#dependencies.broker.inspect.client(localClientId)?.queued ?? 0,
      lastFailure: this.#lastFailure,
      counters: this.counters,
    };
  }

  /** Makes its session, and says that it is down; what is published from now on waits for it. */
  async open(): Promise<void> {
    this.#announcements.state('0');
    this.#announcements.list('1');
    const { broker, clock } = this.#dependencies;
    // Where the other broker is this one, its client is a client here.
    broker.echoes.keepApart(this.spec.localClientId, this.spec.remoteClientId);
    const context = {
      broker,
      clock,
      spec: this.spec,
      map: this.#map,
      peer: this.#peer,
      localOptions: this.#localOptions,
      congestedBytes: broker.options.writeBufferBytesMax,
      permissions: this.#permissions,
    };
    const returnCode = await prime(context);
    if (returnCode === 0 || isForNow(returnCode)) return;
    // Somebody else has left a session under the identifier that is the bridge's.
    broker.disconnectClient(this.spec.localClientId, true);
    await prime(context);
  }

  /** Connects, or waits for messages where it is lazy. Does nothing when it runs already. */
  start(): void {
    if (this.#state !== 'stopped' && this.#state !== 'ended') return;
    this.#run++;
    if (this.spec.startType === 'lazy') this.#waitForMessages();
    else this.#connect();
  }

  /** Disconnects and stays so. Its session goes on to gather messages. */
  async stop(): Promise<void> {
    this.#run++;
    this.#cancel();
    this.#dialling?.abandon();
    this.#lazy?.close();
    this.#lazy = undefined;
    this.#crossing?.leave('stopped');
    this.#state = 'stopped';
    this.#retryAtMs = undefined;
    await this.#announcements.settled();
  }

  /**
   * Stops for good, and ends its session with everything that waits in it.
   * @param keepsSession whether another bridge goes on with the session; false unless given
   */
  async remove(keepsSession: boolean = false): Promise<void> {
    await this.stop();
    const { broker, logins } = this.#dependencies;
    broker.echoes.allow(this.spec.localClientId, this.spec.remoteClientId);
    if (!keepsSession) broker.disconnectClient(this.spec.localClientId, true);
    logins.dismiss(this.spec.localClientId);
    this.#permissions.close();
    this.#losses.close();
    this.#announcements.list('');
    for (const digest of [...this.#echoes]) this.#heardOfBridge(digest, false);
  }

  get #address(): BridgeAddress {
    return this.spec.addresses[this.#addressIndex]!;
  }

  #waitForMessages(): void {
    this.#state = 'idle';
    const { broker } = this.#dependencies;
    this.#lazy = new LazyStart(broker, [...this.#map.localFilters.keys()], this.spec.threshold, () => {
      this.#connect();
    });
  }

  #connect(): void {
    this.#cancel();
    this.#state = 'connecting';
    this.#retryAtMs = undefined;
    const run = this.#run;
    const dialling = dial(this.spec, this.#address);
    this.#dialling = dialling;
    dialling.socket.then(
      (socket) => {
        if (run === this.#run) this.#begin(socket);
        else socket.destroy();
      },
      (error: unknown) => {
        if (run === this.#run) this.#failed(this.#asBridgeError(error));
      },
    );
  }

  #begin(socket: Socket): void {
    const crossing = new Crossing(this.#crossingContext(), this.#ways[this.#wayIndex]!);
    this.#crossing = crossing;
    const peer: Peer = {
      address: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
      localAddress: socket.localAddress ?? '',
      localPort: socket.localPort ?? 0,
      listener: 'bridge',
      transport: this.spec.tls === undefined ? 'tcp' : 'tls',
    };
    crossing.begin(this.#dependencies.speak(socket, peer, crossing));
  }

  #crossingContext(): CrossingContext {
    const { broker, clock, log } = this.#dependencies;
    return {
      spec: this.spec,
      map: this.#map,
      counters: this.counters,
      clock,
      log,
      broker,
      peer: this.#peer,
      localOptions: this.#localOptions,
      permissions: this.#permissions,
      refusesTopic: (topic) => this.#losses.refuses(topic),
      congestedBytes: broker.options.writeBufferBytesMax,
      isEcho: (publisher) => this.#isEcho(publisher),
      returns: this.#returns,
      asks: this.#patienceOfOther.mayAsk,
      heard: (digest, isThere) => this.#heardOfBridge(digest, isThere),
      address: addressText(this.#address),
      triesAgain: () => --this.#patience > 0,
      accepted: () => {
        this.#patience = PATIENCE;
      },
      refused: (packetId, reasonCode) => {
        log.warn('The other broker refused a message of a bridge', { bridge: this.spec.name, packetId, reasonCode });
      },
      up: () => this.#isUp(),
      used: () => {
        this.#lastUsedMs = clock.monotonic();
      },
      ended: (cause, way, unanswered) => this.#ended(cause, way, unanswered),
    };
  }

  #isUp(): void {
    const { clock, log } = this.#dependencies;
    const crossing = this.#crossing!;
    this.#state = 'connected';
    this.#connectedSinceMs = clock.now();
    this.counters.connects++;
    this.#delay.reset();
    this.#announcements.state('1');
    log.info('Bridge connected', {
      bridge: this.spec.name,
      address: addressText(this.#address),
      version: crossing.version,
    });
    for (const message of this.#lazy?.close() ?? []) crossing.sendUnkept(message);
    this.#lazy = undefined;
    this.#lastUsedMs = clock.monotonic();
    const stopLooking = [
      this.spec.startType === 'lazy' ? clock.every(IDLE_LOOK_MS, () => this.#lookIdle(crossing)) : undefined,
      this.#addressIndex > 0 && !this.spec.roundRobin
        ? clock.every(PROBE_MS, () => void this.#probe(crossing))
        : undefined,
    ];
    this.#cancel = () => {
      for (const stop of stopLooking) stop?.();
    };
  }

  /** A client here whose identifier has that digest is a bridge of the other broker: what it brings comes from there. */
  #heardOfBridge(digest: string, isThere: boolean): void {
    const { localClientId, remoteClientId } = this.spec;
    if (digest === bridgeDigest(remoteClientId)) return;
    const { echoes } = this.#dependencies.broker;
    if (isThere) {
      this.#echoes.add(digest);
      echoes.keepApart(localClientId, digest);
    } else {
      this.#echoes.delete(digest);
      echoes.allow(localClientId, digest);
    }
  }

  #isEcho(publisher: string): boolean {
    if (publisher === '') return false;
    return publisher === this.spec.remoteClientId || this.#echoes.has(bridgeDigest(publisher));
  }

  #lookIdle(crossing: Crossing): void {
    const silenceMs = this.#dependencies.clock.monotonic() - this.#lastUsedMs;
    if (silenceMs >= this.spec.idleSeconds * 1000 && crossing.inflight === 0) crossing.leave('idle');
  }

  async #probe(crossing: Crossing): Promise<void> {
    if ((await answers(this.spec.addresses[0]!, PROBE_MS - 500)) && !crossing.isOver) crossing.leave('first_address');
  }

  #ended(cause: BridgeError | Leave, way: Way, unanswered: Unanswered | undefined): void {
    this.#cancel();
    this.#cancel = () => {};
    this.#crossing = undefined;
    if (this.#connectedSinceMs !== undefined) this.#announcements.state('0');
    this.#connectedSinceMs = undefined;
    if (cause instanceof BridgeError) {
      // A connection that ends over a message did not end over what was asked.
      if (unanswered === undefined) this.#patienceOfOther.ended(cause.code, way);
      if (way === 'later') this.#toldCode = undefined;
      if (way === 'login' && this.#introducesAnew(cause.code)) this.#connect();
      else this.#failed(this.#stuck.ended(cause, unanswered));
      return;
    }
    this.#dependencies.log.info('Bridge disconnected', { bridge: this.spec.name, why: cause });
    if (cause === 'idle') this.#waitForMessages();
    if (cause !== 'first_address') return;
    this.#addressIndex = 0;
    this.#connect();
  }

  /** Takes the next way of introducing itself. True: it may be tried at once. */
  #introducesAnew(code: string): boolean {
    if (code !== 'BRIDGE_REFUSED_VERSION' && code !== 'BRIDGE_REFUSED_SILENTLY') return false;
    this.#wayIndex = (this.#wayIndex + 1) % this.#ways.length;
    return code === 'BRIDGE_REFUSED_VERSION' && this.#wayIndex > 0;
  }

  #failed(error: BridgeError): void {
    const { clock, log, broker } = this.#dependencies;
    this.counters.failures++;
    const isNews = this.#toldCode !== error.code;
    this.#toldCode = error.code;
    this.#noteFailure(error.code, error.message, error.fields);
    const fields = { bridge: this.spec.name, code: error.code, cause: error.message };
    if (isNews) log.warn('Bridge is down', fields);
    else log.debug('Bridge is still down', fields);
    if (error.code === 'BRIDGE_LOCAL_REFUSED') broker.disconnectClient(this.spec.localClientId, true);
    if (this.spec.startType === 'once') {
      this.#state = 'ended';
      return;
    }
    this.#addressIndex = (this.#addressIndex + 1) % this.spec.addresses.length;
    const delayMs = this.#delay.next();
    this.#state = 'waiting';
    this.#retryAtMs = clock.now() + delayMs;
    this.#cancel = clock.after(delayMs, () => this.#connect());
  }

  #asBridgeError(error: unknown): BridgeError {
    if (error instanceof BridgeError) return error;
    const detail = error instanceof Error ? error.message : String(error);
    const fields = { address: addressText(this.#address), reason: 'error', detail };
    return new BridgeError('BRIDGE_UNREACHABLE', `Bridge ${this.spec.name}: ${detail}`, fields, error);
  }

  #noteFailure(code: string, message: string, fields: FailureFields): void {
    this.#lastFailure = { code, message, fields, atMs: this.#dependencies.clock.now() };
  }
}
