/**
 * Load on a broker that is killed again and again: publishers of numbered messages at QoS 1 and 2, receivers that are
 * there, receivers that come and go, subscriptions that come and go, retained messages that change. Everything is
 * random from one seed, except for the moments that the machine chooses.
 */

import { SeededRandom } from '../../src/testing/index.ts';
import { pause, until } from '../listeners/listening.ts';
import type { BrokerProcess } from './broker-process.ts';
import { DurableClient, type Version } from './client.ts';
import { Ledger } from './ledger.ts';

const TOPICS = 4;
const RETAINED_TOPICS = 20;
const FILTERS = 12;
/** Below the Receive Maximum of the broker. */
const WINDOW = 60;
const TICK_MS = 4;
/** Nothing more comes when nothing came for so long. */
const SILENCE_MS = 8_000;

interface RetainedState {
  /** Number of the newest message that was acknowledged; 0 before the first. */
  acknowledged: number;
  sent: number;
}

export class KillLoop {
  readonly ledger: Ledger = new Ledger((topic) => topic.startsWith('2/'));
  readonly complaints: string[] = [];
  readonly #random: SeededRandom;
  readonly #broker: BrokerProcess;
  readonly #publishers: DurableClient[] = [];
  readonly #receivers: DurableClient[] = [];
  readonly #changing: DurableClient;
  readonly #retaining: DurableClient;
  /** Filters of the changing client: there, gone, or asked for without an answer. */
  readonly #filters = new Map<string, boolean | undefined>();
  /** Of each filter the number of the last SUBSCRIBE or UNSUBSCRIBE that named it. */
  readonly #lastQuestion = new Map<string, number>();
  #questions = 0;
  readonly #retained = new Map<string, RetainedState>();

