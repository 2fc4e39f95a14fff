/** The tables of a run as rows of text, and how rows look in a terminal and in Markdown. */

import { REFERENCE } from './brokers/index.mjs';

/**
 * @typedef {object} Table
 * @property {string} title
 * @property {string[]} head
 * @property {string[][]} rows
 */

/**
 * @typedef {object} Run
 * @property {import('./scenarios/row.mjs').Scenario[]} scenarios
 * @property {import('./brokers/broker.mjs').Broker[]} brokers
 * @property {import('./summary.mjs').Summary[]} summaries
 * @property {(scenario: import('./scenarios/row.mjs').Scenario) => string} [label] of a row; the title unless given
 */

/**
 * @typedef {object} Tables by what they are about
 * @property {Table} cpu
 * @property {Table} throughput
 * @property {Table} latency
 * @property {Table} memory
 * @property {Table} generator
 * @property {Table} start
 * @property {Table} remarks
 */

/** @param {Run} run @returns {Tables} */
export function makeTables(run) {
  return {
    cpu: cpuTable(run),
    throughput: table(run, 'Throughput per second (× Mosquitto; b: broker, g: generator, % of its core)', throughput),
    latency: table(
      run,
      'Latency at a fixed rate, microseconds p50 / p99 / p99.9 (p99 × Mosquitto)',
      latency,
      hasLatency,
    ),
    memory: table(run, 'Memory of the process, MB start → peak; bytes per connection', memory),
    generator: table(run, 'CPU microseconds of the generator per message', (summary) => figure(summary.generatorCpuUs)),
    start: startTable(run),
    remarks: remarks(run),
  };
}

/** @param {Run} run @returns {Table} */
function cpuTable(run) {
  const basic = table(
    run,
    'CPU microseconds of the broker per delivered message or connect (× Mosquitto)',
    (summary, reference) => {
      return figure(summary.cpuUs) + ratio(summary.cpuUs, reference?.cpuUs);
    },
  );
  if (!run.brokers.some(({ name }) => name === 'hoopoe')) return basic;
  const targets = rowsOf(run, () => true).map(({ name, targetRatio }) => {
    if (targetRatio === undefined) return '';
    const own = find(run, name, 'hoopoe')?.cpuUs;
    const other = find(run, name, REFERENCE)?.cpuUs;
    const verdict = own === undefined || other === undefined ? '' : own / other <= targetRatio ? ' met' : ' missed';
    return `≤ ${targetRatio}${verdict}`;
  });
  return {
    ...basic,
    head: [...basic.head, 'target'],
    rows: basic.rows.map((row, index) => [...row, targets[index]]),
  };
}

/**
 * @param {Run} run @param {string} title
 * @param {(summary: import('./summary.mjs').Summary, reference: import('./summary.mjs').Summary | undefined) => string} cell
 * @param {(scenario: import('./scenarios/row.mjs').Scenario) => boolean} [fits] whether the table has a row for it
 * @returns {Table}
 */
function table(run, title, cell, fits = () => true) {
  const rows = rowsOf(run, fits).map((scenario) => {
    const reference = find(run, scenario.name, REFERENCE);
    const cells = run.brokers.map(({ name }) => {
      const summary = find(run, scenario.name, name);
      return summary?.cpuUs === undefined ? '–' : cell(summary, reference);
    });
    return [run.label?.(scenario) ?? scenario.title, ...cells];
  });
  return { title, head: ['scenario', ...run.brokers.map((broker) => broker.title)], rows };
}

/** @param {Run} run @param {(scenario: import('./scenarios/row.mjs').Scenario) => boolean} fits */
function rowsOf({ scenarios, summaries }, fits) {
  const measured = new Set(summaries.map(({ scenario }) => scenario));
  return scenarios.filter((scenario) => measured.has(scenario.name) && fits(scenario));
}

/** @param {import('./scenarios/row.mjs').Scenario} scenario @returns {boolean} */
function hasLatency({ kind }) {
  return kind === 'window' || kind === 'rate';
}

