/**
 * A short history with everything that a store has to keep: queues of present and absent receivers, both directions of
 * QoS 2, retained messages that are set, replaced and cleared, subscriptions that come and go, a session that ends. It
 * goes on whatever the broker refuses, as clients do, and tells at the end what they were promised.
 */

import type { Qos } from '../../src/packet/types.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';
import { DurableClient, type Version } from './client.ts';
import { Ledger } from './ledger.ts';
import { connectInMemory } from './memory-line.ts';

/** How often a client that was refused or lost tries again before the scenario gives up on this point. */
const ATTEMPTS_MAX = 6;

const FEED = /^[12]\//;

export class Scenario {
  readonly ledger: Ledger = new Ledger((topic) => topic.startsWith('2/'));
  readonly publisher: DurableClient;
  /** Stays connected. */
  readonly present: DurableClient;
  /** Comes and goes. */
  readonly absent: DurableClient;
  /** Its session ends in the middle. */
  readonly leaving: DurableClient;
  /** Filters by whether the broker answered that they are there, or gone; those that were never answered are missing. */
  readonly filters: Map<string, boolean> = new Map();
  /** Acknowledged payloads of retained messages by topic, empty when cleared, and everything sent since. */
  readonly retained: Map<string, { acknowledged: string; sent: string[] }> = new Map();
  broker!: TestBroker;
  #isOver: () => boolean = () => false;

  constructor(version: Version) {
    this.publisher = new DurableClient('publisher', version);
    this.present = new DurableClient('present', version);
    this.absent = new DurableClient('absent', version === 5 ? 4 : 5);
    this.leaving = new DurableClient('leaving', version);
    this.ledger.watchPublisher(this.publisher);
    const { onAcknowledged } = this.publisher;
    this.publisher.onAcknowledged = (message, code, reason) => {
      if (!message.retain) onAcknowledged(message, code, reason);
      else if (code < 0x80) this.#retainedAcknowledged(message.topic, message.payload);
    };
    this.ledger.watchReceiver(this.present);
    this.ledger.watchReceiver(this.absent);
  }

  get clients(): readonly DurableClient[] {
    return [this.publisher, this.present, this.absent, this.leaving];
  }

  get complaints(): string[] {
    return [...this.ledger.complaints, ...this.clients.flatMap(({ complaints }) => complaints)];
  }

  async begin(store: Store, log?: Log): Promise<void> {
    this.broker = await testBroker({ store, ...(log !== undefined && { log }) });
  }

  /** Plays the history on the broker that was begun. @param isOver the broker has died: nothing more is done */
  async play(isOver: () => boolean = () => false): Promise<void> {
    this.#isOver = isOver;
    await this.subscribe(this.present, { '1/#': 1, '2/#': 2, 'other/a': 1 });
    await this.subscribe(this.absent, { '1/#': 1, '2/#': 2 });
    await this.subscribe(this.leaving, { '1/#': 1, '2/#': 2 });
    await this.feed(2);
    this.absent.disconnect();
    this.leaving.disconnect();
    await this.feed(3);
    await this.retain('r/a', 'first', 1);
    await this.retain('r/b', 'kept', 2);
    this.present.answers = false;
    await this.feed(2);
    this.present.drop();
    this.present.answers = true;
    await this.feed(1);
    await this.ensure(this.present);
    await this.unsubscribe(this.present, ['other/a']);
    await this.subscribe(this.present, { 'other/b': 2 });
    await this.retain('r/a', 'second', 2);
    await this.retain('r/c', 'short', 1);
    await this.retain('r/c', '', 1);
    await this.endLeaving();
    await this.ensure(this.absent);
    await this.feed(2);
    this.absent.drop();
    await this.feed(1);
  }

  /** Lets everything come to its end on a broker that works. */
  async finish(): Promise<void> {
    this.#isOver = () => false;
    for (let round = 0; round < 4; round++) {
      for (const client of [this.publisher, this.present, this.absent]) await this.ensure(client);
      await this.broker.advance(2000);
    }
  }

