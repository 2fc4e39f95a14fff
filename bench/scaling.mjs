/**
 * What growing costs: the series of `scenarios/scaling.mjs`, each size measured by itself, and the verdict whether a
 * message's cost grows faster than the logarithm of the size. Knows no processes.
 */

import { PAUSES, SERIES, scenariosOf } from './scenarios/scaling.mjs';
import { figure } from './tables.mjs';

/** Two measurements of the same thing differ by so much. */
const NOISE = 1.15;
/** With fewer items the process's own growth hides what one takes. */
const ITEMS_MIN = 10_000;
const PAUSE_MS_MAX = 20;

/** @returns {import('./scenarios/row.mjs').Scenario[]} everything to measure */
export function scalingScenarios() {
  return [...SERIES.flatMap(scenariosOf), PAUSES];
}

/**
 * How much faster than the logarithm a cost grows: the worst of all pairs of sizes.
 * @param {Array<{ size: number, cost: number }>} points ascending by size
 * @returns {{ excess: number, from: number, to: number }} 1 or less: not faster
 */
function fasterThanLogarithm(points) {
  const logarithm = (/** @type {number} */ size) => Math.log2(2 * size);
  const pairs = points.flatMap((large, index) => points.slice(0, index).map((small) => ({ small, large })));
  return pairs.reduce(
    (worst, { small, large }) => {
      const excess = large.cost / small.cost / (logarithm(large.size) / logarithm(small.size));
      return excess > worst.excess ? { excess, from: small.size, to: large.size } : worst;
    },
    { excess: 0, from: 0, to: 0 },
  );
}

/**
 * @public for its test
 * @param {Array<{ size: number, cost: number }>} points ascending by size @returns {string}
 */
export function verdict(points) {
  if (points.length < 2) return 'not enough sizes measured';
  const { excess, from, to } = fasterThanLogarithm(points);
  const number = (/** @type {number} */ value) => value.toLocaleString('en-US');
  const [first, last] = [points[0], points[points.length - 1]];
  const grown = `× ${(last.cost / first.cost).toFixed(2)} from ${number(first.size)} to ${number(last.size)}`;
  if (excess <= NOISE) return `${grown}: not faster than the logarithm`;
  return `${grown}: FASTER than the logarithm, by × ${excess.toFixed(2)} from ${number(from)} to ${number(to)}`;
}

/**
 * @param {import('./brokers/broker.mjs').Broker[]} brokers @param {import('./summary.mjs').Summary[]} summaries
 * @returns {import('./tables.mjs').Table[]}
 */
export function scalingTables(brokers, summaries) {
  const find = (/** @type {string} */ scenario, /** @type {string} */ broker) =>
    summaries.find((summary) => summary.scenario === scenario && summary.broker === broker);
  const series = SERIES.map((one) => seriesTable(one, brokers, find)).filter(({ rows }) => rows.length > 0);
  return [...series, pausesTable(brokers, find)].filter(({ rows }) => rows.length > 0);
}

/** @typedef {(scenario: string, broker: string) => import('./summary.mjs').Summary | undefined} Find */

/**
 * @param {import('./scenarios/scaling.mjs').Series} series
 * @param {import('./brokers/broker.mjs').Broker[]} brokers @param {Find} find
 * @returns {import('./tables.mjs').Table}
 */
function seriesTable({ name, title, item, sizes }, brokers, find) {
  const rows = brokers.flatMap((broker) => {
    const found = sizes.map((size) => ({ size, summary: find(`${name}-${size}`, broker.name) }));
    const own = found.flatMap(({ size, summary }) => {
      // What a broker lacks has no row: of what grows here the floor knows subscribers alone.
      if (summary === undefined || (summary.reason !== undefined && !summary.failed)) return [];
      const { cpuUs, heldBytes, reason } = summary;
      const memory = heldBytes === undefined || size < ITEMS_MIN ? '–' : figure(heldBytes / size);
      return [[broker.title, size.toLocaleString('en-US'), figure(cpuUs), memory, reason ?? '']];
    });
    if (own.length === 0) return [];
    const points = found.flatMap(({ size, summary }) =>
      summary?.cpuUs === undefined ? [] : [{ size, cost: summary.cpuUs }],
    );
    return [...own, [broker.title, 'growth', verdict(points), '', '']];
  });
  const head = ['broker', 'how many', 'CPU us per delivered message', `bytes per ${item}`, 'remark'];
  // A column that says nothing anywhere is left out.
  return withoutEmptyColumn({ title: `Growth: ${title}`, head, rows });
}

/** @param {import('./brokers/broker.mjs').Broker[]} brokers @param {Find} find @returns {import('./tables.mjs').Table} */
function pausesTable(brokers, find) {
  const rows = brokers.flatMap((broker) => {
    const summary = find(PAUSES.name, broker.name);
    if (summary === undefined || (summary.reason !== undefined && !summary.failed)) return [];
    const { notes = {}, reason } = summary;
    if (reason !== undefined) return [[broker.title, '–', '–', '–', '–', '–', reason]];
    const longest = notes['longest pause of the loop, ms'];
    const said = longest <= PAUSE_MS_MAX ? `≤ ${PAUSE_MS_MAX} ms: met` : `≤ ${PAUSE_MS_MAX} ms: missed`;
    const names = [
      'most CPU in one turn, ms',
      'longest collection, ms',
      'collections per second',
      'bytes allocated per message',
    ];
    return [[broker.title, figure(longest), ...names.map((name) => figure(notes[name])), said]];
  });
  const head = [
    'broker',
    'longest pause, ms',
    'most CPU in one turn, ms',
    'longest collection, ms',
    'collections/s',
    'bytes allocated per message',
    '',
  ];
  return { title: `Pauses of the loop: ${PAUSES.title}`, head, rows };
}

/** @param {import('./tables.mjs').Table} table @returns {import('./tables.mjs').Table} */
function withoutEmptyColumn({ title, head, rows }) {
  if (rows.some((row) => row[row.length - 1] !== '')) return { title, head, rows };
  return { title, head: head.slice(0, -1), rows: rows.map((row) => row.slice(0, -1)) };
}
