/**
 * A whole world from one seed: the broker, its clients, the lines between them, the disk and the clock. Each step does
 * one thing at random and lets some bytes travel. What there is to do is listed in `actions.ts`.
 */

import type { ListenerRules } from '../../src/ports/rules.ts';
import { openMqtt } from '../../src/protocols/mqtt.ts';
import { memoryPair, SeededRandom } from '../../src/testing/index.ts';
import { act } from './actions.ts';
import { ClientConnection, type ConnectChoice, type ConnectionOwner } from './client-connection.ts';
import { type ClientWorld, SimulatedClient } from './client-model.ts';
import { DeliveryCheckers } from './delivery-checkers.ts';
import { Ledger } from './ledger.ts';
import { Life, type Surroundings } from './life.ts';
import type { LossRules } from './loss-checker.ts';
import { type Plan, planOf } from './plan.ts';
import { RetainedModel } from './retained-model.ts';
import { SessionModel } from './session-model.ts';
import { Disk } from './simulated-store.ts';
import { WillModel } from './will-model.ts';

const EPOCH_MS = Date.UTC(2026, 0, 1);
/** Turns that chains of promises get to come to rest. */
const MICROTASKS = 12;
/** Time is moved on in pieces no longer than this, so that clients can keep their connections alive. */
const PIECE_MS = 1000;

export class World implements ClientWorld {
  readonly plan: Plan;
  readonly random: SeededRandom;
  readonly ledger: Ledger;
  readonly deliveries: DeliveryCheckers;
  readonly sessions: SessionModel;
  readonly wills: WillModel;
  readonly retained: RetainedModel;
  readonly lossRules: LossRules;
  readonly disk: Disk = new Disk();
  readonly clients: readonly SimulatedClient[];
  /** Connections of which an end is still open. */
  open: ClientConnection[] = [];
  /** Set to 0 for the peaceful end. */
  commitFails: number;
  life!: Life;
  readonly #byAddress = new Map<string, ClientConnection>();
  readonly #present = new Map<string, boolean>();
  /** Questions for permission that wait for an answer. */
  #questions: (() => void)[] = [];
  #connections = 0;
  #settledMoment = 0;
  #settledRetained: Map<string, number> = new Map();

  constructor(seed: number) {
    this.plan = planOf(seed);
    this.random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
    this.ledger = new Ledger(this.plan.clientIds);
    this.commitFails = this.plan.commitFails;
    const copiesEach = this.plan.options.overlappingSubscriptions === 'copy_each';
    this.deliveries = new DeliveryCheckers(this.ledger, {
      copiesEach,
      groupsAreApart: this.plan.groupsAreApart,
    });
    this.lossRules = {
      queuesAreShort: this.plan.queuesAreShort,
      willsAreCertain: this.plan.crashes === 0 && this.plan.commitFails === 0,
      storeMayFail: this.plan.commitFails > 0,
      expiresUnrouted: this.plan.lateAnswers > 0,
    };
    this.sessions = new SessionModel(this.ledger);
    this.wills = new WillModel(this.ledger);
    this.retained = new RetainedModel(this.ledger);
    this.clients = this.plan.clientIds.map((clientId) => new SimulatedClient(clientId, this));
  }

  get receiveMaximum(): number {
    return this.plan.options.receiveMaximum!;
  }

  get endsUnauthorized(): boolean {
    return this.plan.options.unauthorizedPublish === 'disconnect';
  }

  now(): number {
    return this.life.clock.now();
  }

  isForbidden(topic: string): boolean {
    return topic.startsWith(this.plan.forbidden);
  }

  sessionPresent(connection: ClientConnection): boolean {
    return this.#present.get(connection.address) ?? false;
  }

