/** What runs in the thread of a plugin. The build makes one file of it, which imports nothing else of the broker. */

import { Session } from 'node:inspector';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { importPlugin } from '../import-plugin.ts';
import { PluginServer } from './plugin-server.ts';
import { BEAT_MS, cell, type WorkerData } from './protocol.ts';
import { WorkerChannel } from './worker-channel.ts';

/** Garbage is collected before a plugin is said to hold too much, but not all the time. */
const COLLECTED_EVERY_MS = 1_000;

const { name, place, port, cells, memoryBytes } = workerData as WorkerData;

// The plugin gets its context and nothing else: with the ports it could flood the broker's thread.
for (const key of Object.keys(workerData as object)) delete (workerData as Record<string, unknown>)[key];
parentPort?.close();

const channel: WorkerChannel = new WorkerChannel(port, cells, (task, target, argument) =>
  server.serve(task, target, argument),
);
const server: PluginServer = new PluginServer(name, () => importPlugin(name, place), channel);

let collectedAtMs = Number.NEGATIVE_INFINITY;

function usedBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

function collectGarbage(): void {
  const session = new Session();
  session.connect();
  session.post('HeapProfiler.collectGarbage');
  session.disconnect();
}

setInterval(() => {
  let bytes = usedBytes();
  if (bytes > memoryBytes) {
    // Until it is known how much of it is garbage, nothing is said.
    if (performance.now() - collectedAtMs < COLLECTED_EVERY_MS) bytes = memoryBytes;
    else {
      collectGarbage();
      collectedAtMs = performance.now();
      bytes = usedBytes();
    }
  }
  Atomics.store(cells, cell.usedKb, Math.ceil(bytes / 1024));
  Atomics.add(cells, cell.beats, 1);
}, BEAT_MS);
