/**
 * Measures messages for clients that are away: each is queued for many lasting sessions at once, and delivered when the
 * clients come back. Both halves are measured, since whoever saves work in the one may have to do it in the other.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';
import { inBatches } from './in-batches.mjs';
import { layOut } from './layouts.mjs';
import { OrderedLedger } from './ledgers.mjs';
import { memoryBytes, UsageReading } from './process-meter.mjs';
import { PublishRing } from './publish-ring.mjs';
import { Publisher } from './publisher.mjs';
import { WireOpener } from './wires.mjs';

const CONNECTING_AT_ONCE = 50;
/** Between two halves: the broker finishes what it does after an acknowledgement. */
const SETTLE_MS = 500;
/** Without anything new for so long, what has not come is lost. */
const STALLED_MS = 5000;

/** @param {import('./measurement.mjs').Job} job @returns {Promise<import('./measurement.mjs').Measurement>} */
export async function measureOffline({ scenario, address, brokerPid }) {
  const startBytes = memoryBytes(brokerPid).residentBytes;
  const absence = new Absence(scenario, address);
  await absence.meet(true);
  const connectedBytes = memoryBytes(brokerPid).residentBytes;
  await absence.part();
  await sleep(SETTLE_MS);
  const beforeQueueing = new UsageReading(brokerPid);
  await absence.publish();
  const queueing = new UsageReading(brokerPid).since(beforeQueueing);
  await sleep(SETTLE_MS);
  const beforeReturn = new UsageReading(brokerPid);
  await absence.meet(false);
  await absence.untilAllCame();
  const returning = new UsageReading(brokerPid).since(beforeReturn);
  const operations = scenario.messages * scenario.count;
  const { arrived, duplicated } = absence.ledger;
  return {
    unit: 'message',
    operations,
    seconds: queueing.seconds + returning.seconds,
    brokerCpuUs: queueing.brokerCpuUs + returning.brokerCpuUs,
    generatorCpuUs: queueing.generatorCpuUs + returning.generatorCpuUs,
    othersShare: Math.max(queueing.othersShare, returning.othersShare),
    startBytes,
    connectedBytes,
    peakBytes: memoryBytes(brokerPid).peakBytes,
    connections: scenario.count,
    lost: operations - (arrived - duplicated),
    duplicated,
    notes: {
      'CPU us to queue a copy': queueing.brokerCpuUs / operations,
      'copies queued per second': operations / queueing.seconds,
      'CPU us to deliver a copy': returning.brokerCpuUs / operations,
      'copies delivered per second': operations / returning.seconds,
    },
  };
}

/** The subscribers that go and come back, and the publisher that stays: this is their `ClientEvents`. */
class Absence {
  /** @param {import('../scenarios/row.mjs').Scenario} scenario @param {{ host: string, port: number }} address */
  constructor(scenario, address) {
    this.scenario = scenario;
    this.stations = layOut(scenario);
    this.opener = new WireOpener(scenario.transport, address);
    this.ledger = new OrderedLedger(scenario.count, 1);
    /** @type {Client[]} */
    this.subscribers = [];
    /** @type {Publisher | undefined} */
    this.publisher = undefined;
    this.isParting = false;
    /** @type {string | undefined} */
    this.failure = undefined;
    this.onProgress = () => {};
  }

  /** Connects all subscribers. @param {boolean} isFirst they subscribe */
  async meet(isFirst) {
    const { scenario, stations } = this;
    await inBatches(stations.subscribers, CONNECTING_AT_ONCE, async (filters, index) => {
      const client = new Client(this, index, scenario.version);
      this.subscribers[index] = client;
      await client.connect(this.opener, {
        clientId: `bench-sub-${index}`,
        keepAliveSeconds: scenario.keepAliveSeconds,
        clean: false,
      });
      if (isFirst) await client.subscribe(filters, scenario.qos);
    });
  }

  async part() {
    this.isParting = true;
    await inBatches(this.subscribers, CONNECTING_AT_ONCE, (client) => client.leave());
    this.isParting = false;
  }

  /** Publishes everything and waits until the broker has acknowledged it. */
  async publish() {
    const { scenario, stations } = this;
    const client = new Client(this, 0, scenario.version);
    await client.connect(this.opener, { clientId: 'bench-pub', keepAliveSeconds: scenario.keepAliveSeconds });
    const slots = scenario.messages;
    const ring = new PublishRing({ streams: stations.publishers[0], slots, websocket: false, message: scenario });
    const publisher = new Publisher(client, ring, scenario, scenario.count);
    this.publisher = publisher;
    await this.#until(
      () => publisher.acknowledged,
      scenario.messages,
      () => {
        const open = publisher.sent - publisher.acknowledged;
        const count = Math.min(scenario.window - open, scenario.messages - publisher.sent);
        if (count > 0) publisher.send(count, 0);
      },
    );
    this.isParting = true;
    await client.leave();
    this.isParting = false;
  }

  untilAllCame() {
    const all = this.scenario.messages * this.scenario.count;
    return this.#until(
      () => this.ledger.arrived,
      all,
      () => {},
    );
  }

  /**
   * @param {() => number} count @param {number} wanted @param {() => void} act whenever something has come
   * @returns {Promise<void>} when there are as many as wanted, or nothing has come for long
   */
  async #until(count, wanted, act) {
    let before = -1;
    let progressMs = performance.now();
    /** @type {Promise<void>} */
    const all = new Promise((resolve) => {
      this.onProgress = () => {
        act();
        if (count() >= wanted) resolve();
      };
    });
    this.onProgress();
    while (count() < wanted && performance.now() - progressMs < STALLED_MS) {
      if (this.failure !== undefined) throw new Error(this.failure);
      if (count() !== before) progressMs = performance.now();
      before = count();
      await Promise.race([all, sleep(100)]);
    }
  }

  /** @type {import('./client.mjs').ClientEvents['onMessage']} */
  onMessage(client, stream, sequence) {
    this.ledger.record(client.index, stream, sequence);
  }

  onAcknowledged() {
    if (this.publisher !== undefined) this.publisher.acknowledged++;
  }

  /** @type {import('./client.mjs').ClientEvents['onReadEnd']} */
  onReadEnd(client) {
    client.flush();
    this.onProgress();
  }

  /** @type {import('./client.mjs').ClientEvents['onLost']} */
  onLost(client, reason) {
    if (!this.isParting) this.failure ??= `client ${client.index} was disconnected: ${reason}`;
  }
}
