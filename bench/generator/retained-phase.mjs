/**
 * Measures how a broker hands its retained messages to a new subscription: they are published once, then the same
 * filters are subscribed in turn, again and again, and each time all that match must come.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';
import { encodePublish } from './frames.mjs';
import { Latencies } from './latencies.mjs';
import { memoryBytes, UsageReading } from './process-meter.mjs';
import { warmUp } from './warm-up.mjs';
import { WireOpener } from './wires.mjs';

const PUBLISH_AT_ONCE = 1000;
const REPLAY_SECONDS_MAX = 10;

/** @param {import('./measurement.mjs').Job} job @returns {Promise<import('./measurement.mjs').Measurement>} */
export async function measureRetained({ scenario, address, brokerPid, timing }) {
  const startBytes = memoryBytes(brokerPid).residentBytes;
  const audience = new Audience(scenario.count, scenario.matched ?? scenario.count);
  const opener = new WireOpener(scenario.transport, address);
  const [publisher, subscriber] = ['pub', 'sub'].map((_, index) => new Client(audience, index, scenario.version));
  const { keepAliveSeconds } = scenario;
  await publisher.connect(opener, { clientId: 'bench-pub', keepAliveSeconds });
  await subscriber.connect(opener, { clientId: 'bench-sub', keepAliveSeconds });
  await retain(publisher, audience, scenario);
  const connectedBytes = memoryBytes(brokerPid).residentBytes;

  /** @param {number} seconds */
  const replayFor = async (seconds) => {
    const latencies = new Latencies();
    const endMs = performance.now() + seconds * 1000;
    while (performance.now() < endMs) latencies.record(await audience.replay(subscriber));
    return latencies;
  };
  await warmUp({ brokerPid, seconds: timing.warmSeconds, count: () => audience.arrived, work: replayFor });
  const arrivedBefore = audience.arrived;
  const before = new UsageReading(brokerPid);
  const latencies = await replayFor(timing.measureSeconds);
  const usage = new UsageReading(brokerPid).since(before);
  return {
    unit: 'message',
    operations: audience.arrived - arrivedBefore,
    ...usage,
    startBytes,
    connectedBytes,
    peakBytes: memoryBytes(brokerPid).peakBytes,
    connections: 2,
    lost: audience.lost,
    duplicated: audience.duplicated,
    notes: { 'ms until all have come': (latencies.percentiles()?.p50 ?? 0) / 1000 },
  };
}

/** @param {Client} client @param {Audience} audience @param {import('../scenarios/row.mjs').Scenario} scenario */
async function retain(client, audience, scenario) {
  for (let at = 0; at < scenario.count; at += PUBLISH_AT_ONCE) {
    const count = Math.min(PUBLISH_AT_ONCE, scenario.count - at);
    const acknowledged = audience.acknowledgements + count;
    for (let index = at; index < at + count; index++) {
      const topic = `${audience.groupOf(index)}/${String(index).padStart(6, '0')}`;
      const template = encodePublish({ ...scenario, topic, qos: 1, stream: index, retain: true });
      template.bytes.writeUInt16BE(1 + (index % PUBLISH_AT_ONCE), template.packetIdentifierOffset);
      client.wire?.send(template.bytes);
    }
    while (audience.acknowledgements < acknowledged) {
      if (audience.failure !== undefined) throw new Error(audience.failure);
      await sleep(1);
    }
  }
}

/** Counts which retained messages have come since the last SUBSCRIBE. */
class Audience {
  /** @param {number} count @param {number} matched by one filter */
  constructor(count, matched) {
    this.matched = matched;
    this.groups = Math.max(1, Math.floor(count / matched));
    /** The group that is subscribed to. */
    this.group = 0;
    this.seen = new Uint8Array(count);
    this.seenCount = 0;
    this.arrived = 0;
    this.duplicated = 0;
    this.lost = 0;
    this.acknowledgements = 0;
    /** @type {string | undefined} */
    this.failure = undefined;
    this.onAll = () => {};
  }

  /** @param {number} index of a message @returns {string} the beginning of its topic, all but the last level */
  groupOf(index) {
    return `bench/retained/${Math.min(this.groups - 1, Math.floor(index / this.matched))}`;
  }

  /** @type {import('./client.mjs').ClientEvents['onMessage']} */
  onMessage(_client, stream) {
    this.arrived++;
    this.duplicated += this.seen[stream];
    this.seenCount += 1 - this.seen[stream];
    this.seen[stream] = 1;
  }

  onAcknowledged() {
    this.acknowledgements++;
  }

  onReadEnd() {
    if (this.seenCount === this.matched) this.onAll();
  }

  /** @type {import('./client.mjs').ClientEvents['onLost']} */
  onLost(client, reason) {
    this.failure ??= `client ${client.index} was disconnected: ${reason}`;
  }

  /** Subscribes and waits for everything. @param {Client} subscriber @returns {Promise<number>} microseconds it took */
  async replay(subscriber) {
    this.group = (this.group + 1) % this.groups;
    const first = this.group * this.matched;
    this.seen.fill(0, first, first + this.matched);
    this.seenCount = 0;
    const startMs = performance.now();
    const deadline = new AbortController();
    const all = new Promise((resolve) => {
      this.onAll = () => resolve(undefined);
    });
    await subscriber.subscribe([`${this.groupOf(first)}/+`], 0);
    if (this.seenCount < this.matched) {
      const late = sleep(REPLAY_SECONDS_MAX * 1000, undefined, { signal: deadline.signal }).catch(() => {});
      await Promise.race([all, late]);
    }
    deadline.abort();
    if (this.failure !== undefined) throw new Error(this.failure);
    this.lost += this.matched - this.seenCount;
    return (performance.now() - startMs) * 1000;
  }
}
