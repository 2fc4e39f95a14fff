/**
 * `npm test`: makes the clone ready and runs every check in order, stopping at the first that fails. The last line of
 * its output counts tests. With arguments, `npm test -- test/broker -t retained`, it hands them to vitest and runs
 * nothing else.
 */

import './node-version.mjs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureForeignClients } from './foreign-clients.mjs';
import { packageBin, runNode, ToolFailure } from './process.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';

const plainIfPiped = process.stdout.isTTY ? [] : ['--colors=off'];

const tests = { passed: 0, failed: 0, skipped: 0 };

/** Adds up vitest's report; a file that could not be loaded is one failure. */
function countTests(reportFile, exitCode) {
  let failed = 0;
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8'));
    const brokenFiles = report.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    );
    failed = report.numFailedTests + brokenFiles.length;
    tests.passed += report.numPassedTests;
    tests.skipped += report.numPendingTests + report.numTodoTests;
  } catch (error) {
    console.error(`vitest left no report that can be read: ${error.message}`);
    failed = 1;
  }
  tests.failed += exitCode !== 0 && failed === 0 ? 1 : failed;
}

async function vitest(args, environment = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hoopoe-test-'));
  const reportFile = join(folder, 'report.json');
  try {
    const reporting = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    const env = { ...process.env, ...environment };
    const code = await runNode(packageBin('vitest', 'vitest'), ['run', ...reporting, ...args], { env });
    countTests(reportFile, code);
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function allSteps(clients) {
  const tool = (packageName, bin, args) => runNode(packageBin(packageName, bin), args);
  return [
    { name: 'types', run: () => tool('typescript', 'tsc', ['--noEmit', '-p', '.']) },
    { name: 'types of the page', run: () => tool('typescript', 'tsc', ['--noEmit', '-p', 'dashboard']) },
    {
      name: 'lint',
      run: () => tool('@biomejs/biome', 'biome', ['ci', '--diagnostic-level=warn', ...plainIfPiped]),
    },
    { name: 'build', run: () => ensureBuilt().then(() => 0) },
    { name: 'structure', run: () => vitest(['--project=structure'], clients.environment), countsTests: true },
    { name: 'dead exports', run: () => tool('knip', 'knip', []) },
    { name: 'documents', run: () => runNode('tools/docs.mjs', ['--check']) },
    { name: 'conformance', run: () => runNode('tools/conformance.mjs', ['--check']) },
    {
      name: 'tests',
      run: () => vitest(['--project=!structure'], clients.environment),
      countsTests: true,
    },
  ];
}

async function runStep(step) {
  const beganAt = performance.now();
  console.log(`\n── ${step.name}`);
  let code = 1;
  try {
    code = await step.run();
  } catch (error) {
    console.error(error instanceof ToolFailure ? error.message : error);
  }
  // The last line must not read as success when a check that is no test has failed.
  if (code !== 0 && !step.countsTests) tests.failed += 1;
  return { ok: code === 0, seconds: (performance.now() - beganAt) / 1000 };
}

function summarize(steps, outcomes, clients) {
  console.log('');
  for (const [index, step] of steps.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined) console.log(`  –      –    ${step.name} (not run)`);
    else console.log(`  ${outcome.ok ? '✓' : '✗'} ${outcome.seconds.toFixed(1).padStart(6)} s  ${step.name}`);
  }
  if (clients.names.length > 0) {
    console.log(`  Skipped: tests that need ${clients.names.join(', ')} (${clients.reason}).`);
  }
  const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : '';
  console.log(`\n${tests.passed} passed, ${tests.failed} failed${skipped}`);
}

async function main(args) {
  await ensureInstalled();
  const clients = await ensureForeignClients();
  if (clients.names.length > 0) {
    console.log(`Tests that need ${clients.names.join(', ')} will be skipped: ${clients.reason}.`);
  }
  const steps =
    args.length === 0
      ? allSteps(clients)
      : [
          { name: 'build', run: () => ensureBuilt().then(() => 0) },
          { name: `vitest ${args.join(' ')}`, run: () => vitest(args, clients.environment), countsTests: true },
        ];
  const outcomes = [];
  for (const step of steps) {
    const outcome = await runStep(step);
    outcomes.push(outcome);
    if (!outcome.ok) break;
  }
  summarize(steps, outcomes, clients);
  return outcomes.every((outcome) => outcome.ok) && tests.failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof ToolFailure ? error.message : error);
  console.log('\n0 passed, 1 failed');
  process.exitCode = 1;
}
