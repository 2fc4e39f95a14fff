/**
 * Seeded simulation of the whole broker. `SIMULATION_SEED=7` replays one world exactly, `SIMULATION_SEEDS=1..5000` and
 * `SIMULATION_STEPS=2000` run more and longer ones, `SIMULATION_TRACE=1` prints everything that happened.
 */

import { expect, test } from 'vitest';
import { bringToRest } from './ending.ts';
import { World } from './world.ts';

const { SIMULATION_SEED, SIMULATION_SEEDS, SIMULATION_STEPS, SIMULATION_TRACE } = process.env;
const steps = Number(SIMULATION_STEPS ?? 300);
const timeout = SIMULATION_SEEDS === undefined && SIMULATION_STEPS === undefined ? 120_000 : 3_600_000;

async function simulate(seed: number): Promise<World> {
  const world = new World(seed);
  try {
    await world.run(steps);
    if (!world.ledger.hasFailed) await bringToRest(world);
  } catch (error) {
    world.ledger.fail(error instanceof Error ? error.stack! : String(error));
  }
  if (SIMULATION_TRACE !== undefined) process.stdout.write(`${world.ledger.trace.join('\n')}\n`);
  return world;
}

function seeds(): [first: number, last: number] {
  if (SIMULATION_SEED !== undefined) return [Number(SIMULATION_SEED), Number(SIMULATION_SEED)];
  const [first, last] = (SIMULATION_SEEDS ?? '1..1000').split('..').map(Number);
  return [first!, last!];
}

test('worlds full of faults lose nothing, double nothing and keep the order', { timeout }, async () => {
  const [first, last] = seeds();
  const failures: string[] = [];
  for (let seed = first; seed <= last && failures.length < 5; seed++) {
    const { ledger } = await simulate(seed);
    if (ledger.hasFailed) failures.push(ledger.report(seed));
  }
  expect(failures.join('\n\n')).toBe('');
});

test('the same seed gives the same world', async () => {
  const [seed] = seeds();
  const [once, again] = [await simulate(seed), await simulate(seed)];
  expect(again.ledger.hash).toBe(once.ledger.hash);
});
