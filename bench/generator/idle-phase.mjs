/**
 * Measures connections that do nothing but keep alive: what connecting one costs, what holding it takes in memory, and
 * what the broker does while nothing happens.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';
import { inBatches } from './in-batches.mjs';
import { pace } from './pace.mjs';
import { memoryBytes, UsageReading } from './process-meter.mjs';
import { WireOpener } from './wires.mjs';

/** The first connections warm the broker up: they are held, but not measured. */
const WARM_SHARE = 0.1;
/** Lets a broker finish what it does after CONNACK, so that its memory is what a connection holds. */
const SETTLE_MS = 300;

/** @param {import('./measurement.mjs').Job} job @returns {Promise<import('./measurement.mjs').Measurement>} */
export async function measureIdle({ scenario, address, brokerPid, timing }) {
  const startBytes = memoryBytes(brokerPid).residentBytes;
  const opener = new WireOpener(scenario.transport, address);
  let lost = 0;
  const ignore = () => {};
  const events = { onMessage: ignore, onAcknowledged: ignore, onReadEnd: ignore, onLost: () => void lost++ };
  /** @type {Client[]} */
  const clients = Array.from({ length: scenario.count }, (_, index) => new Client(events, index, scenario.version));
  const open = (/** @type {Client} */ client) =>
    client.connect(opener, {
      clientId: `bench-idle-${client.index}`,
      keepAliveSeconds: scenario.keepAliveSeconds,
      login: scenario.login !== 'none',
    });
  const warm = Math.ceil(scenario.count * WARM_SHARE);
  await inBatches(clients.slice(0, warm), scenario.connectingAtOnce, open);
  await sleep(SETTLE_MS);

  const warmBytes = memoryBytes(brokerPid).residentBytes;
  const beforeConnecting = new UsageReading(brokerPid);
  await inBatches(clients.slice(warm), scenario.connectingAtOnce, open);
  const connecting = new UsageReading(brokerPid).since(beforeConnecting);
  if (lost > 0) throw new Error(`${lost} of ${scenario.count} clients were disconnected`);
  await sleep(SETTLE_MS);
  const connectedBytes = memoryBytes(brokerPid).residentBytes;

  const beforeIdle = new UsageReading(brokerPid);
  let next = 0;
  await pace({
    ratePerSecond: scenario.count / scenario.keepAliveSeconds,
    seconds: timing.measureSeconds + timing.latencySeconds,
    spin: false,
    act: () => clients[next++ % clients.length].ping(),
  });
  const idle = new UsageReading(brokerPid).since(beforeIdle);

  const operations = scenario.count - warm;
  return {
    unit: 'connect',
    operations,
    ...connecting,
    startBytes,
    connectedBytes,
    peakBytes: memoryBytes(brokerPid).peakBytes,
    connections: scenario.count,
    connectionBytes: (connectedBytes - warmBytes) / operations,
    lost,
    duplicated: 0,
    notes: { 'CPU % while idle': (idle.brokerCpuUs / idle.seconds / 1e6) * 100 },
  };
}
