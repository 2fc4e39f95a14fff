/**
 * Warms a broker up until what it does costs what it cost a moment before: compilers have done their work, memory has
 * grown to its size. Every broker is warmed up alike; how long it takes is its own matter.
 */

import { UsageReading } from './process-meter.mjs';

/** Half turns of warming up at least, and whole ones at most. */
const TURNS_MIN = 2;
export const WARM_UPS_MAX = 3;
/** A turn that is not cheaper than the one before by more than this share says that it is warm. */
const GAIN_MIN = 0.07;

/**
 * @param {object} options
 * @param {number} options.brokerPid
 * @param {number} options.seconds of a warm-up; half of it is a turn
 * @param {() => number} options.count how many operations there have been
 * @param {(seconds: number) => Promise<void>} options.work traffic for so long
 */
export async function warmUp({ brokerPid, seconds, count, work }) {
  let costBefore = Number.POSITIVE_INFINITY;
  for (let turn = 1; turn <= 2 * WARM_UPS_MAX; turn++) {
    const before = new UsageReading(brokerPid);
    const countBefore = count();
    await work(seconds / 2);
    const cost = new UsageReading(brokerPid).since(before).brokerCpuUs / Math.max(1, count() - countBefore);
    if (turn >= TURNS_MIN && cost > costBefore * (1 - GAIN_MIN)) return;
    costBefore = cost;
  }
}
