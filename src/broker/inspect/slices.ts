/**
 * Looks at a great many things without holding anybody up: a little at a time, with a turn for everybody else in
 * between. What is looked at may change meanwhile, as maps and walks allow.
 */

import type { Clock } from '../../ports/clock.ts';

/** What one turn may take, in milliseconds. */
const SLICE_MS = 4;
/** Reading the clock costs as much as looking at a few things. */
const THINGS_PER_LOOK = 64;
/** Where the clock stands still the count is the bound. */
const THINGS_PER_SLICE = 20_000;

/** @param visit false ends it early */
export async function inSlices<T>(things: Iterable<T>, clock: Clock, visit: (thing: T) => unknown): Promise<void> {
  let begunMs = clock.monotonic();
  let seen = 0;
  for (const thing of things) {
    if (visit(thing) === false) return;
    seen++;
    if (seen % THINGS_PER_LOOK !== 0) continue;
    if (seen < THINGS_PER_SLICE && clock.monotonic() - begunMs < SLICE_MS) continue;
    await turn(clock);
    begunMs = clock.monotonic();
    seen = 0;
  }
}

/** Resolves when others have had their turn. */
export function turn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.soon(resolve));
}
