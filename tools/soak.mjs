/**
 * `npm run soak`: the long forms of the tests that a disturbed, killed or damaged broker has to pass. Prints what was
 * sent and received and the memory of the broker; a failure prints the seed that repeats what the clients do. Without
 * options all of them run one after another, otherwise those whose options are given.
 *
 *   --seconds N   clients whose connections break and stall: how long (600)
 *   --clients N   how many of them there are (300)
 *   --seed N      what happens to whom; another one each time unless given
 *   --kills N     kill -9 under load: how often (200)
 *   --damages N   a data file that is cut or changed: how often (100)
 *   --stored N    messages queued for one session, for memory and start (1000000)
 *   --sessions N  sessions with 100 messages each (10000)
 */

import './node-version.mjs';
import { parseArgs } from 'node:util';
import { packageBin, runNode, ToolFailure } from './process.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';

/** Each test with its options, the environment variables that carry them, and what they are unless given. */
const soaks = [
  {
    file: 'test/system/soak.test.ts',
    options: { seconds: ['SOAK_SECONDS', '600'], clients: ['SOAK_CLIENTS', '300'], seed: ['SOAK_SEED', undefined] },
  },
  { file: 'test/durability/kill-loop.test.ts', options: { kills: ['KILLS', '200'] } },
  { file: 'test/durability/damaged-file.test.ts', options: { damages: ['DAMAGES', '100'] } },
  {
    file: 'test/durability/bounded-memory.test.ts',
    options: { stored: ['STORED', '1000000'], sessions: ['SESSIONS', '10000'] },
  },
];

function naturalNumber(name, text) {
  if (/^[1-9]\d{0,8}$/.test(text)) return text;
  throw new ToolFailure(`--${name} got "${text}"; allowed: a whole number from 1`);
}

function environmentOf({ options }, given) {
  const variables = {};
  for (const [name, [variable, usual]] of Object.entries(options)) {
    const text = given[name] ?? usual;
    if (text !== undefined) variables[variable] = naturalNumber(name, text);
  }
  return variables;
}

async function main() {
  const names = soaks.flatMap(({ options }) => Object.keys(options));
  const { values: given } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });
  const asked = soaks.filter(({ options }) => Object.keys(options).some((name) => given[name] !== undefined));
  const chosen = (asked.length > 0 ? asked : soaks).map((soak) => [soak.file, environmentOf(soak, given)]);
  await ensureInstalled();
  await ensureBuilt();
  let failed = 0;
  for (const [file, variables] of chosen) {
    const env = { ...process.env, ...variables };
    failed ||= await runNode(packageBin('vitest', 'vitest'), ['run', '--project=processes', file], { env });
  }
  return failed;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof ToolFailure ? error.message : error);
  process.exitCode = 1;
}
