/**
 * `npm run bench`: measures brokers side by side and writes the tables to the terminal and, with all raw figures, to
 * bench/results/, where the last run of each form is kept. Rounds, scenarios and brokers are nested in this order, so
 * that whatever disturbs the machine for a while disturbs neighbours in a table alike.
 */

import '../tools/node-version.mjs';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureForeignClients } from '../tools/foreign-clients.mjs';
import { ToolFailure } from '../tools/process.mjs';
import { ensureBuilt, ensureInstalled } from '../tools/setup.mjs';
import { measureCell } from './cell.mjs';
import { makeCertificate } from './certificate.mjs';
import { keepFigures, writeDocuments } from './documents.mjs';
import { readMachine } from './machine.mjs';
import { readOptions } from './options.mjs';
import { Processes } from './processes.mjs';
import { scalingTables } from './scaling.mjs';
import { median, summarize, troubles } from './summary.mjs';
import { makeTables, toMarkdown, toTerminal } from './tables.mjs';

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));

/** Others on the same cores spoil throughput and latency first, CPU per message last. */
const OTHERS_SHARE_MAX = 0.05;

/** @typedef {import('./options.mjs').Options} Options */

/** @param {Options} options */
async function bench(options) {
  if (!options.asBuilt) {
    await ensureInstalled();
    await ensureBuilt();
    await ensureForeignClients(['mosquitto', 'openssl']);
  }
  const startMs = performance.now();
  const machine = readMachine();
  const processes = new Processes(machine);
  const folder = mkdtempSync(join(tmpdir(), 'hoopoe-bench-'));
  const leave = () => {
    processes.killAll();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', leave);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => process.exit(130));
  }

  const brokers = options.brokers.filter((broker) => {
    const reason = broker.unavailable();
    if (reason !== undefined) console.log(`${broker.title} is left out: ${reason}.`);
    return reason === undefined;
  });
  if (brokers.length === 0) {
    console.error('There is no broker left to measure.');
    process.exitCode = 1;
    return;
  }
  const description = describe(options, machine, brokers);
  console.log(`${description.join('\n')}\n`);

  const surroundings = { machine, processes, folder, tls: makeCertificate(folder), timing: options.timing };
  const cells = await measureAll({ ...options, brokers }, surroundings);
  const summaries = options.scenarios.flatMap(({ name }) =>
    brokers.flatMap((broker) => {
      const own = cells.filter((cell) => cell.scenario === name && cell.broker === broker.name);
      return own.length > 0 ? [summarize(own)] : [];
    }),
  );
  const minutes = Math.ceil((performance.now() - startMs) / 60_000);
  description.push(`${disturbance(cells)} The run took ${minutes} minute${minutes === 1 ? '' : 's'}.`);
  report({ options, machine, brokers, description, summaries, cells });
}

/**
 * @param {object} run
 * @param {Options} run.options
 * @param {import('./machine.mjs').Machine} run.machine
 * @param {import('./brokers/broker.mjs').Broker[]} run.brokers
 * @param {string[]} run.description
 * @param {import('./summary.mjs').Summary[]} run.summaries
 * @param {import('./cell.mjs').Cell[]} run.cells
 */
function report({ options, machine, brokers, description, summaries, cells }) {
  const { scenarios } = options;
  const tables = options.scaling
    ? scalingTables(brokers, summaries)
    : Object.values(makeTables({ scenarios, brokers, summaries })).filter(({ rows }) => rows.length > 0);
  console.log(`\n${tables.map(toTerminal).join('\n\n')}\n\n${description.at(-1)}`);
  const date = new Date().toISOString().slice(0, 19);
  const figures = {
    date,
    machine,
    description,
    versions: Object.fromEntries(brokers.map((broker) => [broker.name, broker.version()])),
    summaries,
  };
  save({ form: options.form, figures, tables, cells });
  const bad = troubles(summaries, scenarios);
  if (bad.length > 0) {
    console.error(`\nTHIS RUN IS NOT VALID:\n${bad.map((text) => `  ${text}`).join('\n')}`);
    process.exitCode = 1;
  } else if (options.writesDocs) {
    keepFigures(options.scaling ? 'scaling' : 'comparison', figures);
    console.log(`Written into ${writeDocuments().join(', ')}`);
  }
}