  constructor(broker: BrokerProcess, seed: number) {
    this.#broker = broker;
    this.#random = new SeededRandom(seed);
    for (const version of [4, 5] as const) {
      this.#publishers.push(this.#publisher(`publisher-${version}`, version));
      for (const kind of ['present', 'roaming'] as const) {
        const receiver = new DurableClient(`${kind}-${version}`, version, { receiveMaximum: 20 });
        this.ledger.watchReceiver(receiver);
        this.#receivers.push(receiver);
      }
    }
    this.#changing = new DurableClient('changing', 5);
    this.#retaining = new DurableClient('retaining', 4);
    this.#retaining.onAcknowledged = ({ topic, payload }) => {
      const state = this.#retained.get(topic);
      if (state !== undefined) state.acknowledged = Math.max(state.acknowledged, Number(payload));
    };
  }

  get #clients(): DurableClient[] {
    return [...this.#publishers, ...this.#receivers, this.#changing, this.#retaining];
  }

  #publisher(clientId: string, version: Version): DurableClient {
    const publisher = new DurableClient(clientId, version);
    this.ledger.watchPublisher(publisher);
    return publisher;
  }

  /** Connects everybody, and subscribes those who receive. */
  async begin(): Promise<void> {
    for (const client of this.#clients) {
      client.onDisconnect = (code) => this.complaints.push(`${client.clientId} was told DISCONNECT ${code}`);
    }
    for (const client of this.#clients) await this.#broker.accept(client);
    for (const receiver of this.#receivers) {
      let isDone = false;
      receiver.subscribe({ '1/#': 1, '2/#': 2 }, () => {
        isDone = true;
      });
      await until(() => isDone, `SUBACK for ${receiver.clientId}`);
    }
  }

  /** Load for a random time, then a kill, a restart, and a look at what must be there at once. */
  async round(): Promise<void> {
    const endsMs = performance.now() + 30 + this.#random.integer(250);
    while (performance.now() < endsMs) {
      this.#tick();
      await pause(TICK_MS);
    }
    // Load goes on until the process is gone.
    const killed = this.#broker.kill();
    this.#tick();
    await killed;
    for (const client of this.#clients) client.drop();
    await this.#broker.start();
    await this.#checkRetained();
    for (const client of this.#clients) {
      if (this.#receivers.includes(client) && this.#random.chance(0.3)) continue;
      this.#broker.connect(client);
    }
  }

  #tick(): void {
    for (const publisher of this.#publishers) this.#publish(publisher);
    for (const receiver of this.#receivers) this.#roam(receiver);
    this.#change();
    this.#retain();
  }

  #publish(publisher: DurableClient): void {
    if (!publisher.isConnected) return;
    const count = this.#random.integer(12);
    for (let sent = 0; sent < count && publisher.unacknowledged < WINDOW; sent++) {
      const qos = this.#random.pick([1, 2] as const);
      const topic = `${qos}/${publisher.clientId}/${this.#random.integer(TOPICS)}`;
      publisher.publish(topic, this.ledger.next(topic), qos);
    }
  }

  #roam(receiver: DurableClient): void {
    if (!receiver.isOpen) {
      if (this.#random.chance(0.05)) this.#broker.connect(receiver);
      return;
    }
    if (!receiver.clientId.startsWith('roaming') || !this.#random.chance(0.01)) return;
    if (this.#random.chance(0.5)) receiver.drop();
    else if (receiver.isConnected) receiver.disconnect();
  }

  /** Subscribes to a filter, or takes it back. */
  #change(): void {
    const client = this.#changing;
    if (!client.isConnected || client.unanswered > 4 || !this.#random.chance(0.4)) return;
    const filter = `filter/${this.#random.integer(FILTERS)}`;
    // The answer to the last question tells, and that one alone: the kill may take the answer and not what was done.
    this.#filters.set(filter, undefined);
    const question = ++this.#questions;
    this.#lastQuestion.set(filter, question);
    const isThere = this.#random.chance(0.5);
    const done = (): void => {
      if (this.#lastQuestion.get(filter) === question) this.#filters.set(filter, isThere);
    };
    if (isThere) client.subscribe({ [filter]: 1 }, done);
    else client.unsubscribe([filter], done);
  }

  #retain(): void {
    const client = this.#retaining;
    if (!client.isConnected || client.unacknowledged >= WINDOW) return;
    const number = this.#random.integer(RETAINED_TOPICS);
    const topic = `retained/${number}`;
    const state = this.#retained.get(topic) ?? { acknowledged: 0, sent: 0 };
    this.#retained.set(topic, state);
    state.sent++;
    // One QoS for each topic: a repeat at QoS 1 is a new message, which may come after a later one that QoS 2 has kept.
    client.publish(topic, String(state.sent), number % 2 === 0 ? 1 : 2, true);
  }

  /** Right after a start, before any publisher is back: nothing older than what was acknowledged. */
  async #checkRetained(): Promise<void> {
    const expected = new Map([...this.#retained].map(([topic, { acknowledged }]) => [topic, acknowledged]));
    const reader = new DurableClient('reader', 5, { cleanStart: true, expirySeconds: 0 });
    const found = new Map<string, number>();
    let isDone = false;
    reader.onReceived = ({ topic, payload }) => {
      found.set(topic, Number(payload));
    };
    await this.#broker.accept(reader);
    reader.subscribe({ 'retained/#': 0, end: 0 }, () => reader.publish('end', '0', 0));
    await until(() => found.has('end'), 'all retained messages');
    isDone = true;
    reader.disconnect();
    for (const [topic, acknowledged] of expected) {
      const number = found.get(topic) ?? 0;
      if (isDone && number < acknowledged) {
        this.complaints.push(
          `${topic} retains ${number} after start ${this.#broker.starts}; ${acknowledged} was acknowledged`,
        );
      }
    }
  }

  /** Lets everything be delivered, and says what is wrong. */
  async finish(withinMs: number): Promise<string[]> {
    for (const client of this.#clients) if (!client.isOpen) this.#broker.connect(client);
    const publishers = [...this.#publishers, this.#retaining];
    await until(() => publishers.every(({ unacknowledged }) => unacknowledged === 0), 'the last PUBACK', withinMs);
    const missing = (): string[] =>
      this.#receivers.flatMap(({ clientId }) => this.ledger.missing(clientId, () => true));
    while (missing().length > 0 && (await this.#goesOn())) await pause(20);
    await this.#checkRetained();
    await this.#checkFilters();
    const broken = this.#clients.flatMap(({ complaints }) => complaints);
    const lines = this.#clients
      .filter(({ isConnected }) => !isConnected)
      .map(({ clientId }) => `${clientId} lost its line`);
    return [...this.complaints, ...this.ledger.complaints, ...broken, ...lines, ...missing()];
  }

  /** Whether anything comes within a time: a slow disk is none of the broker's doing. */
  async #goesOn(): Promise<boolean> {
    const { received } = this.ledger;
    return await until(() => this.ledger.received > received, 'a message', SILENCE_MS).then(
      () => true,
      () => false,
    );
  }

  async #checkFilters(): Promise<void> {
    const got = new Set<string>();
    let isDone = false;
    const client = this.#changing;
    client.onReceived = ({ topic }) => {
      got.add(topic);
    };
    const probe = new DurableClient('probe', 4, { cleanStart: true });
    client.subscribe({ end: 1 }, () => {
      isDone = true;
    });
    await until(() => isDone, 'SUBACK of the end');
    await this.#broker.accept(probe);
    for (const filter of this.#filters.keys()) probe.publish(filter, 'probe', 1);
    probe.publish('end', 'end', 1);
    await until(() => got.has('end'), 'the probes');
    probe.drop();
    for (const [filter, isThere] of this.#filters) {
      if (isThere === undefined || got.has(filter) === isThere) continue;
      this.complaints.push(`${filter} should be ${isThere ? 'subscribed' : 'gone'} and is not`);
    }
  }
}