  /** Messages of both kinds, three at a time without waiting for answers. */
  async feed(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      await this.ensure(this.publisher);
      if (this.#isOver()) return;
      for (const topic of ['1/x', '2/y', '2/z'] as const) {
        this.publisher.publish(topic, this.ledger.next(topic), topic.startsWith('1') ? 1 : 2);
      }
      await this.broker.run();
    }
  }

  async retain(topic: string, payload: string, qos: 1 | 2): Promise<void> {
    await this.ensure(this.publisher);
    if (this.#isOver()) return;
    const entry = this.retained.get(topic) ?? { acknowledged: '', sent: [] };
    entry.sent.push(payload);
    this.retained.set(topic, entry);
    this.publisher.publish(topic, payload, qos, true);
    await this.broker.run();
  }

  #retainedAcknowledged(topic: string, payload: string): void {
    const entry = this.retained.get(topic);
    if (entry === undefined) return;
    entry.acknowledged = payload;
    entry.sent = entry.sent.slice(entry.sent.indexOf(payload) + 1);
  }

  async subscribe(client: DurableClient, filters: Record<string, Qos>): Promise<void> {
    await this.#ask(client, Object.keys(filters), true, (done) => client.subscribe(filters, done));
  }

  async unsubscribe(client: DurableClient, filters: string[]): Promise<void> {
    await this.#ask(client, filters, false, (done) => client.unsubscribe(filters, done));
  }

  async #ask(
    client: DurableClient,
    filters: readonly string[],
    there: boolean,
    ask: (done: () => void) => void,
  ): Promise<void> {
    for (const filter of filters) this.filters.delete(`${client.clientId} ${filter}`);
    let isDone = false;
    for (let attempt = 0; attempt < ATTEMPTS_MAX && !isDone; attempt++) {
      await this.ensure(client);
      if (this.#isOver()) return;
      ask(() => {
        isDone = true;
        for (const filter of filters) this.filters.set(`${client.clientId} ${filter}`, there);
      });
      await this.broker.run();
    }
  }

  /** Connects a client that is not connected, again and again while it is refused. */
  async ensure(client: DurableClient): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX && !client.isConnected && !this.#isOver(); attempt++) {
      await connectInMemory(this.broker, client);
      if (!client.isConnected && !this.#isOver()) await this.broker.advance(500);
    }
  }

  /** A clean start, after which nothing of the session is left. */
  async endLeaving(): Promise<void> {
    if (this.#isOver()) return;
    const clean = new DurableClient('leaving', this.leaving.version, { cleanStart: true, expirySeconds: 0 });
    await this.ensure(clean);
    clean.disconnect();
    await this.broker.run();
  }

  /** The broker is gone, and with it all connections. */
  lose(): void {
    for (const client of this.clients) client.drop();
  }
}

/** Everything that the broker promised and does not keep. The broker has come to rest. */
export async function brokenPromises(scenario: Scenario): Promise<string[]> {
  const { ledger, present, absent, broker, retained, filters } = scenario;
  const broken = [...scenario.complaints];
  for (const { clientId } of [present, absent]) {
    const covered = (topic: string): boolean => filters.get(`${clientId} ${topic[0]}/#`) === true && FEED.test(topic);
    broken.push(...ledger.missing(clientId, covered));
  }
  const found = await retainedOf(broker);
  for (const [topic, { acknowledged, sent }] of retained) {
    const payload = found.get(topic) ?? '';
    if (payload !== acknowledged && !sent.includes(payload)) {
      broken.push(`${topic} retains "${payload}" instead of "${acknowledged}"`);
    }
  }
  for (const filter of ['other/a', 'other/b']) {
    const expected = filters.get(`present ${filter}`);
    if (expected === undefined) continue;
    const receivers = await broker.broker.publish({ topic: filter, payload: `${filter} 1` });
    await broker.run();
    if (receivers !== (expected ? 1 : 0)) broken.push(`${receivers} receivers on ${filter} (subscribed: ${expected})`);
  }
  return broken;
}

async function retainedOf(broker: TestBroker): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const reader = new DurableClient('reader', 4, { cleanStart: true });
  reader.onReceived = ({ topic, payload }) => {
    found.set(topic, payload);
  };
  await connectInMemory(broker, reader);
  reader.subscribe({ 'r/#': 0 });
  await broker.run();
  reader.disconnect();
  await broker.run();
  return found;
}
