/** Measures message scenarios: windows kept full, then latency at a moderate rate; or everything at a fixed rate. */

import { Latencies } from './latencies.mjs';
import { pace } from './pace.mjs';
import { memoryBytes, UsageReading } from './process-meter.mjs';
import { nowMicroseconds, Traffic } from './traffic.mjs';

/**
 * @typedef {import('./measurement.mjs').Job} Job
 * @typedef {import('./measurement.mjs').Measurement} Measurement
 */

/** @param {Job} job @returns {Promise<Measurement>} */
export async function measureWindow(job) {
  const { traffic, startBytes, connectedBytes } = await open(job);
  traffic.start();
  await traffic.run(job.timing.warmSeconds);
  const { usage, operations } = await measured(job, traffic, () => traffic.run(job.timing.measureSeconds));
  traffic.stop();
  await traffic.drain();
  const latencies = new Latencies();
  traffic.latencies = latencies;
  await publishAtRate(job, traffic, job.timing.latencySeconds);
  await traffic.drain();
  /** @type {Record<string, number>} */
  const notes = traffic.forgiven > 0 ? { stalls: traffic.forgiven } : {};
  return {
    ...finish(job, traffic, { startBytes, connectedBytes }),
    ...usage,
    operations,
    latencyUs: latencies.percentiles(),
    notes,
  };
}

/** @param {Job} job @returns {Promise<Measurement>} */
export async function measureRate(job) {
  const { traffic, startBytes, connectedBytes } = await open(job);
  await publishAtRate(job, traffic, job.timing.warmSeconds);
  const latencies = new Latencies();
  traffic.latencies = latencies;
  const seconds = job.timing.measureSeconds + job.timing.latencySeconds;
  const { usage, operations } = await measured(job, traffic, () => publishAtRate(job, traffic, seconds));
  await traffic.drain();
  return {
    ...finish(job, traffic, { startBytes, connectedBytes }),
    ...usage,
    operations,
    latencyUs: latencies.percentiles(),
  };
}

/** @param {Job} job */
async function open(job) {
  const startBytes = memoryBytes(job.brokerPid).residentBytes;
  const traffic = new Traffic(job.scenario, job.address);
  await traffic.open();
  return { traffic, startBytes, connectedBytes: memoryBytes(job.brokerPid).residentBytes };
}

/** @param {Job} job @param {Traffic} traffic @param {() => Promise<void>} work */
async function measured(job, traffic, work) {
  const before = new UsageReading(job.brokerPid);
  const arrivedBefore = traffic.ledger.arrived;
  await work();
  const operations = traffic.ledger.arrived - arrivedBefore;
  return { usage: new UsageReading(job.brokerPid).since(before), operations };
}

/** @param {Job} job @param {Traffic} traffic @param {number} seconds */
async function publishAtRate({ scenario, spin }, traffic, seconds) {
  const { publishers } = traffic;
  let next = 0;
  const act = () => {
    if (traffic.failure !== undefined) throw new Error(traffic.failure);
    const publisher = publishers[next];
    next = (next + 1) % publishers.length;
    // A publisher that the broker does not read from stays silent: open-loop pressure is for other tests.
    if (publisher.isReady) publisher.send(1, nowMicroseconds());
  };
  await pace({ ratePerSecond: scenario.ratePerSecond, seconds, spin, act });
}

/** @param {Job} job @param {Traffic} traffic @param {{ startBytes: number, connectedBytes: number }} memory */
function finish(job, traffic, memory) {
  return {
    unit: 'message',
    ...memory,
    peakBytes: memoryBytes(job.brokerPid).peakBytes,
    connections: traffic.connectionCount,
    ...traffic.account(),
  };
}
