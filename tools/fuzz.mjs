/**
 * `npm run fuzz`: runs the targets of test/fuzz/*.fuzz.ts with ever new seeds, one after another, for `--seconds` (60).
 * A failure prints the command that repeats it; an `input` that the error carries is kept in test/fuzz/corpus/.
 *
 *   --seconds N      how long in all
 *   --iterations N   iterations a seed (1000)
 *   --target TEXT    only targets whose name contains it
 *   --seed N         this seed alone, once for each target
 *
 * A module exports `fuzzTargets`: names → `(seed, iterations) => void | Promise<void>`, which throw when something is
 * wrong. The targets run in a worker thread, so that one that never ends is noticed too.
 */

import './node-version.mjs';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { root } from './process.mjs';
import { ensureInstalled } from './setup.mjs';

const folder = join(root, 'test', 'fuzz');
const stuckAfterMs = 60_000;

/** In the worker: loads the TypeScript modules with the transformer that the tests use. */
async function loadTargets(filter) {
  const { createViteServer } = await import('vitest/node');
  const server = await createViteServer({
    root,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, ws: false, watch: null },
  });
  const targets = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.fuzz.ts')) continue;
    const { fuzzTargets } = await server.ssrLoadModule(join(folder, file));
    if (fuzzTargets === undefined) throw new Error(`test/fuzz/${file} exports no fuzzTargets.`);
    for (const [name, run] of Object.entries(fuzzTargets)) {
      if (name.includes(filter)) targets.push({ name, run });
    }
  }
  return { targets, close: () => server.close(), mapStack: (error) => server.ssrFixStacktrace(error) };
}

function describeFailure(error) {
  const { input, stack } = error ?? {};
  return { text: stack ?? String(error), input: typeof input === 'string' ? Buffer.from(input) : input };
}

/** In the worker: target after target, each time with a seed that was not used before. */
async function runTargets({ seconds, iterations, target: filter, seed: onlySeed }) {
  const { targets, close, mapStack } = await loadTargets(filter);
  const endsAt = Date.now() + seconds * 1000;
  const firstSeed = onlySeed ?? Math.floor(Math.random() * 2 ** 31);
  for (let round = 0; targets.length > 0; round += 1) {
    for (const { name, run } of targets) {
      if (onlySeed === undefined && Date.now() >= endsAt) {
        await close();
        return;
      }
      const seed = (firstSeed + round) >>> 0;
      parentPort.postMessage({ kind: 'begin', name, seed });
      try {
        await run(seed, iterations);
      } catch (error) {
        if (error instanceof Error) mapStack(error);
        parentPort.postMessage({ kind: 'failure', ...describeFailure(error) });
        await close();
        return;
      }
    }
    if (onlySeed !== undefined) break;
  }
  await close();
}

function keepInput(name, input) {
  const corpus = join(folder, 'corpus');
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 16);
  const file = join(corpus, `${name.replaceAll(/[^\w.-]+/g, '-')}-${digest}`);
  mkdirSync(corpus, { recursive: true });
  writeFileSync(file, input);
  return file;
}

/** In the main thread: prints what the worker reports and ends it when it reports nothing any more. */
function watch(options) {
  return new Promise((resolve) => {
    const runs = new Map();
    let current = { name: 'loading the targets', seed: 0 };
    let failed = false;
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: options });
    const fail = (text, input) => {
      failed = true;
      const { name, seed } = current;
      console.error(`\n${name} failed with seed ${seed}:\n${text}`);
      if (input !== undefined) console.error(`The input is in ${keepInput(name, input)}`);
      console.error(
        `Repeat with: npm run fuzz -- --target '${name}' --seed ${seed} --iterations ${options.iterations}`,
      );
    };
    const stuck = setTimeout(() => {
      fail(`It has not ended after ${stuckAfterMs / 1000} s.`);
      worker.terminate();
    }, stuckAfterMs);
    worker.on('message', (message) => {
      stuck.refresh();
      if (message.kind === 'failure') fail(message.text, message.input);
      else {
        current = message;
        runs.set(message.name, (runs.get(message.name) ?? 0) + 1);
      }
    });
    worker.on('error', (error) => fail(error.stack ?? String(error)));
    worker.on('exit', () => {
      clearTimeout(stuck);
      for (const [name, count] of runs) console.log(`  ${name}: ${count} seeds of ${options.iterations} iterations`);
      if (runs.size === 0 && !failed) {
        failed = true;
        console.error(`test/fuzz/*.fuzz.ts have no target whose name contains '${options.target}'.`);
      }
      resolve(failed ? 1 : 0);
    });
  });
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      iterations: { type: 'string', default: '1000' },
      target: { type: 'string', default: '' },
      seed: { type: 'string' },
    },
  });
  const number = (name) => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} wants a number; got '${values[name]}'.`);
    return value;
  };
  return {
    seconds: number('seconds'),
    iterations: number('iterations'),
    target: values.target,
    seed: values.seed === undefined ? undefined : number('seed'),
  };
}

if (isMainThread) {
  try {
    const options = readOptions();
    await ensureInstalled();
    process.exitCode = await watch(options);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
} else {
  await runTargets(workerData);
}
