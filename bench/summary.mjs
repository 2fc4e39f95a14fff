/** From the cells of all rounds to one median per scenario and broker. Knows no formatting. */

/**
 * @typedef {object} Summary
 * @property {string} scenario
 * @property {string} broker
 * @property {string} [reason] why there are no figures
 * @property {boolean} [failed] the reason is a failure, not a feature that the broker lacks
 * @property {number} [rounds] that were measured
 * @property {string} [unit] what the figures are per
 * @property {number} [cpuUs] of the broker per operation
 * @property {number} [generatorCpuUs] of the generator per operation
 * @property {number} [brokerShare] of its core, 0 to 1
 * @property {number} [generatorShare]
 * @property {number} [perSecond] operations
 * @property {{ p50: number, p99: number, p999: number }} [latencyUs]
 * @property {number} [startMs]
 * @property {number} [startBytes]
 * @property {number} [peakBytes]
 * @property {number} [connectionBytes]
 * @property {number} [heldBytes] what everything that was made before the traffic takes: connections, subscriptions, sessions
 * @property {number} [lost] of all rounds
 * @property {number} [duplicated] of all rounds
 * @property {string[]} [failures] of rounds that failed while others did not
 * @property {Record<string, number>} [notes]
 */

/** With fewer connections the process's own growth hides what a connection takes. */
const CONNECTIONS_MIN = 1000;

/** @param {import('./cell.mjs').Cell[]} cells of one scenario and broker @returns {Summary} */
export function summarize(cells) {
  const [{ scenario, broker }] = cells;
  const good = cells.filter((cell) => cell.measurement !== undefined);
  const reasons = [...new Set(cells.flatMap(({ reason }) => (reason === undefined ? [] : [reason])))];
  const failed = cells.some((cell) => cell.failed);
  if (good.length === 0) return { scenario, broker, reason: reasons.join('; '), ...(failed ? { failed } : {}) };
  /** @type {import('./generator/measurement.mjs').Measurement[]} */
  const results = good.flatMap(({ measurement }) => (measurement === undefined ? [] : [measurement]));
  const middle = (/** @type {(result: (typeof results)[number]) => number} */ of) => median(results.map(of));
  const latencies = results.flatMap(({ latencyUs }) => (latencyUs === undefined ? [] : [latencyUs]));
  const connectionBytes = results.flatMap((result) => perConnection(result) ?? []);
  return {
    scenario,
    broker,
    rounds: results.length,
    unit: results[0].unit,
    cpuUs: middle((result) => result.brokerCpuUs / result.operations),
    generatorCpuUs: middle((result) => result.generatorCpuUs / result.operations),
    brokerShare: middle((result) => result.brokerCpuUs / result.seconds / 1e6),
    generatorShare: middle((result) => result.generatorCpuUs / result.seconds / 1e6),
    perSecond: middle((result) => result.operations / result.seconds),
    ...(latencies.length > 0 ? { latencyUs: medianLatency(latencies) } : {}),
    startMs: median(good.map(({ startMs }) => startMs ?? 0)),
    startBytes: middle((result) => result.startBytes),
    peakBytes: middle((result) => result.peakBytes),
    heldBytes: middle((result) => result.connectedBytes - result.startBytes),
    ...(connectionBytes.length > 0 ? { connectionBytes: median(connectionBytes) } : {}),
    lost: results.reduce((sum, result) => sum + result.lost, 0),
    duplicated: results.reduce((sum, result) => sum + result.duplicated, 0),
    failures: reasons,
    notes: medianNotes(results),
  };
}

/** @param {import('./generator/measurement.mjs').Measurement} result @returns {number | undefined} */
function perConnection({ connectionBytes, connectedBytes, startBytes, connections }) {
  if (connectionBytes !== undefined) return connectionBytes;
  return connections >= CONNECTIONS_MIN ? (connectedBytes - startBytes) / connections : undefined;
}

/** @param {Array<{ p50: number, p99: number, p999: number }>} latencies */
function medianLatency(latencies) {
  const middle = (/** @type {'p50' | 'p99' | 'p999'} */ name) => median(latencies.map((latency) => latency[name]));
  return { p50: middle('p50'), p99: middle('p99'), p999: middle('p999') };
}

/** @param {import('./generator/measurement.mjs').Measurement[]} results @returns {Record<string, number>} */
function medianNotes(results) {
  const names = new Set(results.flatMap(({ notes = {} }) => Object.keys(notes)));
  return Object.fromEntries([...names].map((name) => [name, median(results.map(({ notes }) => notes?.[name] ?? 0))]));
}

/**
 * What makes a run worthless, in sentences: a failed measurement, a message lost at QoS 1 or 2, one that came twice or
 * out of its order.
 * @param {Summary[]} summaries @param {import('./scenarios/row.mjs').Scenario[]} scenarios @returns {string[]}
 */
export function troubles(summaries, scenarios) {
  return summaries.flatMap(({ scenario, broker, failed, reason, failures = [], lost = 0, duplicated = 0 }) => {
    const qos = scenarios.find(({ name }) => name === scenario)?.qos ?? 0;
    // A round that another broker did not get through is told beside its figures; ours stand all the same.
    const broken = failed ? [...failures, reason ?? ''] : failures;
    const said = broker === 'hoopoe' ? [...broken] : [];
    if (lost > 0 && qos > 0) said.push(`lost ${lost} messages at QoS ${qos}`);
    if (duplicated > 0) said.push(`${duplicated} messages came twice or out of order`);
    return said.filter((text) => text !== '').map((text) => `${broker}, ${scenario}: ${text}`);
  });
}

/** @param {number[]} values @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
