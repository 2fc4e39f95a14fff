/** Measures message scenarios: windows kept full, then latency at a moderate rate; or everything at a fixed rate. */

import { Latencies } from './latencies.mjs';
import { pace } from './pace.mjs';
import { askProbe, probeNotes } from './probe-client.mjs';
import { memoryBytes, UsageReading } from './process-meter.mjs';
import { leaveSessions } from './sessions.mjs';
import { nowMicroseconds, Traffic } from './traffic.mjs';
import { warmUp } from './warm-up.mjs';

/**
 * @typedef {import('./measurement.mjs').Job} Job
 * @typedef {import('./measurement.mjs').Measurement} Measurement
 */

/** @param {Job} job @returns {Promise<Measurement>} */
export async function measureWindow(job) {
  const { traffic, opened } = await open(job);
  traffic.start();
  await warm(job, traffic, (seconds) => traffic.run(seconds));
  const { usage, operations, notes } = await measured(job, traffic, () => traffic.run(job.timing.measureSeconds));
  traffic.stop();
  await traffic.drain();
  const latencies = new Latencies();
  traffic.latencies = latencies;
  await publishAtRate(job, traffic, job.timing.latencySeconds);
  await traffic.drain();
  const stalls = traffic.forgiven > 0 ? { stalls: traffic.forgiven } : {};
  const figures = finish(job, traffic, opened);
  return {
    ...figures,
    ...usage,
    operations,
    latencyUs: latencies.percentiles(),
    notes: { ...figures.notes, ...notes, ...stalls },
  };
}

/** @param {Job} job @returns {Promise<Measurement>} */
export async function measureRate(job) {
  const { traffic, opened } = await open(job);
  // At a low rate compilers would wait for minutes until they see that it matters; a broker that runs for days is warm.
  traffic.start();
  await warm(job, traffic, (seconds) => traffic.run(seconds));
  traffic.stop();
  await traffic.drain();
  await publishAtRate(job, traffic, job.timing.warmSeconds / 2);
  await traffic.drain();
  const latencies = new Latencies();
  traffic.latencies = latencies;
  const seconds = job.timing.measureSeconds + job.timing.latencySeconds;
  const { usage, operations, notes } = await measured(job, traffic, () => publishAtRate(job, traffic, seconds));
  await traffic.drain();
  const figures = finish(job, traffic, opened);
  return {
    ...figures,
    ...usage,
    operations,
    latencyUs: latencies.percentiles(),
    notes: { ...figures.notes, ...notes },
  };
}

/** @param {Job} job @param {Traffic} traffic @param {(seconds: number) => Promise<void>} work */
function warm({ brokerPid, timing }, traffic, work) {
  return warmUp({ brokerPid, seconds: timing.warmSeconds, count: () => traffic.ledger.arrived, work });
}

/** @param {Job} job */
async function open(job) {
  const { scenario, address, brokerPid } = job;
  const resident = () => memoryBytes(brokerPid).residentBytes;
  const startBytes = resident();
  await leaveSessions(scenario, address);
  const sessionsBytes = resident() - startBytes;
  const traffic = new Traffic(scenario, address);
  await traffic.open();
  const connectedBytes = resident();
  /** @type {Record<string, number>} */
  const notes = scenario.sessions > 0 ? { 'bytes per session': sessionsBytes / scenario.sessions } : {};
  return { traffic, opened: { startBytes, connectedBytes, notes } };
}

/** @param {Job} job @param {Traffic} traffic @param {() => Promise<void>} work */
async function measured({ brokerPid, probeSocket }, traffic, work) {
  if (probeSocket !== undefined) await askProbe(probeSocket, 'begin');
  const before = new UsageReading(brokerPid);
  const arrivedBefore = traffic.ledger.arrived;
  await work();
  const operations = traffic.ledger.arrived - arrivedBefore;
  if (operations === 0) throw new Error('no message came out in the measured time');
  const usage = new UsageReading(brokerPid).since(before);
  if (probeSocket === undefined) return { usage, operations, notes: {} };
  const figures = await askProbe(probeSocket, 'end');
  return { usage, operations, notes: probeNotes(figures, operations, usage.seconds) };
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

/** @param {Job} job @param {Traffic} traffic @param {{ startBytes: number, connectedBytes: number, notes: Record<string, number> }} opened */
function finish(job, traffic, opened) {
  return {
    unit: 'message',
    ...opened,
    peakBytes: memoryBytes(job.brokerPid).peakBytes,
    connections: traffic.connectionCount,
    ...traffic.account(),
  };
}
