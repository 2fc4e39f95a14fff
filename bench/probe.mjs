/**
 * Loaded into a broker's process before the broker itself, on Node's command line: measures from inside what cannot be
 * seen from outside, the pauses of the event loop and the garbage. Between `begin` and `end` on its socket it answers
 * the second with the figures.
 */

import net from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import v8 from 'node:v8';
import { isMainThread } from 'node:worker_threads';

/** Longer pauses than this are seen; each reading contains it once. */
const RESOLUTION_MS = 1;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
/** @type {v8.GCProfiler | undefined} */
let collector;
let usedBefore = 0;
/** Unlike a pause it does not grow when others take the core away; all threads together. */
let longestTurnCpuMs = 0;
let cpuBefore = process.cpuUsage();
/** @type {NodeJS.Timeout | undefined} */
let ticker;

function tick() {
  const { user, system } = process.cpuUsage(cpuBefore);
  cpuBefore = process.cpuUsage();
  longestTurnCpuMs = Math.max(longestTurnCpuMs, (user + system) / 1000);
}

function begin() {
  usedBefore = v8.getHeapStatistics().used_heap_size;
  collector = new v8.GCProfiler();
  collector.start();
  delay.reset();
  delay.enable();
  longestTurnCpuMs = 0;
  cpuBefore = process.cpuUsage();
  ticker = setInterval(tick, RESOLUTION_MS).unref();
}

/** @returns {Record<string, number>} */
function end() {
  delay.disable();
  clearInterval(ticker);
  /** @type {any[]} */
  const collections = collector?.stop()?.statistics ?? [];
  // What was used when a collection began, less what the one before had left, was made in between.
  let left = usedBefore;
  let made = 0;
  for (const { beforeGC, afterGC } of collections) {
    made += beforeGC.heapStatistics.usedHeapSize - left;
    left = afterGC.heapStatistics.usedHeapSize;
  }
  made += v8.getHeapStatistics().used_heap_size - left;
  return {
    allocatedBytes: made,
    collections: collections.length,
    longestCollectionMs: Math.max(0, ...collections.map(({ cost }) => cost / 1000)),
    longestPauseMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
    longestTurnCpuMs,
    pauseP99Ms: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS),
  };
}

const path = process.env['BENCH_PROBE_SOCKET'];
if (isMainThread && path !== undefined) {
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (word) => {
      if (String(word) === 'begin') begin();
      socket.end(JSON.stringify(String(word) === 'end' ? end() : {}));
    });
  });
  server.listen(path);
  server.unref();
}