  async begin(atMs: number = EPOCH_MS): Promise<void> {
    const surroundings: Surroundings = {
      plan: this.plan,
      ledger: this.ledger,
      lossRules: this.lossRules,
      sessions: this.sessions,
      wills: this.wills,
      retained: this.retained,
      disk: this.disk,
      byAddress: this.#byAddress,
      present: this.#present,
      authorizer: {
        name: 'simulated',
        authorize: (_client, { topic }) => {
          const answer = this.isForbidden(topic) ? 'deny' : 'allow';
          if (!this.random.chance(this.plan.lateAnswers)) return answer;
          return new Promise((resolve) => this.#questions.push(() => resolve(answer)));
        },
      },
    };
    this.life = await Life.begin(surroundings, atMs, this.random.next());
  }

  async run(steps: number): Promise<void> {
    await this.begin();
    for (let step = 1; step <= steps && !this.ledger.hasFailed; step++) {
      this.ledger.beginStep(step);
      await act(this);
      for (const connection of [...this.open]) {
        if (this.random.chance(0.5)) this.carryToBroker(connection, 1 + this.random.integer(40));
        if (this.random.chance(0.5)) this.carryToClient(connection, 1 + this.random.integer(40));
      }
      if (this.random.chance(0.7)) await this.turn();
      if (this.random.chance(0.4)) this.finishCommit();
      if (this.random.chance(0.3)) this.answerQuestion();
      await rest();
      this.#look();
    }
  }

  /** Lets the broker finish its turn. */
  async turn(): Promise<void> {
    this.life.clock.runSoon();
    await rest();
  }

  finishCommit(): void {
    const { store } = this.life;
    if (store !== undefined && store.waiting > 0) store.finishCommit(!this.random.chance(this.commitFails));
  }

  answerQuestion(): void {
    if (this.#questions.length === 0) return;
    this.#questions.splice(this.random.integer(this.#questions.length), 1)[0]!();
  }

  // The lines.

  /** A new connection, given to `owner`; it has sent nothing yet. */
  connection(owner: ConnectionOwner, choice: ConnectChoice): ClientConnection {
    const number = ++this.#connections;
    const address = `10.0.${number >> 8}.${number & 255}`;
    const chunkBytes = (): number => 1 + this.random.integer(this.plan.pieceBytesMax);
    const pair = memoryPair({ peer: { address }, chunkBytes });
    // Nothing leaves the broker's side until it is carried; a broker that has too much waiting is told when it is gone.
    pair.server.blocked = true;
    const rules: ListenerRules = {
      name: 'memory',
      anonymous: 'allow',
      mountpoint: '',
      maximumQos: 2,
      topicAliasMaximum: this.life.broker.options.topicAliasMaximum,
    };
    const limits = { packetBytesMax: 1_000_000, connectBytesMax: 65_536, userPropertiesMax: 64, filtersMax: 64 };
    openMqtt(pair.server, (link) => this.life.broker.accept(link, rules), limits);
    const inflightMax = this.plan.options.inflightMax!;
    const connection = new ClientConnection(owner, choice, pair, address, this.ledger, inflightMax);
    this.open.push(connection);
    return connection;
  }

  /** Makes a connection of a simulated client known to those who judge. */
  introduce(connection: ClientConnection): void {
    this.#byAddress.set(connection.address, connection);
  }

  carryToBroker({ pair, deadSinceMs }: ClientConnection, pieces: number): boolean {
    if (deadSinceMs > 0) return false;
    const wrote = pair.client.write();
    return pair.server.read(pieces) || wrote;
  }

  carryToClient(connection: ClientConnection, pieces: number): boolean {
    const { pair, isSlow, isEnded, deadSinceMs } = connection;
    const isStuck = isSlow || deadSinceMs > 0;
    // Whoever ends a connection does not wait for ever for a peer that takes nothing.
    if (isStuck && !isEnded) return false;
    const had = !pair.server.closed && pair.server.bytesWaiting > 0;
    pair.server.unblock();
    pair.server.blocked = true;
    if (isStuck) return false;
    return pair.client.read(pieces) || had;
  }

  /** The line breaks: what travels is lost, and both sides are told. */
  cut(connection: ClientConnection): void {
    this.ledger.note(`the line of ${connection.owner.clientId} from ${connection.address} is cut`);
    connection.pair.server.cut();
  }

  /** Everything of the broker that was not on the disk is lost, and so are its connections; a new one starts. */
  async crash(): Promise<void> {
    const { store } = this.life;
    if (store === undefined) return;
    const durable = this.random.integer(store.waiting + 1);
    this.ledger.note(`the broker crashes; ${durable} of ${store.waiting} commits were durable`);
    for (const connection of this.open) {
      if (this.random.chance(0.5)) this.carryToClient(connection, Number.POSITIVE_INFINITY);
    }
    this.life.isDead = true;
    store.crash(durable);
    this.#questions = [];
    for (const connection of this.open) {
      connection.isEnded = true;
      connection.endedAtMs = undefined;
      connection.pair.server.cut();
    }
    for (const client of this.clients) client.brokerCrashed();
    this.open = [];
    const atMs = this.now() + this.random.pick([0, 50, 3000]);
    this.sessions.crashed(this.#settledMoment, atMs);
    this.retained.crashed(this.#settledRetained);
    this.wills.crashed();
    await this.begin(atMs);
  }

  /** Moves time on; clients that can keep their connections alive do. */
  async advance(ms: number): Promise<void> {
    this.ledger.note(`${ms} ms pass`);
    for (let left = ms; left > 0; left -= PIECE_MS) {
      for (const client of this.clients) {
        const { connection } = client;
        if (connection === undefined || !connection.isUsable) continue;
        const { keepAlive } = connection.choice;
        if (keepAlive > 0 && this.now() - connection.lastSentMs >= keepAlive * 500) client.ping();
        this.carryToBroker(connection, Number.POSITIVE_INFINITY);
      }
      await this.turn();
      this.life.clock.advance(Math.min(left, PIECE_MS));
      await rest();
    }
    for (const connection of this.open) this.#checkKeepAlive(connection);
  }

  /** A line that went dead is noticed in one and a half times the keep alive, and a look more [MQTT-3.1.2-22]. */
  #checkKeepAlive(connection: ClientConnection): void {
    const { deadSinceMs, isEnded, choice } = connection;
    if (deadSinceMs === 0 || choice.keepAlive === 0 || isEnded || this.plan.lateAnswers > 0) return;
    const silentMs = this.now() - deadSinceMs;
    if (silentMs <= choice.keepAlive * 1700 + 500) return;
    const { clientId } = connection.owner;
    this.ledger.fail(`${clientId} is silent for ${silentMs} ms at keep alive ${choice.keepAlive} s`, clientId);
  }

  #look(): void {
    this.open = this.open.filter(({ pair }) => !(pair.server.closed && pair.client.closed));
    if (!this.life.isSettled) return;
    this.#settledMoment = this.ledger.moment;
    this.#settledRetained = this.retained.marks();
  }
}

/** Lets promises come to rest. */
export async function rest(): Promise<void> {
  for (let i = 0; i < MICROTASKS; i++) await undefined;
}
