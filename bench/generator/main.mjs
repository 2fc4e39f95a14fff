/**
 * The load generator's process: gets one job from its parent, does it, answers with the measurement or the failure, and
 * waits to be ended. One process per measurement, so that no broker profits from code that another has warmed up.
 */

import { measureIdle } from './idle-phase.mjs';
import { measureRate, measureWindow } from './message-phases.mjs';
import { measureOffline } from './offline-phase.mjs';
import { measureRetained } from './retained-phase.mjs';

const PHASES = {
  window: measureWindow,
  rate: measureRate,
  idle: measureIdle,
  retained: measureRetained,
  offline: measureOffline,
};

process.once('message', async (message) => {
  const job = /** @type {import('./measurement.mjs').Job} */ (message);
  try {
    process.send?.({ measurement: await PHASES[job.scenario.kind](job) });
  } catch (error) {
    process.send?.({ failure: error instanceof Error ? error.message : String(error) });
  }
});
process.once('disconnect', () => process.exit(0));
