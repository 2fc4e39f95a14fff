/**
 * One cell of the table: a fresh broker, a fresh generator, one scenario, one measurement. Whatever goes wrong becomes
 * the reason that stands in the cell; the benchmark goes on.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, untilListening } from './processes.mjs';

const GENERATOR = fileURLToPath(new URL('./generator/main.mjs', import.meta.url));
const START_SECONDS_MAX = 15;
/** On top of the measured time: connecting, subscribing, draining. */
const SETUP_SECONDS_MAX = 60;
/** Files that a broker has open beside its connections. */
const OTHER_FILES = 200;

/**
 * @typedef {object} Surroundings
 * @property {import('./machine.mjs').Machine} machine
 * @property {import('./processes.mjs').Processes} processes
 * @property {string} folder for temporary files; whoever made it removes it
 * @property {{ key: string, certificate: string } | undefined} tls
 * @property {import('./options.mjs').Options['timing']} timing
 */

/**
 * @typedef {object} Cell
 * @property {string} scenario
 * @property {string} broker
 * @property {string} [reason] why there is no measurement
 * @property {boolean} [failed] the reason is a failure, not a feature that the broker lacks
 * @property {number} [startMs] from start to listening
 * @property {import('./generator/measurement.mjs').Measurement} [measurement]
 */

/**
 * @param {import('./brokers/broker.mjs').Broker} broker
 * @param {import('./scenarios/row.mjs').Scenario} scenario
 * @param {Surroundings} surroundings
 * @returns {Promise<Cell>}
 */
export async function measureCell(broker, scenario, surroundings) {
  const cell = { scenario: scenario.name, broker: broker.name };
  const reason = impossible(broker, scenario, surroundings);
  if (reason !== undefined) return { ...cell, reason };
  const folder = mkdtempSync(join(surroundings.folder, 'broker-'));
  const { processes, machine, tls } = surroundings;
  /** @type {import('./processes.mjs').Started[]} */
  const started = [];
  try {
    const ports = { tcp: await freePort(), tls: await freePort(), ws: await freePort(), http: await freePort() };
    const launch = broker.launch({ ports, folder, tls, scenario });
    const generator = processes.start({
      command: process.execPath,
      args: [GENERATOR],
      core: machine.generatorCore,
      ipc: true,
    });
    started.push(generator);
    const startMs = performance.now();
    const running = processes.start({ ...launch, core: machine.brokerCore });
    started.unshift(running);
    const listening = launch.listens.map((name) => ports[name]);
    await untilListening(running, listening, START_SECONDS_MAX);
    const startedMs = performance.now() - startMs;
    const measurement = await generate(generator, {
      scenario,
      address: { host: '127.0.0.1', port: ports[scenario.transport] },
      brokerPid: running.pid,
      timing: surroundings.timing,
      spin: machine.cores > 1,
    });
    const told = (await broker.notes?.(ports, scenario)) ?? {};
    return { ...cell, startMs: startedMs, measurement: { ...measurement, notes: { ...measurement.notes, ...told } } };
  } catch (error) {
    return { ...cell, failed: true, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const child of started) await processes.end(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./brokers/broker.mjs').Broker} broker
 * @param {import('./scenarios/row.mjs').Scenario} scenario
 * @param {Surroundings} surroundings
 * @returns {string | undefined}
 */
function impossible(broker, scenario, { machine, tls }) {
  const lacking = scenario.needs.find((feature) => broker.lacks[feature] !== undefined);
  if (lacking !== undefined) return broker.lacks[lacking];
  if (scenario.needs.includes('tls') && tls === undefined) return 'no certificate: openssl is not installed';
  const files = (scenario.layout === 'filters' ? 0 : scenario.count * (scenario.kind === 'idle' ? 1 : 2)) + OTHER_FILES;
  if (scenario.kind !== 'retained' && files > machine.openFilesMax) {
    return `needs ${files} open files per process; the limit here is ${machine.openFilesMax} (ulimit -n)`;
  }
  return undefined;
}

/**
 * @param {import('./processes.mjs').Started} generator
 * @param {import('./generator/measurement.mjs').Job} job
 * @returns {Promise<import('./generator/measurement.mjs').Measurement>}
 */
function generate(generator, job) {
  const { warmSeconds, measureSeconds, latencySeconds } = job.timing;
  const secondsMax = warmSeconds + measureSeconds + latencySeconds + SETUP_SECONDS_MAX;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no result after ${secondsMax} s`)), secondsMax * 1000);
    generator.child.once('message', (/** @type {any} */ answer) => {
      clearTimeout(late);
      if (answer.measurement !== undefined) resolve(answer.measurement);
      else reject(new Error(answer.failure));
    });
    generator.child.once('exit', (code, signal) => {
      clearTimeout(late);
      reject(new Error(`the generator ended (${code ?? signal}): ${generator.output()}`));
    });
    generator.child.send(job);
  });
}
