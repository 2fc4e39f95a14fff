/**
 * Four groups of tests. Those of the structure look at the sources themselves. The fast ones share worker threads and
 * modules, which is what keeps hundreds of small files quick. What counts what the engine does has a thread of its own,
 * since whatever ran there before decides how code is compiled: 820 bytes for a message became 1,360 in one run of all.
 * Those that start brokers and foreign clients come afterwards, at most two files at once.
 */

import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

const structure = 'test/structure/**/*.test.ts';
const measured = 'test/broker/allocation.test.ts';
const withProcesses = [
  'test/clients/**/*.test.ts',
  'test/dashboard/**/*.test.ts',
  'test/durability/**/*.test.ts',
  'test/system/**/*.test.ts',
];

export default defineConfig({
  test: {
    pool: 'threads',
    isolate: false,
    // A machine that others load as well may starve a test for seconds; what fails again is no such accident.
    retry: process.env['CI'] === 'true' ? 2 : 0,
    projects: [
      {
        extends: true,
        test: {
          name: 'structure',
          include: [structure],
          maxWorkers: 2,
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, structure, measured, ...withProcesses],
          maxWorkers: Math.max(2, availableParallelism()),
          testTimeout: 15_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'measured', include: [measured], isolate: true, maxWorkers: 1, testTimeout: 15_000, sequence: { groupOrder: 2 } },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: withProcesses,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
