/**
 * One cell of the table: a fresh broker, a fresh generator, one scenario, one measurement. Whatever goes wrong becomes
 * the reason that stands in the cell; the benchmark goes on.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabase } from './database.mjs';
import { layOut } from './generator/layouts.mjs';
import { cpuMicroseconds } from './generator/process-meter.mjs';
import { WARM_UPS_MAX } from './generator/warm-up.mjs';
import { freePort, untilListening } from './processes.mjs';

const GENERATOR = fileURLToPath(new URL('./generator/main.mjs', import.meta.url));
const PROBE = new URL('./probe.mjs', import.meta.url).href;
const START_SECONDS_MAX = 15;
/** On top of the measured time: connecting, subscribing, draining. */
const SETUP_SECONDS_MAX = 60;
/** Things that the slowest broker makes in a second: sessions, subscriptions, retained messages. */
const MADE_PER_SECOND_MIN = 400;
/** A broker is quiet when it works less than this share of its core for a while: what belongs to its start is over. */
const QUIET = { share: 0.03, milliseconds: 200, secondsMax: 10 };
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
  const database = scenario.database ? await openDatabase(scenario) : undefined;
  try {
    const ports = { tcp: await freePort(), tls: await freePort(), ws: await freePort(), http: await freePort() };
    const place = { ports, folder, tls, scenario, databasePort: database?.port };
    const probeSocket = scenario.probed ? join(folder, 'probe.sock') : undefined;
    const launch = withProbe(broker.launch(place), probeSocket);
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
    const portsOf = (/** @type {Array<keyof typeof ports>} */ names) => names.map((name) => ports[name]);
    await untilListening(running, portsOf(launch.listens), START_SECONDS_MAX);
    const startedMs = performance.now() - startMs;
    await untilListening(running, portsOf(launch.opensLater ?? []), START_SECONDS_MAX);
    await untilQuiet(running.pid);
    const measurement = await generate(generator, {
      scenario,
      address: { host: '127.0.0.1', port: ports[scenario.transport] },
      brokerPid: running.pid,
      timing: surroundings.timing,
      spin: machine.cores > 1,
      probeSocket,
    });
    const told = (await broker.notes?.(place)) ?? {};
    return { ...cell, startMs: startedMs, measurement: { ...measurement, notes: { ...measurement.notes, ...told } } };
  } catch (error) {
    return {
      ...cell,
      failed: true,
      reason: ending(started[0]) ?? (error instanceof Error ? error.message : String(error)),
    };
  } finally {
    for (const child of started) await processes.end(child);
    await database?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./brokers/broker.mjs').Launch} launch @param {string | undefined} socket
 * @returns {import('./brokers/broker.mjs').Launch} a Node program that tells of its garbage and its pauses there
 */
function withProbe(launch, socket) {
  if (socket === undefined) return launch;
  const args = ['--import', PROBE, ...launch.args];
  return { ...launch, args, env: { ...launch.env, BENCH_PROBE_SOCKET: socket } };
}

/**
 * What ended a broker by itself is the reason why its generator could not go on.
 * @param {import('./processes.mjs').Started | undefined} broker @returns {string | undefined} undefined while it runs
 */
function ending(broker) {
  if (broker === undefined) return undefined;
  const { exitCode, signalCode } = broker.child;
  if (exitCode === null && signalCode === null) return undefined;
  const said = broker.output().match(/^\s*\w*Error\b.*$/m)?.[0] ?? broker.output().split('\n').at(-1) ?? '';
  return `it ended in the middle of the measurement (${exitCode ?? signalCode}): ${said.trim() || 'without a word'}`;
}

/**
 * Listening is not the end of a start: modules are still compiled and interfaces opened. None of that is a message's cost.
 * @param {number} pid
 */
async function untilQuiet(pid) {
  const endMs = performance.now() + QUIET.secondsMax * 1000;
  let share = 1;
  while (share > QUIET.share && performance.now() < endMs) {
    const before = cpuMicroseconds(pid);
    const fromMs = performance.now();
    await sleep(QUIET.milliseconds);
    share = (cpuMicroseconds(pid) - before) / 1000 / (performance.now() - fromMs);
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
  const files = connections(scenario) + OTHER_FILES;
  if (files > machine.openFilesMax) {
    return `needs ${files} open files per process; the limit here is ${machine.openFilesMax} (ulimit -n)`;
  }
  return undefined;
}

/** @param {import('./scenarios/row.mjs').Scenario} scenario @returns {number} open at the same time */
function connections(scenario) {
  if (scenario.kind === 'idle') return scenario.count;
  if (scenario.kind === 'retained') return 2;
  const { publishers, subscribers } = layOut(scenario);
  return publishers.length + subscribers.length;
}

/**
 * @param {import('./processes.mjs').Started} generator
 * @param {import('./generator/measurement.mjs').Job} job
 * @returns {Promise<import('./generator/measurement.mjs').Measurement>}
 */
function generate(generator, job) {
  const { warmSeconds, measureSeconds, latencySeconds } = job.timing;
  const { count, sessions } = job.scenario;
  const setupSeconds = SETUP_SECONDS_MAX + Math.ceil((count + sessions) / MADE_PER_SECOND_MIN);
  // Warming up goes on until a message costs what it cost before, but not for ever.
  const secondsMax = WARM_UPS_MAX * warmSeconds + measureSeconds + latencySeconds + setupSeconds;
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
