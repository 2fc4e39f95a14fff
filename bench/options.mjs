/** The command line of the benchmark. */

import { parseArgs } from 'node:util';
import { BROKERS } from './brokers/index.mjs';
import { scalingScenarios } from './scaling.mjs';
import { SCENARIOS } from './scenarios/index.mjs';

/**
 * @typedef {object} Options
 * @property {import('./scenarios/row.mjs').Scenario[]} scenarios
 * @property {import('./brokers/broker.mjs').Broker[]} brokers
 * @property {number} rounds
 * @property {{ warmSeconds: number, measureSeconds: number, latencySeconds: number }} timing
 * @property {number} secondsMax after which nothing new is begun
 * @property {'comparison' | 'scaling' | 'quick' | 'part'} form names the files of the results; each form keeps its last run
 * @property {boolean} scaling the series of sizes instead of the comparison
 * @property {boolean} writesDocs the documents get the figures
 * @property {boolean} asBuilt nothing is installed or compiled first
 */

const HELP = `usage: npm run bench -- [options]

Runs brokers side by side on this machine and prints what a delivered message costs each of them: 25 minutes on a quiet
machine. It installs and compiles what is missing; on Debian as root, Mosquitto too.

  --quick              fewer scenarios, one round, about two minutes
  --all                the rare scenarios too
  --scaling            instead of all that: how a message's cost grows with subscriptions, sessions, retained messages and
                       subscribers, and the longest pause under 100,000 sessions; of Hoopoe and, where it can, of the floor
                       unless --brokers says else
  --scenarios a,b      only these; --list names them
  --brokers a,b        only these of ${BROKERS.map(({ name }) => name).join(', ')}
  --rounds N           rounds over everything, of which the median is told (3; quick and scaling: 1)
  --seconds N          measured seconds per scenario and broker (1; quick: 0.6)
  --write-docs         put the figures into docs/performance.md and, unless --scaling, the READMEs
  --as-built           install and compile nothing
  --list               what there is
  --help               this text
`;

const FLAGS = /** @type {const} */ ({
  quick: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  scaling: { type: 'boolean', default: false },
  scenarios: { type: 'string' },
  brokers: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  'write-docs': { type: 'boolean', default: false },
  'as-built': { type: 'boolean', default: false },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
});

/** @returns {string} */
function list() {
  const scenarios = SCENARIOS.map(
    ({ name, title, quick, rare }) =>
      `  ${name.padEnd(22)}${title}${quick ? '  (quick)' : ''}${rare ? '  (rare)' : ''}`,
  );
  const brokers = BROKERS.map(({ name, unavailable }) => `  ${name.padEnd(22)}${unavailable() ?? 'ready'}`);
  const scaling = scalingScenarios().map(({ name, title }) => `  ${name.padEnd(22)}${title}`);
  return `scenarios\n${scenarios.join('\n')}\n\nwith --scaling\n${scaling.join('\n')}\n\nbrokers\n${brokers.join('\n')}\n`;
}

/**
 * @param {string[]} args
 * @returns {{ options: Options } | { text: string, exitCode: number }} what to do, or what to print instead
 */
export function readOptions(args) {
  try {
    const { values } = parseArgs({ args, options: FLAGS });
    if (values.help) return { text: HELP, exitCode: 0 };
    if (values.list) return { text: list(), exitCode: 0 };
    const { quick, all, scaling } = values;
    const writesDocs = values['write-docs'];
    const whole = !quick && values.scenarios === undefined && values.brokers === undefined;
    if (writesDocs && !whole) {
      throw new Error('--write-docs wants a whole run: without --quick, --scenarios and --brokers.');
    }
    const usual = SCENARIOS.filter((row) => all || (quick ? row.quick : !row.rare));
    const known = scaling ? scalingScenarios() : SCENARIOS;
    const rows = select('scenario', known, values.scenarios) ?? (scaling ? known : usual);
    const scenarios = rows.map((row) => (quick && row.quickCount !== undefined ? shrink(row, row.quickCount) : row));
    const measureSeconds = positive('--seconds', values.seconds, quick ? 0.6 : 1);
    const brokers = BROKERS.filter(({ name }) => !scaling || name === 'hoopoe' || name === 'floor');
    return {
      options: {
        scenarios,
        brokers: select('broker', BROKERS, values.brokers) ?? brokers,
        rounds: Math.ceil(positive('--rounds', values.rounds, quick || scaling ? 1 : 3)),
        timing: { warmSeconds: 0.6, measureSeconds, latencySeconds: quick ? 0.4 : 0.6 },
        secondsMax: quick ? 300 : 7200,
        form: whole ? (scaling ? 'scaling' : 'comparison') : quick ? 'quick' : 'part',
        scaling,
        writesDocs,
        asBuilt: values['as-built'],
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
 * @returns {T[] | undefined} undefined when nothing in particular is wanted
 */
function select(what, all, wanted) {
  if (wanted === undefined) return undefined;
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