/** @type {Parameters<typeof table>[2]} */
function throughput(summary, reference) {
  const share = (/** @type {number | undefined} */ value) => Math.round((value ?? 0) * 100);
  const shares = `b${share(summary.brokerShare)} g${share(summary.generatorShare)}`;
  return `${figure(summary.perSecond)}${ratio(summary.perSecond, reference?.perSecond)} ${shares}`;
}

/** @type {Parameters<typeof table>[2]} */
function latency({ latencyUs }, reference) {
  if (latencyUs === undefined) return '–';
  const { p50, p99, p999 } = latencyUs;
  return `${figure(p50)} / ${figure(p99)} / ${figure(p999)}${ratio(p99, reference?.latencyUs?.p99)}`;
}

/** @type {Parameters<typeof table>[2]} */
function memory({ startBytes = 0, peakBytes = 0, connectionBytes }) {
  const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1);
  const each = connectionBytes === undefined ? '' : `; ${figure(connectionBytes)}`;
  return `${megabytes(startBytes)} → ${megabytes(peakBytes)}${each}`;
}

/** @param {Run} run @returns {Table} */
function startTable({ brokers, summaries }) {
  const cells = brokers.map(({ name }) => {
    const times = summaries.flatMap(({ broker, startMs }) =>
      broker === name && startMs !== undefined ? [startMs] : [],
    );
    return times.length === 0 ? '–' : figure(Math.min(...times));
  });
  return {
    title: 'Milliseconds from start to listening, on one core (best median)',
    head: ['', ...brokers.map(({ title }) => title)],
    rows: [['start', ...cells]],
  };
}

/** The share of a core that a host should give: the rest is for bursts, logins and the disk. */
const CORE_SHARE = 0.7;

/** @param {Run} run @returns {Table} what one core carries, of the traffic of each scenario */
export function capacityTable(run) {
  const perSecond = (/** @type {import('./summary.mjs').Summary} */ { cpuUs = 0 }) => {
    // Two digits: nobody plans more exactly.
    return Number(((CORE_SHARE * 1e6) / cpuUs).toPrecision(2)).toLocaleString('en-US');
  };
  const title = `Deliveries, or connects, per second at ${CORE_SHARE * 100} % of one core`;
  return table(run, title, perSecond);
}

/** Losses, duplicates, failures, notes and why cells are empty. @param {Run} run @returns {Table} */
function remarks({ summaries }) {
  const rows = summaries.flatMap((summary) => {
    const { reason, lost = 0, duplicated = 0, failures = [], notes = {} } = summary;
    const remarks = [
      ...(reason === undefined ? [] : [`– ${reason}`]),
      ...(lost === 0 ? [] : [`LOST ${lost}`]),
      ...(duplicated === 0 ? [] : [`DUPLICATED OR OUT OF ORDER ${duplicated}`]),
      ...failures.map((failure) => `a round failed: ${failure}`),
      ...Object.entries(notes).map(([name, value]) => `${name}: ${figure(value)}`),
    ];
    return remarks.map((remark) => [summary.scenario, summary.broker, remark]);
  });
  return {
    title: 'Remarks (nothing lost, nothing doubled where nothing is said)',
    head: ['scenario', 'broker', 'remark'],
    rows,
  };
}

/** @param {Run} run @param {string} scenario @param {string} broker */
function find({ summaries }, scenario, broker) {
  return summaries.find((summary) => summary.scenario === scenario && summary.broker === broker);
}

/** @param {number | undefined} value @returns {string} three significant digits, thousands separated */
export function figure(value) {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en-US');
}

/** @param {number | undefined} value @param {number | undefined} reference @returns {string} */
function ratio(value, reference) {
  if (value === undefined || reference === undefined || reference === 0) return '';
  const quotient = value / reference;
  return ` (${quotient.toFixed(quotient < 0.1 ? 3 : 2)})`;
}

/** @param {Table} table @returns {string} */
export function toTerminal({ title, head, rows }) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (/** @type {string[]} */ row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return [title, line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** @param {Table} table @param {string} [heading] marks before the title; none: without title @returns {string} */
export function toMarkdown({ title, head, rows }, heading = '##') {
  const line = (/** @type {string[]} */ row) =>
    `| ${row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const before = heading === '' ? [] : [`${heading} ${title}`, ''];
  return [...before, line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
