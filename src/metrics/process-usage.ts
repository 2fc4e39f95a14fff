/** What the process uses of the machine. */

import { freemem, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

export interface ProcessUsage {
  /** Resident. */
  readonly memoryBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  /** At which the process ends. */
  readonly heapBytesMax: number;
  readonly externalBytes: number;
  /** Since the process began. */
  readonly cpuSeconds: number;
  readonly machineMemoryBytes: number;
  readonly machineMemoryFreeBytes: number;
}

export function processUsage(): ProcessUsage {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    memoryBytes: rss,
    heapUsedBytes: heapUsed,
    heapTotalBytes: heapTotal,
    heapBytesMax: getHeapStatistics().heap_size_limit,
    externalBytes: external,
    cpuSeconds: (user + system) / 1_000_000,
    machineMemoryBytes: totalmem(),
    machineMemoryFreeBytes: freemem(),
  };
}
