/**
 * Bounds the part of V8's heap that new objects are made in. It doubles whenever much of it survives, as the objects of
 * clients that connect do, and what it has once touched stays resident: two halves of 16 MB with Node 20, of 64 MB with
 * Node 24. How far it has grown when, and how much garbage it has moved among the objects that stay, were up to 3 KB of
 * every idle connection. With halves of 8 MB one WebSocket connection takes 7.4 KB instead of 10.0, one of plain TCP
 * 4.2 instead of 5.2, and one collection moves half as much at once. Node takes the bound itself only on its command
 * line, which a program in `bin` does not have everywhere; the factor of growth is read at each growth.
 */

import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves. */
const YOUNG_BYTES_MAX = 2 * 8 * 1024 * 1024;

/** For a process that is a broker and nothing else; a program that embeds one decides about its own heap. */
export function boundYoungGeneration(): void {
  // Told of each collection, since growth is decided there: no timer wakes the process for it.
  const observer = new PerformanceObserver(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    if (space !== undefined && space.space_size < YOUNG_BYTES_MAX) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}
