/**
 * Looks at a great many things without holding anybody up: a little at a time, with a turn for everybody else in
 * between, and one of those who look at a time, however many there are. What is looked at may change meanwhile, as maps
 * and walks allow.
 */

import type { Clock } from '../../ports/clock.ts';

/** What one turn may take, in milliseconds. */
const SLICE_MS = 2;
/** Reading the clock costs as much as looking at a few things. */
const THINGS_PER_LOOK = 64;
/** Where the clock stands still the count is the bound. */
const THINGS_PER_SLICE = 20_000;

/** @param visit false ends it early */
export async function inSlices<T>(things: Iterable<T>, clock: Clock, visit: (thing: T) => unknown): Promise<void> {
  // Others who look have had theirs in this turn of the loop.
  if (waiting.has(clock)) await turn(clock);
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

/** Who waits for a turn, by the clock of the broker; there is no entry where nobody does. */
const waiting = new WeakMap<Clock, (() => void)[]>();

/** Resolves when others have had their turn: in a later one of the loop, and alone in it among those who wait here. */
export function turn(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const queue = waiting.get(clock);
    if (queue !== undefined) {
      queue.push(resolve);
      return;
    }
    waiting.set(clock, [resolve]);
    clock.soon(() => next(clock));
  });
}

function next(clock: Clock): void {
  const queue = waiting.get(clock);
  queue?.shift()?.();
  if (queue === undefined || queue.length === 0) waiting.delete(clock);
  else clock.soon(() => next(clock));
}
