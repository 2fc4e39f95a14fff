/** The command line of the benchmark. */

import { parseArgs } from 'node:util';
import { BROKERS } from './brokers/index.mjs';
import { SCENARIOS } from './scenarios/index.mjs';

/**
 * @typedef {object} Options
 * @property {import('./scenarios/row.mjs').Scenario[]} scenarios
 * @property {import('./brokers/broker.mjs').Broker[]} brokers
 * @property {number} rounds
 * @property {{ warmSeconds: number, measureSeconds: number, latencySeconds: number }} timing
 * @property {number} secondsMax after which nothing new is begun
 * @property {boolean} quick
 */

const HELP = `usage: npm run bench -- [options]

Runs brokers side by side on this machine and prints what a delivered message costs each of them.

  --quick              fewer scenarios, one round, about two minutes
  --scenarios a,b      only these; --list names them
  --brokers a,b        only these of ${BROKERS.map(({ name }) => name).join(', ')}
  --rounds N           rounds over everything, of which the median is told (3; quick: 1)
  --seconds N          measured seconds per scenario and broker (3; quick: 0.6)
  --list               what there is
  --help               this text
`;

/** @returns {string} */
function list() {
  const scenarios = SCENARIOS.map(
    ({ name, title, quick }) => `  ${name.padEnd(16)}${title}${quick ? '  (quick)' : ''}`,
  );
  const brokers = BROKERS.map(({ name, unavailable }) => `  ${name.padEnd(16)}${unavailable() ?? 'ready'}`);
  return `scenarios\n${scenarios.join('\n')}\n\nbrokers\n${brokers.join('\n')}\n`;
}

/**
 * @param {string[]} args
 * @returns {{ options: Options } | { text: string, exitCode: number }} what to do, or what to print instead
 */
export function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        quick: { type: 'boolean', default: false },
        scenarios: { type: 'string' },
        brokers: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return { text: HELP, exitCode: 0 };
    if (values.list) return { text: list(), exitCode: 0 };
    const { quick } = values;
    const rows = SCENARIOS.filter((row) => values.scenarios !== undefined || !quick || row.quick);
    const scenarios = select('scenario', rows, values.scenarios).map((row) =>
      quick && row.quickCount !== undefined ? shrink(row, row.quickCount) : row,
    );
    const measureSeconds = positive('--seconds', values.seconds, quick ? 0.6 : 3);
    return {
      options: {
        scenarios,
        brokers: select('broker', BROKERS, values.brokers),
        rounds: Math.ceil(positive('--rounds', values.rounds, quick ? 1 : 3)),
        timing: { warmSeconds: quick ? 0.4 : 1, measureSeconds, latencySeconds: quick ? 0.4 : 1.5 },
        secondsMax: quick ? 300 : 3600,
        quick,
      },
    };
  } catch (error) {
    return { text: `${error instanceof Error ? error.message : error}\n\n${HELP}`, exitCode: 2 };
  }
}

/** @param {import('./scenarios/row.mjs').Scenario} row @param {number} count */
function shrink(row, count) {
  const number = (/** @type {number} */ value) => value.toLocaleString('en-US');
  return { ...row, count, title: row.title.replace(number(row.count), number(count)) };
}

/**
 * @template {{ name: string }} T
 * @param {string} what @param {T[]} all @param {string | undefined} wanted
 * @returns {T[]}
 */
function select(what, all, wanted) {
  if (wanted === undefined) return all;
  return wanted.split(',').map((name) => {
    const found = all.find((item) => item.name === name.trim());
    if (found === undefined) throw new Error(`There is no ${what} '${name}'; --list names those that there are.`);
    return found;
  });
}

/** @param {string} name @param {string | undefined} text @param {number} otherwise @returns {number} */
function positive(name, text, otherwise) {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name} wants a number above 0, not '${text}'.`);
  return value;
}
