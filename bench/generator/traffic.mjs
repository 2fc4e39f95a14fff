/**
 * All clients of a message scenario and what passes between them: opens them, keeps the publishers' windows full while
 * told to, keeps account of what came out and how long it took. When to measure is the phases' matter.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';
import { inBatches } from './in-batches.mjs';
import { Latencies } from './latencies.mjs';
import { layOut } from './layouts.mjs';
import { OrderedLedger, SharedLedger } from './ledgers.mjs';
import { PublishRing } from './publish-ring.mjs';
import { Publisher } from './publisher.mjs';
import { WireOpener } from './wires.mjs';

const FILTERS_PER_SUBSCRIBE = 100;
const CONNECTING_AT_ONCE = 50;
/** More slots than any window at a fixed rate needs, however late the broker is for a moment. */
const SLOTS_MIN = 16;
const LOOK_EVERY_MS = 200;
/** Longer than any pause of a broker that is still working. */
const STALLED_MS = 1000;

/** @returns {number} microseconds of this process, cut to 32 bits */
export function nowMicroseconds() {
  return (performance.now() * 1000) >>> 0;
}

/** What the clients tell about comes here: this is their `ClientEvents`. */
export class Traffic {
  /** @param {import('../scenarios/row.mjs').Scenario} scenario @param {{ host: string, port: number }} address */
  constructor(scenario, address) {
    this.scenario = scenario;
    this.stations = layOut(scenario);
    this.opener = new WireOpener(scenario.transport, address);
    const streams = this.stations.publishers.flat().length;
    this.ledger = this.stations.isShared
      ? new SharedLedger(streams)
      : new OrderedLedger(this.stations.subscribers.length, streams);
    /** @type {Publisher[]} */
    this.publishers = [];
    /** @type {Publisher[]} by stream */
    this.owners = [];
    /** @type {Publisher[]} */
    this.dirty = [];
    /** @type {Latencies | undefined} set while latency is measured */
    this.latencies = undefined;
    this.isPumping = false;
    this.isClosing = false;
    this.forgiven = 0;
    /** @type {string | undefined} why the run cannot go on */
    this.failure = undefined;
    this.readUs = -1;
  }

  get connectionCount() {
    return this.stations.publishers.length + this.stations.subscribers.length;
  }

  /** Connects and subscribes everybody. */
  async open() {
    const { scenario, stations } = this;
    await inBatches(stations.subscribers, CONNECTING_AT_ONCE, async (filters, index) => {
      const client = await this.#connect('sub', index);
      for (let at = 0; at < filters.length; at += FILTERS_PER_SUBSCRIBE) {
        await client.subscribe(filters.slice(at, at + FILTERS_PER_SUBSCRIBE), scenario.qos);
      }
    });
    await inBatches(stations.publishers, CONNECTING_AT_ONCE, async (streams, index) => {
      const client = await this.#connect('pub', index);
      const ring = new PublishRing({
        streams,
        slots: Math.max(SLOTS_MIN, scenario.kind === 'rate' ? 0 : scenario.window),
        websocket: scenario.transport === 'ws',
        message: scenario,
      });
      const publisher = new Publisher(client, ring, scenario, stations.receiversPerMessage);
      this.publishers[index] = publisher;
      for (const { stream } of streams) this.owners[stream] = publisher;
    });
  }

  /** @param {'pub' | 'sub'} kind @param {number} index */
  async #connect(kind, index) {
    const client = new Client(this, index, this.scenario.version);
    const { keepAliveSeconds, durable } = this.scenario;
    const clean = !(durable && kind === 'sub');
    await client.connect(this.opener, { clientId: `bench-${kind}-${index}`, keepAliveSeconds, clean });
    return client;
  }

  /** @type {import('./client.mjs').ClientEvents['onMessage']} */
  onMessage(client, stream, sequence, stampUs) {
    this.ledger.record(client.index, stream, sequence);
    const owner = this.owners[stream];
    owner.arrived++;
    if (this.latencies !== undefined) {
      // One clock reading serves all messages of a read: they became visible at the same moment.
      if (this.readUs < 0) this.readUs = nowMicroseconds();
      this.latencies.record((this.readUs - stampUs) >>> 0);
    }
    if (!owner.isDirty) this.#markDirty(owner);
  }

  /** @type {import('./client.mjs').ClientEvents['onAcknowledged']} */
  onAcknowledged(client) {
    const publisher = this.publishers[client.index];
    publisher.acknowledged++;
    if (!publisher.isDirty) this.#markDirty(publisher);
  }

  /** @param {Publisher} publisher */
  #markDirty(publisher) {
    publisher.isDirty = true;
    this.dirty.push(publisher);
  }

  /** @type {import('./client.mjs').ClientEvents['onReadEnd']} */
  onReadEnd(client) {
    this.readUs = -1;
    if (this.dirty.length > 0) {
      const nowUs = this.isPumping ? nowMicroseconds() : 0;
      for (const publisher of this.dirty) {
        publisher.isDirty = false;
        if (this.isPumping) publisher.pump(nowUs);
      }
      this.dirty.length = 0;
    }
    client.flush();
  }

  /** @type {import('./client.mjs').ClientEvents['onLost']} */
  onLost(client, reason) {
    if (!this.isClosing) this.failure ??= `client ${client.index} was disconnected: ${reason}`;
  }

  /** Keeps every window full until `stop`. */
  start() {
    this.isPumping = true;
    for (const publisher of this.publishers) publisher.pump(nowMicroseconds());
  }

  stop() {
    this.isPumping = false;
  }

  /**
   * Lets `seconds` pass; restarts publishers whose messages the broker has lost, which would otherwise wait for ever.
   * @param {number} seconds
   */
  async run(seconds) {
    const endMs = performance.now() + seconds * 1000;
    let arrivedBefore = this.ledger.arrived;
    let progressMs = performance.now();
    for (let nowMs = progressMs; nowMs < endMs; nowMs = performance.now()) {
      await sleep(Math.min(endMs - nowMs, LOOK_EVERY_MS));
      if (this.failure !== undefined) throw new Error(this.failure);
      if (this.ledger.arrived !== arrivedBefore) progressMs = performance.now();
      else if (performance.now() - progressMs > STALLED_MS) this.#restart();
      arrivedBefore = this.ledger.arrived;
    }
  }

  #restart() {
    this.forgiven++;
    for (const publisher of this.publishers) publisher.forgive();
    this.start();
  }

  /** Waits until everything that was sent has come out, or nothing has for a second. */
  async drain() {
    let before = -1;
    let quietMs = 0;
    while (quietMs < 1000 && this.publishers.some((publisher) => publisher.onTheWay > 0)) {
      await sleep(20);
      quietMs = this.ledger.arrived === before ? quietMs + 20 : 0;
      before = this.ledger.arrived;
    }
  }

  /** @returns {{ lost: number, duplicated: number }} of everything since `open`; call it after `drain` */
  account() {
    const sent = this.publishers.reduce((sum, publisher) => sum + publisher.sent, 0);
    const expected = sent * this.stations.receiversPerMessage;
    const { arrived, duplicated } = this.ledger;
    return { lost: expected - (arrived - duplicated), duplicated };
  }
}