/** @param {Options} options @param {import('./cell.mjs').Surroundings} surroundings */
async function measureAll({ scenarios, brokers, rounds, secondsMax }, surroundings) {
  /** @type {import('./cell.mjs').Cell[]} */
  const cells = [];
  const endMs = performance.now() + secondsMax * 1000;
  for (let round = 0; round < rounds; round++) {
    for (const scenario of scenarios) {
      // Each round begins with another broker: nobody always has the warmest or the coldest machine.
      for (const index of brokers.keys()) {
        const broker = brokers[(index + round) % brokers.length];
        if (performance.now() > endMs) {
          cells.push({
            scenario: scenario.name,
            broker: broker.name,
            reason: `the ${secondsMax} s of a run were over`,
          });
          continue;
        }
        const cell = await measureCell(broker, scenario, surroundings);
        cells.push(cell);
        console.log(`${round + 1}/${rounds}  ${scenario.name.padEnd(22)} ${broker.name.padEnd(10)} ${brief(cell)}`);
      }
    }
  }
  return cells;
}

/** @param {import('./cell.mjs').Cell} cell @returns {string} */
function brief({ measurement, reason, failed }) {
  if (measurement === undefined) return `${failed ? 'FAILED' : '–'} ${reason}`;
  const { operations, seconds, brokerCpuUs, unit, lost, duplicated, othersShare } = measurement;
  const perOperation = (brokerCpuUs / operations).toFixed(2).padStart(8);
  const others = othersShare > OTHERS_SHARE_MAX ? `  (others ${Math.round(othersShare * 100)} % of all cores)` : '';
  const trouble = lost + duplicated > 0 ? `  lost ${lost}, duplicated ${duplicated}` : '';
  return `${perOperation} us CPU per ${unit}, ${Math.round(operations / seconds)}/s${trouble}${others}`;
}

/**
 * @param {Options} options
 * @param {import('./machine.mjs').Machine} machine
 * @param {import('./brokers/broker.mjs').Broker[]} brokers
 * @returns {string[]}
 */
function describe({ rounds, timing }, machine, brokers) {
  const pinning = machine.canPin
    ? `broker on core ${machine.brokerCore}, generator on core ${machine.generatorCore}`
    : 'not pinned to cores: too few cores, or no taskset; broker and generator disturb each other';
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}; ${pinning}.`,
    `${brokers.map((broker) => `${broker.title} ${broker.version()}`).join(', ')}.`,
    `${rounds} round${rounds === 1 ? '' : 's'}, ${timing.measureSeconds} s measured after at least ${timing.warmSeconds} s of warming up; medians.`,
  ];
}

/** @param {import('./cell.mjs').Cell[]} cells @returns {string} how much else this machine did */
function disturbance(cells) {
  const shares = cells.flatMap(({ measurement }) => (measurement === undefined ? [] : [measurement.othersShare]));
  const share = shares.length === 0 ? 0 : median(shares);
  const advice = share > OTHERS_SHARE_MAX ? '; do not trust throughput and latency, repeat on a quiet machine' : '';
  return `Other processes used ${Math.round(share * 100)} % of all cores meanwhile (median)${advice}.`;
}

/**
 * @param {object} run
 * @param {Options['form']} run.form
 * @param {import('./documents.mjs').Figures} run.figures
 * @param {import('./tables.mjs').Table[]} run.tables
 * @param {import('./cell.mjs').Cell[]} run.cells
 */
function save({ form, figures, tables, cells }) {
  const { date, description } = figures;
  const name = join(RESULTS, form);
  mkdirSync(RESULTS, { recursive: true });
  const text = [`# Benchmark of ${date} UTC`, description.join('\n'), ...tables.map((table) => toMarkdown(table))];
  writeFileSync(`${name}.md`, `${text.join('\n\n')}\n`);
  writeFileSync(`${name}.json`, `${JSON.stringify({ ...figures, cells }, undefined, 2)}\n`);
  console.log(`Written to ${name}.md and .json`);
}

const command = readOptions(process.argv.slice(2));
if ('text' in command) {
  console.log(command.text);
  process.exitCode = command.exitCode;
} else {
  try {
    await bench(command.options);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
